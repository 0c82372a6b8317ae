import { expect } from 'chai';
import { ownApp } from '../support/app.ts';
import { platform } from '../support/caller.ts';
import { newHub, refused } from '../support/hub.ts';
import { bearer, call, outcome, request } from '../support/request.ts';
import { outcomeOfHandshake } from '../support/socket.ts';

let count = 0;
const newName = () => `name${process.pid}x${++count}.example`;

describe('A host', () => {
  it('leads to its hub however it is written, in hub.update and in the header', async () => {
    const { members, operator, id } = await newHub({ alice: 7 });
    const other = await newHub({});
    const { alice } = members;
    await other.operator.hub.add_member({ user_id: alice.id });
    const plain = newName();
    const [unicode, punycode] = [`bücher${plain}`, `xn--bcher${plain.split('.')[0]}-`];
    const suffix = process.pid.toString(16).slice(-4);
    const hosts = [`${plain.toUpperCase()}.`, unicode, `[2001:DB8:1:0:0::${suffix}]:3000`];
    const set = await operator.hub.update({ hosts });
    expect(set.hosts).to.include.members([plain, `[2001:db8:1::${suffix.replace(/^0+/, '')}]`]);
    const encoded = set.hosts.find((host) => host.startsWith('xn--')) ?? '';
    expect(encoded.startsWith(punycode.slice(0, 9))).to.equal(true);
    const ascii = [plain, `${plain}.`, `${plain}:`, `${plain}.:8080`, plain.toUpperCase()];
    for (const host of [...ascii, encoded, `${encoded.toUpperCase()}.:443`, ...hosts.slice(2)]) {
      const reply = await call('hub.info', { headers: { ...bearer(alice), host } });
      expect(reply.body.data?.hub_id, host).to.equal(id);
    }
    for (const host of [`user@${plain}`, `${plain}/`, `${plain}..`, `.${plain}`, `a.${plain}`]) {
      const reply = await call('hub.info', { headers: { ...bearer(alice), host } });
      expect(reply.status, host).to.equal(400);
    }
  });

  it('belongs to one hub in all of its forms, and refuses what is no host', async () => {
    const name = newName();
    await platform().hub.create({ name: 'First', host: name });
    for (const host of [`${name}.`, `${name}:`, name.toUpperCase(), `${name}.:8080`])
      await refused(platform().hub.create({ name: 'Second', host }), 'HOST_TAKEN');
    for (const host of [`a@${name}`, `${name}/`, `${name}?`, `*.${name}`, `${name}..`, `-:${name}`])
      await refused(platform().hub.create({ name: 'Second', host }), 'INVALID_INPUT');
  });
});

describe('The origin of a page', () => {
  /** What the browser shows of a page at this host, and what a proxy may make of its Host. */
  const pages: [origin: string, headers: Record<string, string>][] = [
    ['https://NAME', { host: 'NAME:443', 'x-forwarded-proto': 'https' }],
    ['https://NAME', { host: 'NAME:443' }],
    ['https://NAME', { host: 'NAME:', 'x-forwarded-proto': 'https' }],
    ['https://NAME.', { host: 'NAME.', 'x-forwarded-proto': 'https' }],
    [
      'https://NAME',
      { host: 'inside', 'x-forwarded-host': 'NAME:443', 'x-forwarded-proto': 'wss' },
    ],
    ['http://NAME', { host: 'NAME:80' }],
    ['http://NAME', { host: 'NAME.:' }],
    ['http://NAME:8080', { host: 'NAME:8080' }],
  ];
  const foreign: typeof pages = [
    ['https://NAME', { host: 'NAME' }],
    ['https://NAME', { host: 'NAME:80', 'x-forwarded-proto': 'https' }],
    ['http://NAME', { host: 'NAME:8080' }],
    ['http://NAME:443', { host: 'NAME', 'x-forwarded-proto': 'https' }],
    ['http://a.NAME', { host: 'NAME' }],
    ['http://NAME@evil.example', { host: 'NAME' }],
    ['http://evil.example@NAME', { host: 'NAME' }],
    ['null', { host: 'NAME' }],
    ['', { host: '' }],
  ];

  it('is the service’s own by what it means, for calls and sockets with the cookie', async () => {
    await using own = await ownApp({ TRUST_PROXY: '1' });
    const { members, host: name } = await newHub({ alice: 7, bob: 7 }, own);
    const { alice, bob } = members;
    const body = JSON.stringify({ entity_id: bob.id, message: 'Hi', hub_id: alice.hubId });
    const cookie = `regsid=${alice.token}; __Host-regsid=${alice.token}`;
    for (const [all, expected] of [
      [pages, true],
      [foreign, false],
    ] as const)
      for (const [page, sent] of all) {
        const origin = page.replaceAll('NAME', name);
        const shown = JSON.stringify([origin, sent]);
        const filled = Object.entries(sent).map(([key, text]) => [key, text.replace('NAME', name)]);
        const headers = { ...Object.fromEntries(filled), cookie, origin };
        const reply = await call('chat.post', { headers, body }, own.url);
        expect(reply.status, shown).to.equal(expected ? 200 : 403);
        if (headers.host !== '')
          expect(await outcomeOfHandshake(own.url, { extraHeaders: headers }), shown).to.equal(
            expected ? 'ready' : 'PERMISSION_DENIED',
          );
      }
  });

  it('is allowed by what it means, and named to the browser as the browser named it', async () => {
    await using own = await ownApp({ ALLOWED_ORIGINS: 'https://Shop.example:443' });
    const { members, operator } = await newHub({ alice: 7 }, own);
    const name = newName();
    const set = await operator.hub.update({
      origins: [`HTTPS://${name.toUpperCase()}.:443/`, `http://${name}:8080`],
    });
    expect(set.origins).to.deep.equal([`https://${name}`, `http://${name}:8080`]);
    const allowed = [`https://${name}`, `https://${name}.`, `http://${name}:8080`];
    for (const origin of [...allowed, 'https://shop.example', 'https://shop.example.']) {
      const headers = { ...bearer(members.alice), 'x-hub-id': members.alice.hubId, origin };
      const reply = await call('chat.count_all', { headers }, own.url);
      expect(reply.headers['access-control-allow-origin']).to.equal(origin);
      const asked = { origin, 'access-control-request-method': 'POST' };
      const preflight = await request(
        '/-/svc/chat.count_all',
        { verb: 'OPTIONS', headers: asked },
        own.url,
      );
      expect(preflight.headers['access-control-allow-origin']).to.equal(origin);
    }
    for (const origin of [`http://${name}`, `https://${name}:8080`, 'https://u@shop.example']) {
      const headers = { ...bearer(members.alice), 'x-hub-id': members.alice.hubId, origin };
      const reply = await call('chat.count_all', { headers }, own.url);
      expect(reply.headers).to.not.have.property('access-control-allow-origin');
    }
    for (const origin of [
      'https://*',
      'https://*.example',
      'https://a@b.example',
      'ftp://a.example',
    ])
      await refused(operator.hub.update({ origins: [origin] }), 'INVALID_INPUT');
    const bad = { ...bearer(members.alice), origin: `https://${name}` };
    expect(outcome(await call('chat.nothing', { headers: bad }, own.url))[0]).to.equal(404);
  });
});
