import { expect } from 'chai';
import { posted } from '../methods/files/support.ts';
import { app, ownApp } from '../support/app.ts';
import { newLogin } from '../support/caller.ts';
import { type Member, memberOf, newHub, raw } from '../support/hub.ts';
import { call, outcome, request } from '../support/request.ts';
import { outcomeOfHandshake } from '../support/socket.ts';

const denied = [403, 'PERMISSION_DENIED'];
const cookieOf = ({ token }: { token: string }) => ({ cookie: `regsid=${token}` });

/** Alice is in two hubs, Bob too; a page of one hub's host has Alice's cookie. */
async function neighbours() {
  const [one, two] = [await newHub({ alice: 7, bob: 7 }), await newHub({ carol: 7 })];
  const { alice, bob } = one.members;
  for (const { id } of [alice, bob])
    await two.operator.hub.add_member({ user_id: id, privilege: 7 });
  const page = { ...cookieOf(alice), host: one.host, origin: `http://${one.host}` };
  const theirs = await memberOf(app(), bob.id, two.id);
  return { one, two, alice, bob, page, theirs };
}

const handshake = (extraHeaders: Record<string, string>, auth: object): Promise<string> =>
  outcomeOfHandshake(app().url, { auth, extraHeaders });

describe('A page at the host of one hub, with the cookie', () => {
  it('acts in that hub and in no other, however the other one is named', async () => {
    const { one, two, bob, page, theirs } = await neighbours();
    const message = { entity_id: bob.id, message: 'Hi' };
    const post = (body: object, headers: object = {}, query = '') =>
      call(`chat.post${query}`, {
        headers: { ...page, ...headers },
        body: JSON.stringify({ ...message, ...body }),
      });
    expect((await post({})).status).to.equal(200);
    expect((await post({ hub_id: one.id })).status).to.equal(200);
    expect(outcome(await post({}, {}, `?hub_id=${two.id}`))).to.deep.equal(denied);
    expect(outcome(await post({}, { 'x-hub-id': two.id }))).to.deep.equal(denied);
    expect(outcome(await post({ hub_id: two.id }))).to.deep.equal(denied);
    // The port, the case and the dot at the end of a name do not make it another host.
    for (const host of [`${one.host}:80`, one.host.toUpperCase(), `${one.host}.`]) {
      const origin = `http://${host.toLowerCase()}`;
      expect(outcome(await post({ hub_id: two.id }, { host, origin })), host).to.deep.equal(denied);
    }
    const upload = await request(`/-/svc/chat.upload?hub_id=${two.id}`, {
      headers: { ...page, 'content-type': 'multipart/form-data; boundary=x' },
      body: '--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\na\r\n--x--',
    });
    expect(outcome(upload)).to.deep.equal(denied);
    expect(await theirs.chat.chat_rooms()).to.deep.equal([]);
  });

  it('reads nothing of another hub either, by call, by file or by socket', async () => {
    const { one, two, alice, bob, page, theirs } = await neighbours();
    await theirs.chat.post({ entity_id: alice.id, message: 'secret' });
    const { nid } = await posted(theirs, alice.id);
    const get = (path: string, headers: Record<string, string> = page) =>
      request(path, { verb: 'GET', headers });
    const history = `/-/svc/chat.messages?entity_id=${bob.id}&hub_id=`;
    expect((await get(history + one.id)).status).to.equal(200);
    expect(outcome(await get(history + two.id))).to.deep.equal(denied);
    const { origin, ...plain } = page;
    expect(outcome(await get(history + two.id, plain))).to.deep.equal(denied);
    expect((await get(`/-/file/${nid}?hub_id=${two.id}`)).status).to.equal(404);
    expect((await get(`/-/file/${nid}?hub_id=${two.id}`, plain)).status).to.equal(404);
    expect(await handshake(page, {})).to.equal('ready');
    expect(await handshake(page, { hub_id: one.id })).to.equal('ready');
    expect(await handshake(page, { hub_id: two.id })).to.equal('PERMISSION_DENIED');
    // At the host of the right hub all of it works.
    const right = { ...page, host: two.host, origin: `http://${two.host}` };
    expect((await get(history + two.id, right)).status).to.equal(200);
    expect((await get(`/-/file/${nid}`, right)).status).to.equal(200);
    expect(await handshake(right, {})).to.equal('ready');
  });

  it('acts in another hub where that hub allows its origin, and with a bearer token', async () => {
    const { two, alice, bob, page } = await neighbours();
    const body = JSON.stringify({ entity_id: bob.id, message: 'Hi', hub_id: two.id });
    const { cookie, ...noCookie } = page;
    const bearer = { ...noCookie, authorization: `Bearer ${alice.token}` };
    expect((await call('chat.post', { headers: bearer, body })).status).to.equal(200);
    expect(await handshake(noCookie, { hub_id: two.id, token: alice.token })).to.equal('ready');
    await two.operator.hub.update({ origins: [page.origin] });
    expect((await call('chat.post', { headers: page, body })).status).to.equal(200);
    expect(await handshake(page, { hub_id: two.id })).to.equal('ready');
  });

  it('acts in every hub of the user where its host leads to none', async () => {
    const { one, two, bob, page } = await neighbours();
    const shared = { ...page, host: 'chat.example', origin: 'http://chat.example' };
    for (const hub_id of [one.id, two.id]) {
      const body = JSON.stringify({ entity_id: bob.id, message: 'Hi', hub_id });
      expect((await call('chat.post', { headers: shared, body })).status).to.equal(200);
      expect(await handshake(shared, { hub_id })).to.equal('ready');
    }
  });
});

