import { expect } from 'chai';
import type { App } from '../../../service/app.ts';
import { ownApp } from '../../support/app.ts';
import { clientOf } from '../../support/caller.ts';
import { pngOf, uploadAll } from '../../support/files.ts';
import { type Member, memberOf, newHub, newRoom, refused } from '../../support/hub.ts';
import { jwtEnvironment, newExternal, sign } from '../../support/jwt.ts';
import { request } from '../../support/request.ts';

const hourMs = 3_600_000;

describe('A signed link to a file', () => {
  let app: App & AsyncDisposable;
  let now = Math.floor(Date.now() / hourMs) * hourMs + 1000;
  before(async () => {
    app = await ownApp(jwtEnvironment, () => now);
  });
  after(() => app[Symbol.asyncDispose]());

  const get = (url: string | null | undefined, headers = {}, verb = 'GET') =>
    request(url ?? '/-/file/none', { verb, headers }, app.url);
  const statusOf = async (url: string | null | undefined) => (await get(url)).status;
  const as = (token: string, hubId?: string) => clientOf(token, hubId, app.url);

  /** A picture in a room of alice and bob; alice wrote the message. */
  async function scene() {
    const hub = await newHub({ alice: 7, bob: 7, boss: 63 }, app);
    const { alice, bob } = hub.members;
    const room = await newRoom(alice, bob);
    const [file] = await uploadAll(alice, ['photo.png', await pngOf(400, 300)]);
    const nid = file?.nid ?? '';
    const { message_id: message } = await alice.chat.post({ entity_id: room, attachment: [nid] });
    return { ...hub, alice, bob, room, nid, message, link: () => linkOf(bob, message) };
  }
  const linkOf = async (reader: Pick<Member, 'chat'>, message_id: string) => {
    const [row] = await reader.chat.attachment({ message_id });
    return row?.url ?? expect.fail('there is no link');
  };

  /** The one 404, which says nothing of why. */
  async function expectDead(url: string, why: string): Promise<void> {
    const { status, body } = await get(url);
    expect(status, why).to.equal(404);
    const { error, details } = body;
    expect({ error, details }, why).to.deep.equal({
      ...{ error: 'FILE_NOT_FOUND', details: ['nid: is not a file that you can see'] },
    });
  }

  it('gives the bytes and the thumbnail without a token, to a page of any origin', async () => {
    const { bob, message, nid } = await scene();
    const [row] = await bob.chat.attachment({ message_id: message });
    expect(row?.url).to.match(new RegExp(`^/-/file/${nid}\\?sig=[\\w.-]+$`));
    expect(row?.thumb_url).to.match(new RegExp(`^/-/file/${nid}/thumb\\?sig=[\\w.-]+$`));
    const [file, thumb] = [await get(row?.url), await get(row?.thumb_url)];
    expect([file.status, file.headers['content-type']]).to.deep.equal([200, 'image/png']);
    expect([thumb.status, thumb.headers['content-type']]).to.deep.equal([200, 'image/webp']);
    for (const { headers } of [file, thumb])
      expect(headers).to.include({
        'cross-origin-resource-policy': 'cross-origin',
        'referrer-policy': 'no-referrer',
        'cache-control': 'private, no-cache',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "sandbox; default-src 'none'",
      });
    const plain = await get(`/-/file/${nid}`, {
      ...{ authorization: `Bearer ${bob.token}`, 'x-hub-id': bob.hubId },
    });
    expect(plain.headers['cross-origin-resource-policy']).to.equal('same-site');
  });

  it('serves ranges, HEAD and what the browser has already', async () => {
    const { link } = await scene();
    const url = await link();
    const { headers } = await get(url);
    const { status: current } = await get(url, { 'if-none-match': headers.etag ?? '' });
    expect(current).to.equal(304);
    const part = await get(url, { range: 'bytes=0-7' });
    expect([part.status, part.headers['content-range']]).to.deep.equal([
      ...[206, `bytes 0-7/${headers['content-length']}`],
    ]);
    const head = await get(url, {}, 'HEAD');
    expect([head.status, head.text]).to.deep.equal([200, '']);
    expect(head.headers['content-length']).to.equal(headers['content-length']);
    expect((await get(url, {}, 'POST')).status).to.equal(405);
  });

  it('stays equal for an hour, and ends with the hour after the next', async () => {
    const { link } = await scene();
    now = Math.floor(now / hourMs) * hourMs + 1000;
    const first = await link();
    now += hourMs - 2000;
    expect(await link()).to.equal(first);
    now += 2000;
    const second = await link();
    expect(second).to.not.equal(first);
    now += hourMs - 2001;
    expect(await statusOf(first)).to.equal(200);
    now += 1002;
    await expectDead(first, 'its hour is over');
    expect(await statusOf(second)).to.equal(200);
  });

  it('ends with its token', async () => {
    const { alice, bob, operator, message } = await scene();
    const { key } = await operator.key.create({ name: 'App', permission: 31 });
    const { token } = await as(key).session.issue({ user_id: bob.id, ttl: 600 });
    const url = await linkOf(as(token), message);
    now += 599_000;
    expect(await statusOf(url)).to.equal(200);
    now += 2000;
    await expectDead(url, 'its session has expired');
    expect(await statusOf(await linkOf(alice, message))).to.equal(200);
  });

  it('is dead at once when its session, key or user is gone', async () => {
    const ends: Record<string, (one: Awaited<ReturnType<typeof scene>>) => Promise<unknown>> = {
      'its user was removed': ({ operator, bob }) =>
        operator.hub.remove_member({ user_id: bob.id }),
      'its user left the room': ({ bob, room }) =>
        bob.room.remove({ entity_id: room, user_id: bob.id }),
      'its user logged out': ({ bob }) => bob.session.logout(),
      'its session was revoked': async ({ bob, id }) =>
        (await memberOf(app, bob.id, id)).session.revoke({}),
      'the message was deleted': ({ alice, message }) =>
        alice.chat.delete({ option: 'all', messages: [message] }),
      'the message was hidden': ({ bob, message }) =>
        bob.chat.delete({ option: 'me', messages: [message] }),
    };
    for (const [why, end] of Object.entries(ends)) {
      const one = await scene();
      const url = await one.link();
      expect(await statusOf(url), why).to.equal(200);
      await end(one);
      await expectDead(url, why);
    }
  });

  it('does not come back with its user, and a new one does', async () => {
    const { operator, bob, id, alice, room, nid, link } = await scene();
    const { key } = await operator.key.create({ name: 'App', permission: 31 });
    const { token } = await as(key).session.issue({ user_id: bob.id });
    const [narrow] = await as(token).chat.file_urls({ nids: [nid] });
    await link();
    await operator.hub.remove_member({ user_id: bob.id });
    await operator.hub.add_member({ user_id: bob.id, privilege: 7 });
    await alice.room.add({ entity_id: room, user_id: bob.id });
    await expectDead(narrow?.url ?? '', 'the session ended when its user left');
    const again = await memberOf(app, bob.id, id);
    const [row] = await again.chat.file_urls({ nids: [nid] });
    expect(await statusOf(row?.url)).to.equal(200);
  });

  it('ends with the key that its user reads with, or that issued its session', async () => {
    const { operator, bob, message } = await scene();
    const made = await operator.key.create({ name: 'Bot', permission: 7, user_id: bob.id });
    const issuer = await operator.key.create({ name: 'App', permission: 31 });
    const { token } = await as(issuer.key).session.issue({ user_id: bob.id });
    for (const [holder, keyId] of [
      [made.key, made.key_id],
      [token, issuer.key_id],
    ] as const) {
      const url = await linkOf(as(holder, bob.hubId), message);
      expect(await statusOf(url)).to.equal(200);
      await operator.key.revoke({ key_id: keyId });
      await expectDead(url, 'the key was revoked');
    }
  });

  it('is for one file, user and hub, and for what was signed only', async () => {
    const one = await scene();
    const other = await scene();
    const url = await one.link();
    const [path = '', sig = ''] = url.split('?sig=');
    const [staged] = await uploadAll(one.bob, ['mine.txt', 'my own']);
    const foreign = `/-/file/${other.nid}?sig=${sig}`;
    await expectDead(foreign, 'another file');
    await expectDead(`/-/file/${staged?.nid}?sig=${sig}`, 'another file that its user may read');
    const fields = sig.split('.');
    for (const [place, value] of [
      [0, 'key'],
      [1, other.bob.id],
      [2, other.id],
      [3, one.alice.id],
      [5, 'a'.repeat(64)],
      [6, String(now + 100 * hourMs)],
      [7, `${fields[7]?.slice(0, -2)}AA`],
    ] as const) {
      const forged = fields.with(place, value).join('.');
      if (forged !== sig) await expectDead(`${path}?sig=${forged}`, `field ${place} was changed`);
    }
    for (const bad of ['', 'x', `${sig}x`, sig.slice(1), one.bob.token, `${sig}&sig=${sig}`])
      await expectDead(`${path}?sig=${bad}`, `sig=${bad}`);
    expect(await statusOf(`${path}?sig=${sig}&hub_id=${other.id}`)).to.equal(200);
  });

  it('is no token: it opens nothing but its file', async () => {
    const { link, bob } = await scene();
    const sig = (await link()).split('sig=')[1] ?? '';
    for (const token of [sig, `link\n${sig}`, `link session`]) {
      const { status } = await request(
        '/-/svc/session.whoami',
        {
          headers: { cookie: `regsid=${encodeURIComponent(token)}`, host: 'localhost' },
        },
        app.url,
      );
      expect(status).to.equal(401);
    }
    const { status } = await request(
      `/-/svc/chat.chat_rooms?sig=${sig}`,
      {
        headers: { 'x-hub-id': bob.hubId },
      },
      app.url,
    );
    expect(status).to.equal(401);
  });

  it('is narrowed with the grants of its token', async () => {
    const { bob, nid, message, id, room } = await scene();
    const operator = as('operator-token-of-the-tests-0123456789');
    const tokenWith = async (
      grant: 'chat:room:view' | 'chat:roomMessage:add' | 'user:chats:view',
    ) => (await operator.session.issue({ user_id: bob.id, grants: [grant] })).token;
    const viewer = as(await tokenWith('chat:room:view'), id);
    expect(await statusOf(await linkOf(viewer, message))).to.equal(200);
    for (const grant of ['chat:roomMessage:add', 'user:chats:view'] as const)
      await refused(
        as(await tokenWith(grant), id).chat.file_urls({ nids: [nid] }),
        'PERMISSION_DENIED',
      );
    const writer = as(await tokenWith('chat:roomMessage:add'), id);
    const [file] = await uploadAll(writer, ['photo.png', await pngOf(40, 40)]);
    const posted = await writer.chat.post({ entity_id: room, attachment: [file?.nid ?? ''] });
    expect(posted.files[0]).to.include({ nid: file?.nid, url: null, thumb_url: null });
  });

  it('works for a JWT until that, its membership or its external id is ended', async () => {
    const hub = await newHub({ alice: 7, boss: 63 }, app);
    const { alice, boss } = hub.members;
    for (const end of ['logout', 'leave', 'rename'] as const) {
      const { member, sub } = await newExternal(app, hub, boss);
      const [file] = await uploadAll(alice, ['note.txt', 'a note']);
      const { message_id } = await alice.chat.post({
        ...{ entity_id: member.id, attachment: [file?.nid ?? ''] },
      });
      const iat = Math.floor(now / 1000);
      const token = await sign({ sub, hub_id: hub.id, iat, exp: iat + 3600 });
      const url = await linkOf(as(token, hub.id), message_id);
      expect(await statusOf(url)).to.equal(200);
      if (end === 'logout') await as(token, hub.id).session.logout();
      else if (end === 'rename')
        await hub.operator.user.update({ user_id: member.id, external_id: `${sub}-2` });
      else {
        await hub.operator.hub.remove_member({ user_id: member.id });
        await hub.operator.hub.add_member({ user_id: member.id, privilege: 7 });
      }
      await expectDead(url, end);
    }
  });

  it('asks for rights at each request, also where the file was read before', async () => {
    const { alice, bob, message, nid } = await scene();
    const [mine, theirs] = [await linkOf(alice, message), await linkOf(bob, message)];
    for (let n = 0; n < 2; n++) expect(await statusOf(theirs)).to.equal(200);
    await alice.chat.delete({ option: 'all', messages: [message] });
    for (const url of [mine, theirs]) await expectDead(url, 'deleted');
    await refused(bob.chat.file_urls({ nids: [nid] }), 'FILE_NOT_FOUND');
  });

  it('may be read by fetch of an allowed origin', async () => {
    const { link, operator } = await scene();
    await operator.hub.update({ origins: ['https://shop.example'] });
    const url = await link();
    const from = async (origin: string) =>
      (await get(url, { origin })).headers['access-control-allow-origin'];
    expect(await from('https://shop.example')).to.equal('https://shop.example');
    expect(await from('https://other.example')).to.equal(undefined);
  });
});

