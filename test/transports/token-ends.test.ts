import { expect } from 'chai';
import { io } from 'socket.io-client';
import type { Ended, Expiring } from '../../acl/events.ts';
import { connect } from '../../client/index.ts';
import type { App } from '../../service/app.ts';
import { ownApp } from '../support/app.ts';
import { clientOf } from '../support/caller.ts';
import { createClient } from '../support/client.ts';
import { newHub } from '../support/hub.ts';
import { jwtEnvironment, newSubject, sign } from '../support/jwt.ts';
import { untyped } from '../support/untyped.ts';
import { eventually } from '../support/wait.ts';

/** What a socket was sent about its token, in order. */
type Notice = ['expiring', number] | ['ended', Ended] | ['disconnect'] | ['ready'] | ['event'];

function watch(app: App, token: string, hubId: string) {
  const notices: Notice[] = [];
  const socket = connect({ url: app.url, token, hubId });
  socket.io.reconnection(false);
  socket.on('ready', () => notices.push(['ready']));
  socket.on('session.expiring', ({ seconds }: Expiring) => notices.push(['expiring', seconds]));
  socket.on('session.ended', (ended: Ended) => notices.push(['ended', ended]));
  socket.on('chat.typing', () => notices.push(['event']));
  socket.on('disconnect', () => notices.push(['disconnect']));
  const named = (name: Notice[0]) => notices.filter(([one]) => one === name);
  return { notices, named, socket, [Symbol.dispose]: () => void socket.close() };
}

/** The data of the refusal of a handshake. */
const refusalOf = (app: App, token: string, hubId?: string): Promise<unknown> => {
  const socket = io(app.url, {
    ...{ path: '/-/socket.io', transports: ['websocket'], forceNew: true, reconnection: false },
    auth: hubId === undefined ? { token } : { token, hub_id: hubId },
  });
  return new Promise((resolve) => {
    socket.once('connect', () => resolve('connected'));
    socket.once('connect_error', (error) => resolve(untyped<{ data: unknown }>(error).data));
  }).finally(() => socket.close());
};

const ended = { code: 'NOT_AUTHENTICATED', details: ['token: ended'] };