describe('What is a user’s own, by a page with the cookie', () => {
  it('changes at the host of a hub of theirs or of none, and not of others', async () => {
    const { one, two, alice } = await neighbours();
    const foreign = await newHub({});
    const rename = (host: string, query = '', member: Member = alice) =>
      call(`user.update${query}`, {
        headers: { ...cookieOf(member), host, origin: `http://${host}` },
        body: '{"lastname":"New"}',
      });
    for (const host of [one.host, two.host, 'chat.example'])
      expect((await rename(host)).status, host).to.equal(200);
    expect((await rename(one.host, `?hub_id=${two.id}`)).status).to.equal(200);
    expect(outcome(await rename(foreign.host))).to.deep.equal(denied);
    expect(outcome(await rename(foreign.host, `?hub_id=${one.id}`))).to.deep.equal(denied);
    await two.operator.hub.remove_member({ user_id: alice.id });
    expect(outcome(await rename(two.host))).to.deep.equal(denied);
    // Reading one's own, and logging out, work everywhere.
    const page = { ...cookieOf(alice), host: foreign.host, origin: `http://${foreign.host}` };
    expect((await call('session.whoami', { headers: page })).status).to.equal(200);
    expect((await call('session.logout', { headers: page })).status).to.equal(200);
    expect((await call('session.whoami', { headers: page })).status).to.equal(401);
  });

  it('does not change from a foreign page, even one that a hub of theirs allows', async () => {
    const { one, alice } = await neighbours();
    await one.operator.hub.update({ origins: ['https://app.example'] });
    for (const origin of ['https://app.example', 'null', 'http://evil.example'])
      for (const method of ['user.update', 'session.logout']) {
        const headers = { ...cookieOf(alice), host: one.host, origin };
        expect(outcome(await call(method, { headers }))).to.deep.equal(denied);
      }
  });
});

describe('The cookie over https', () => {
  it('is __Host-regsid, and regsid is not read', async () => {
    await using own = await ownApp({ TRUST_PROXY: '1' });
    const { email, password } = await newLogin();
    const https = { 'x-forwarded-proto': 'https' };
    const made = await raw('session.login', { body: { email, password }, headers: https }, own);
    const set = made.headers.get('set-cookie') ?? '';
    expect(set).to.match(/^__Host-regsid=hcs_/);
    for (const part of [/; ?path=\//i, /; ?secure/i, /; ?httponly/i, /; ?samesite=strict/i])
      expect(set).to.match(part);
    expect(set).to.not.match(/domain=/i);
    const [good = ''] = set.split(';');
    const plain = good.replace('__Host-', '');
    const whoami = async (cookie: string, headers: Record<string, string>) =>
      (await call('session.whoami', { headers: { cookie, ...headers } }, own.url)).status;
    expect(await whoami(good, https)).to.equal(200);
    expect(await whoami(`a=b; ${good}; regsid=x`, https)).to.equal(200);
    expect(await whoami(plain, https)).to.equal(401);
    expect(await whoami(plain, {})).to.equal(200);
    expect(await whoami(good, {})).to.equal(401);
    const out = await call(
      'session.logout',
      { headers: { ...https, cookie: good, host: 'chat.example', origin: 'https://chat.example' } },
      own.url,
    );
    expect(out.headers['set-cookie']?.[0]).to.match(/^__Host-regsid=;/);
    expect(await whoami(good, https)).to.equal(401);
  });
});