describe('chat.file_urls', () => {
  it('returns links to the files that the caller can read, in the order given', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, viewer: 3, eve: 7 });
    const { alice, bob, viewer, eve } = members;
    const room = await newRoom(alice, bob, viewer);
    const staged = await uploadAll(alice, ['a.png', await pngOf(40, 40)], ['b.txt', 'b']);
    const [a = '', b = ''] = staged.map(({ nid }) => nid);
    const [own = ''] = (await uploadAll(bob, ['c.txt', 'c'])).map(({ nid }) => nid);
    await alice.chat.post({ entity_id: room, attachment: [a, b] });
    const rows = await bob.chat.file_urls({ nids: [own, 'unknown', b, a, b] });
    expect(rows.map(({ nid }) => nid)).to.deep.equal([own, b, a]);
    expect(rows.map(({ thumb_url }) => thumb_url !== null)).to.deep.equal([false, false, true]);
    for (const { url, thumb_url } of rows)
      for (const path of [url, thumb_url])
        if (path) expect((await request(path, { verb: 'GET' })).status).to.equal(200);
    expect(await viewer.chat.file_urls({ nids: [a] })).to.have.length(1);
    await refused(eve.chat.file_urls({ nids: [a, b] }), 'FILE_NOT_FOUND');
    await refused(alice.chat.file_urls({ nids: [own] }), 'FILE_NOT_FOUND');
    await refused(bob.chat.file_urls({ nids: [] }), 'INVALID_INPUT');
  });
});