describe('The end of a token', () => {
  let app: App & AsyncDisposable;
  let ahead = 0;
  before(async () => {
    app = await ownApp(jwtEnvironment, () => Date.now() + ahead);
  });
  after(() => app[Symbol.asyncDispose]());

  async function issued(ttl: number) {
    const hub = await newHub({ alice: 7, bob: 7 }, app);
    const { key, key_id: keyId } = await hub.operator.key.create({ name: 'App', permission: 31 });
    const server = clientOf(key, undefined, app.url);
    const issue = async (seconds: number) =>
      (await server.session.issue({ user_id: hub.members.alice.id, ttl: seconds })).token;
    return { ...hub, keyId, server, issue, token: await issue(ttl) };
  }

  it('is announced to its sockets 60 s before, and not to others', async () => {
    const { id, token, members } = await issued(61);
    using one = watch(app, token, id);
    using two = watch(app, token, id);
    using other = watch(app, members.alice.token, id);
    await eventually(() => [one, two].every(({ named }) => named('expiring').length > 0));
    for (const { notices } of [one, two])
      expect(notices).to.deep.equal([['ready'], ['expiring', 60]]);
    expect(other.named('expiring')).to.deep.equal([]);
  });

  it('is announced at once when less is left, then said, and cuts the socket', async () => {
    const { id, token } = await issued(2);
    using one = watch(app, token, id);
    using two = watch(app, token, id);
    await eventually(() => [one, two].every(({ named }) => named('disconnect').length > 0));
    for (const { notices, named } of [one, two]) {
      const [[, seconds] = []] = named('expiring');
      expect(seconds).to.be.within(1, 2);
      expect(notices.slice(-2)).to.deep.equal([['ended', ended], ['disconnect']]);
    }
    expect(await refusalOf(app, token, id)).to.deep.equal({
      ...{ error: 'NOT_AUTHENTICATED', details: ['token: ended'] },
    });
  });

  it('moves with a renewal, for all sockets of the session', async () => {
    const { id, token, issue, server, members } = await issued(2);
    const other = await issue(2);
    using one = watch(app, token, id);
    using two = watch(app, token, id);
    using left = watch(app, other, id);
    await eventually(() => [one, two, left].every(({ named }) => named('ready').length > 0));
    const start = Date.now();
    let latest = token;
    while (Date.now() < start + 3000) {
      ({ token: latest } = await server.session.renew({ token: latest }));
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(left.notices.slice(-2)).to.deep.equal([['ended', ended], ['disconnect']]);
    await clientOf(members.bob.token, id, app.url).chat.typing({
      entity_id: members.alice.id,
      state: 1,
    });
    await eventually(() => [one, two].every(({ named }) => named('event').length > 0));
    for (const { named } of [one, two]) expect(named('ended')).to.deep.equal([]);
    // Nobody renews it any more.
    await eventually(() => [one, two].every(({ named }) => named('disconnect').length > 0));
    for (const { notices } of [one, two]) expect(notices.at(-2)).to.deep.equal(['ended', ended]);
  });

  it('warns of a short lifetime once for each renewal, not at once', async () => {
    const { id, token, server } = await issued(4);
    using one = watch(app, token, id);
    await eventually(() => one.named('expiring').length === 1);
    await server.session.renew({ token });
    const start = Date.now();
    await eventually(() => one.named('expiring').length === 2);
    expect(Date.now() - start).to.be.greaterThan(1500);
  });

  it('is announced for JWTs, with what is left of their time', async () => {
    const hub = await newHub({}, app);
    const { sub } = await newSubject(app, hub);
    const token = await sign({ sub, exp: Math.floor(Date.now() / 1000) - 27 });
    using one = watch(app, token, hub.id);
    await eventually(() => one.named('disconnect').length > 0);
    expect(one.named('expiring')[0]?.[1]).to.be.within(0, 3);
    expect(one.notices.slice(-2)).to.deep.equal([['ended', ended], ['disconnect']]);
    expect(await refusalOf(app, token, hub.id)).to.deep.equal({
      ...{ error: 'NOT_AUTHENTICATED', details: ['token: ended'] },
    });
  });

  it('comes for sockets of both tokens when the session is revoked', async () => {
    const { id, token, server, members } = await issued(600);
    using old = watch(app, token, id);
    const renewed = await server.session.renew({ token });
    using current = watch(app, renewed.token, id);
    await eventually(() => [old, current].every(({ named }) => named('ready').length > 0));
    await clientOf(members.alice.token, id, app.url).session.revoke({});
    await eventually(() => [old, current].every(({ named }) => named('disconnect').length > 0));
    for (const one of [token, renewed.token])
      expect(await refusalOf(app, one, id)).to.deep.equal({
        ...{ error: 'NOT_AUTHENTICATED', details: ['token: revoked'] },
      });
  });

  it('refuses handshakes with the reason, also for an unknown token', async () => {
    const { id, token, operator, keyId } = await issued(600);
    const refusal = (...details: string[]) => ({ error: 'NOT_AUTHENTICATED', details });
    expect(await refusalOf(app, 'hcs_nothing', id)).to.deep.equal(refusal('token: unknown'));
    await operator.key.revoke({ key_id: keyId });
    expect(await refusalOf(app, token, id)).to.deep.equal(refusal('token: revoked'));
  });

  it('holds for a socket that outlives the old token of a renewed session', async () => {
    const { id, token, server } = await issued(7200);
    using socket = watch(app, token, id);
    await eventually(() => socket.named('ready').length > 0);
    const renewed = await server.session.renew({ token });
    ahead += 61_000;
    expect(await refusalOf(app, token, id)).to.deep.include({ details: ['token: ended'] });
    expect(await refusalOf(app, renewed.token, id)).to.equal('connected');
    expect(socket.socket.connected).to.equal(true);
  });
});

describe('The typed client', () => {
  it('gets its token at each call and connection', async () => {
    await using app = await ownApp();
    const { members, operator, id } = await newHub({ alice: 7 }, app);
    const { key } = await operator.key.create({ name: 'App', permission: 31 });
    const server = clientOf(key, undefined, app.url);
    let { token } = await server.session.issue({ user_id: members.alice.id });
    const asked: string[] = [];
    const options = {
      ...{ url: app.url, hubId: id },
      getToken: async () => {
        asked.push(token);
        return token;
      },
    };
    const client = createClient(options);
    const socket = connect(options);
    await new Promise<void>((resolve) => socket.once('ready', () => resolve()));
    const first = token;
    ({ token } = await server.session.renew({ token }));
    expect((await client.session.whoami()).user.id).to.equal(members.alice.id);
    const again = new Promise<void>((resolve) => socket.once('ready', () => resolve()));
    socket.disconnect().connect();
    await again;
    socket.close();
    expect(asked).to.deep.equal([first, token, token]);
  });
});
