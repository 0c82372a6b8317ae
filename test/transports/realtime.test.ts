import { expect } from 'chai';
import { io } from 'socket.io-client';
import { createClient } from '../../client/index.ts';
import { app, operatorToken, ownApp } from '../support/app.ts';
import { position } from '../support/events.ts';
import { type Member, newHub, newRoom } from '../support/hub.ts';
import { request } from '../support/request.ts';
import { type Device, openDevice, type ReceivedEvent } from '../support/socket.ts';
import { untyped } from '../support/untyped.ts';
import { eventually } from '../support/wait.ts';

/** The error code of a refused handshake. */
async function refusal(opening: Promise<Device>): Promise<string> {
  const outcome = await opening.then(
    (device) => device,
    (error: Error) => error.message,
  );
  if (typeof outcome === 'string') return outcome;
  outcome.close();
  return 'connected';
}

/** A handshake as a browser makes it, with its cookie; resolves with `ready` or the error code. */
const byCookie = (hubId: string, token: string, origin?: string): Promise<string> =>
  byHeaders(
    { cookie: `a=b; regsid=${token}`, ...(origin === undefined ? {} : { origin }) },
    { hub_id: hubId },
  );

function byHeaders(extraHeaders: Record<string, string>, auth: object): Promise<string> {
  const socket = io(app().url, {
    path: '/-/socket.io',
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    auth,
    extraHeaders,
  });
  return new Promise<string>((resolve) => {
    socket.once('ready', () => resolve('ready'));
    socket.once('connect_error', (error) => resolve(error.message));
  }).finally(() => socket.close());
}

/** Asserts that each event's `prev` is the previous event of its stream, where that is known. */
function expectChains(received: readonly ReceivedEvent[]): void {
  const last = new Map<string, number>();
  for (const event of received) {
    expect(event.prev, `of seq ${event.seq}`).to.equal(last.get(event.stream) ?? event.prev);
    expect(event.seq).to.be.above(event.prev);
    last.set(event.stream, event.seq);
  }
}

const seqs = (received: readonly { seq: number }[]): number[] => received.map((event) => event.seq);
const ascending = (numbers: readonly number[]): number[] =>
  [...new Set(numbers)].sort((a, b) => a - b);

const cutWithin = (device: Device, ms = 2000): Promise<boolean> =>
  Promise.race([
    device.cut.then(() => true),
    new Promise<boolean>((resolve) => setTimeout(() => resolve(false), ms).unref()),
  ]);

describe('the socket', () => {
  describe('its handshake', () => {
    it('is refused without a token or with an invalid one', async () => {
      const { members } = await newHub({ alice: 7 });
      const { hubId } = members.alice;
      const { url } = app();
      for (const token of ['', 'nonsense', `hcs_${'x'.repeat(43)}`, 'hck_nothing', 'a.b.c'])
        expect(await refusal(openDevice({ url, hubId, token }))).to.equal('NOT_AUTHENTICATED');
      expect(await refusal(openDevice(untyped({ url, hubId })))).to.equal('NOT_AUTHENTICATED');
      expect(await refusal(members.alice.device())).to.equal('connected');
    });

    it('is refused to viewers, in another hub or none, and to the operator', async () => {
      const { members, id } = await newHub({ alice: 7, viewer: 3 });
      const { alice, viewer } = members;
      const elsewhere = await newHub({ eve: 63 });
      const { url } = app();
      expect(await refusal(viewer.device())).to.equal('PERMISSION_DENIED');
      for (const hubId of [elsewhere.id, 'no-hub', ''])
        expect(await refusal(openDevice({ url, token: alice.token, hubId }))).to.equal(
          'PERMISSION_DENIED',
        );
      expect(await refusal(openDevice({ url, token: operatorToken, hubId: id }))).to.equal(
        'PERMISSION_DENIED',
      );
      expect(await refusal(alice.device())).to.equal('connected');
    });

    it('is refused with a hub that is no text, and enters no other one in its place', async () => {
      const { members } = await newHub({ alice: 7 });
      const { token } = members.alice;
      const open = (hubId: unknown) => openDevice(untyped({ url: app().url, token, hubId }));
      for (const hubId of [5, true, [members.alice.hubId], {}])
        expect(await refusal(open(hubId))).to.equal('INVALID_INPUT');
      expect(await refusal(open(null))).to.equal('connected');
    });

    it('is refused to a token whose grants omit the chat', async () => {
      const { members, id } = await newHub({ alice: 7 });
      const { url } = app();
      const issue = async (grants: ('chat:room:view' | 'chat:chat:access')[]) => {
        const client = createClient({ url, token: operatorToken });
        const { token } = await client.session.issue({ user_id: members.alice.id, grants });
        return refusal(openDevice({ url, token, hubId: id }));
      };
      expect(await issue(['chat:room:view'])).to.equal('PERMISSION_DENIED');
      expect(await issue(['chat:chat:access'])).to.equal('connected');
    });

    it('by cookie requires an allowed origin', async () => {
      const { members, operator } = await newHub({ alice: 7 });
      const { alice } = members;
      const { url } = app();
      await operator.hub.update({ origins: ['https://allowed.example'] });
      expect(await byCookie(alice.hubId, alice.token)).to.equal('PERMISSION_DENIED');
      for (const origin of ['https://evil.example', 'null', 'https://allowed.example.evil.example'])
        expect(await byCookie(alice.hubId, alice.token, origin), origin).to.equal(
          'PERMISSION_DENIED',
        );
      for (const origin of ['https://allowed.example', url])
        expect(await byCookie(alice.hubId, alice.token, origin), origin).to.equal('ready');
      expect(await byCookie(alice.hubId, 'nonsense', url)).to.equal('NOT_AUTHENTICATED');
    });

    it('fails for a hub id or Host that is not ASCII as for an unknown hub', async () => {
      const { members } = await newHub({ alice: 7 });
      const { token } = members.alice;
      const { url } = app();
      for (const hubId of ['é', '😀', '\ud800', 'ÿ'.repeat(200)])
        expect(await refusal(openDevice({ url, token, hubId })), hubId).to.equal(
          'PERMISSION_DENIED',
        );
      for (const hubId of ['unknown', 'é'])
        expect(await refusal(openDevice({ url, token: 'nonsense', hubId }))).to.equal(
          'NOT_AUTHENTICATED',
        );
      const byHost = (host: string) => byHeaders({ host }, { token });
      expect(await byHost('é.example'))
        .to.equal(await byHost('unknown.example'))
        .and.not.equal('UNAVAILABLE');
    });

    it('counts as an anonymous call of its address when refused', async () => {
      await using own = await ownApp({ LIMIT_ANONYMOUS_CALLS: '1' });
      const { members } = await newHub({ alice: 7 }, own);
      const { url } = own;
      const attempts = Array.from({ length: 15 }, () =>
        refusal(openDevice({ url, token: 'nonsense', hubId: members.alice.hubId })),
      );
      const answers = await Promise.all(attempts);
      expect(answers.filter((code) => code === 'NOT_AUTHENTICATED')).to.have.length(10);
      expect(answers.filter((code) => code === 'RATE_LIMITED')).to.have.length(5);
      expect(
        await refusal(openDevice({ url, token: 'nonsense', hubId: members.alice.hubId })),
      ).to.equal('RATE_LIMITED');
    });

    it('closes the connection when refused, so that it cannot be retried on it', async () => {
      const path = '/-/socket.io/?EIO=4&transport=polling';
      const opened = await request(path, { verb: 'GET' });
      const { sid } = JSON.parse(opened.text.slice(1));
      const attempt = () =>
        request(`${path}&sid=${sid}`, { body: '40{"token":"nonsense","hub_id":"x"}' });
      const poll = () => request(`${path}&sid=${sid}`, { verb: 'GET' });
      await attempt();
      let received = '';
      await eventually(async () => {
        received += (await poll()).text;
        return received.includes('NOT_AUTHENTICATED');
      });
      await attempt();
      await eventually(async () => {
        const { status, text } = await poll();
        expect(text).to.not.contain('NOT_AUTHENTICATED');
        return status === 400;
      });
    });

    it('is refused to the 21st socket of a user, until one of them closes', async () => {
      const { members } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      const opened = await Promise.all(
        Array.from({ length: 24 }, () => alice.device().catch(() => undefined)),
      );
      const devices = opened.filter((device) => device !== undefined);
      expect(devices).to.have.length(20);
      expect(await refusal(alice.device())).to.equal('RATE_LIMITED');
      expect(await refusal(bob.device())).to.equal('connected');
      devices.pop()?.close();
      await eventually(async () => (await refusal(alice.device())) === 'connected');
      for (const device of devices) device.close();
    });
  });

  it('reports its log position when it is ready', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { seq } = await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    using device = await bob.device();
    expect(device.ready).to.deep.equal({
      protocol: 1,
      hub_id: bob.hubId,
      user_id: bob.id,
      seq,
      recovered: false,
    });
    expect(device.received).to.deep.equal([]);
  });

  it('receives events in order, on every device, without a gap in any stream', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const all: Member[] = [alice, bob, carol];
    const rooms = await Promise.all([
      newRoom(alice, bob, carol),
      newRoom(bob, alice, carol),
      newRoom(carol, bob),
    ]);
    const opened = await Promise.all([...all, ...all].map((member) => member.device()));
    const replies = await Promise.all(
      Array.from({ length: 100 }, (_, n) => {
        const member = all[n % 3] as Member;
        const entities = [
          ...(member === alice ? rooms.slice(0, 2) : rooms),
          (all[(n + 1) % 3] as Member).id,
        ];
        return member.chat.post({
          entity_id: entities[n % entities.length] as string,
          message: `${n}`,
        });
      }),
    );
    const posted = ascending(seqs(replies));
    expect(posted).to.have.length(100);
    for (const [n, member] of all.entries()) {
      const { events } = await member.chat.sync({ since: (posted[0] ?? 0) - 1 });
      for (const device of [opened[n], opened[n + 3]] as Device[]) {
        await eventually(() => device.received.length >= events.length);
        expect(seqs(device.received)).to.deep.equal(seqs(events));
        expectChains(device.received);
      }
    }
    for (const device of opened) device.close();
  });

  it('follows joins and removals of rooms at the commit', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    using device = await bob.device();
    using stays = await carol.device();
    const room = await newRoom(alice, carol);
    await alice.chat.post({ entity_id: room, message: 'before' });
    await alice.room.add({ entity_id: room, user_id: bob.id });
    const { seq } = await alice.chat.post({ entity_id: room, message: 'while' });
    await alice.room.remove({ entity_id: room, user_id: bob.id });
    await alice.chat.post({ entity_id: room, message: 'after' });
    await alice.chat.post({ entity_id: bob.id, message: 'that is all' });
    await eventually(() => device.received.some((event) => event.stream !== room));
    expect(device.received.map((event) => event.name)).to.deep.equal([
      'room.add',
      'chat.post',
      'room.remove',
      'chat.post',
    ]);
    expect(seqs(device.received).slice(0, 3)).to.deep.equal([seq - 1, seq, seq + 1]);
    expect((await stays.next('room.add')).data.user_ids).to.deep.equal([bob.id]);
    expect((await stays.next('room.remove')).data.user_ids).to.deep.equal([bob.id]);
    await stays.next('room.create');
    expectChains(stays.received);
    await alice.room.add({ entity_id: room, user_id: bob.id });
    await alice.chat.post({ entity_id: room, message: 'again' });
    await eventually(() => device.received.length === 6);
    expect(device.received.at(-1)?.data).to.include({ message: 'again' });
  });

  it('receives nothing of a room after the removal, whatever posts are concurrent', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    for (let round = 0; round < 5; round++) {
      const room = await newRoom(alice, bob, carol);
      using device = await bob.device();
      await Promise.all([
        ...Array.from({ length: 10 }, (_, n) =>
          carol.chat.post({ entity_id: room, message: `${n}` }),
        ),
        alice.room.remove({ entity_id: room, user_id: bob.id }),
        ...Array.from({ length: 10 }, (_, n) =>
          alice.chat.post({ entity_id: room, message: `${n}` }),
        ),
      ]);
      await alice.chat.post({ entity_id: bob.id, message: 'that is all' });
      await eventually(() => device.received.some((event) => event.stream !== room));
      const ofRoom = device.received.filter((event) => event.stream === room);
      expect(ofRoom.at(-1)?.name).to.equal('room.remove');
      expectChains(ofRoom);
    }
  });

  it('receives missed events first, without gaps or repeats, while others post', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob, carol);
    const start = await position(bob);
    let isOn = true;
    const writers = [alice, carol, alice, carol].map(async (member, w) => {
      for (let n = 0; isOn; n++) {
        const entity = w % 2 === 0 ? room : bob.id;
        await member.chat.post({ entity_id: entity, message: `${w} ${n}` });
      }
    });
    const devices: Device[] = [];
    for (let n = 0; n < 12; n++) {
      devices.push(await bob.device(start));
      if (n === 5) await alice.room.add({ entity_id: room, user_id: bob.id });
    }
    isOn = false;
    await Promise.all(writers);
    const expected: number[] = [];
    for (let from = start, more = true; more; ) {
      const page = await bob.chat.sync({ since: from, limit: 1000 });
      expected.push(...seqs(page.events));
      ({ seq: from, more } = page);
    }
    for (const device of devices) {
      expect(device.ready.recovered).to.equal(true);
      await eventually(() => device.received.length >= expected.length);
      expect(seqs(device.received)).to.deep.equal(expected);
      device.close();
    }
  });

  it('receives once what was committed but not yet published when it connected', async () => {
    await using own = await ownApp();
    const { members } = await newHub({ alice: 7, bob: 7 }, own);
    const { alice, bob } = members;
    const { seq } = await alice.chat.post({ entity_id: bob.id, message: 'first' });
    own.pool.pool.on('acquire', (connection) => {
      const { query }: { query: (...given: unknown[]) => unknown } = untyped(connection);
      const late = (...given: unknown[]) => {
        const [{ sql = '' }, params, callback] = given as [
          { sql?: string },
          unknown,
          (...results: unknown[]) => void,
        ];
        if (!/INSERT INTO .*;\nCOMMIT$/is.test(sql)) return query.apply(connection, given);
        return query.apply(connection, [
          given[0],
          params,
          (...results: unknown[]) => setTimeout(callback, 200, ...results),
        ]);
      };
      Object.assign(connection, { query: late });
    });
    const posting = alice.chat.post({ entity_id: bob.id, message: 'second' });
    await eventually(async () => (await position(bob)) > seq);
    using replayed = await bob.device(seq);
    using fresh = await bob.device();
    await posting;
    const third = await alice.chat.post({ entity_id: bob.id, message: 'third' });
    for (const [device, received] of [
      [replayed, [seq + 1, seq + 2]],
      [fresh, [seq + 2]],
    ] as const) {
      await eventually(() => device.received.at(-1)?.seq === third.seq);
      expect(seqs(device.received)).to.deep.equal(received);
    }
  });

  it('is ready at once with nothing to send, and reports if the log is too short', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    for (const message of ['One', 'Two', 'Hi'])
      await alice.chat.post({ entity_id: bob.id, message });
    const seq = await position(bob);
    using caughtUp = await bob.device(seq);
    expect(caughtUp.ready).to.include({ seq, recovered: true });
    using ahead = await bob.device(seq + 10);
    expect(ahead.ready).to.include({ seq, recovered: false });
    await app().pool.query('UPDATE hubs SET log_floor = ? WHERE id = ?', [seq - 1, bob.hubId]);
    using late = await bob.device(seq - 2);
    expect(late.ready).to.include({ seq, recovered: false });
    expect(late.received).to.deep.equal([]);
    using intime = await bob.device(seq - 1);
    expect(intime.ready).to.include({ seq, recovered: true });
    expect(seqs(intime.received)).to.deep.equal([seq]);
    await alice.chat.post({ entity_id: bob.id, message: 'live' });
    for (const device of [caughtUp, ahead, late])
      expect((await device.next('chat.post')).data).to.include({ message: 'live' });
  });

  describe('is closed at once', () => {
    it('when its session is ended, by logout or revocation', async () => {
      const { members, id } = await newHub({ alice: 7 });
      const { alice } = members;
      const { url } = app();
      const session = async () => {
        const client = createClient({ url, token: operatorToken });
        const { token } = await client.session.issue({ user_id: alice.id });
        return {
          client: createClient({ url, token, hubId: id }),
          device: await openDevice({ url, token, hubId: id }),
        };
      };
      using kept = await alice.device();
      const [one, two, three] = [await session(), await session(), await session()];
      await one.client.session.logout();
      expect(await cutWithin(one.device)).to.equal(true);
      const mine = (await two.client.session.list()).find((row) => row.is_current);
      await alice.session.revoke({ session_id: mine?.session_id ?? '' });
      expect(await cutWithin(two.device)).to.equal(true);
      expect(await cutWithin(three.device, 50)).to.equal(false);
      await alice.session.revoke();
      expect(await cutWithin(three.device)).to.equal(true);
      expect(await cutWithin(kept, 50)).to.equal(false);
    });

    it('when its session has ended since its rights were read', async () => {
      await using own = await ownApp();
      const { url, pool } = own;
      const { members, id } = await newHub({ alice: 7 }, own);
      const { token, session } = members.alice;
      const ask = pool.roundTrips.ask.bind(pool.roundTrips);
      pool.roundTrips.ask = async (...args) => {
        const results = await ask(...args);
        if (!args[0].some(({ sql }) => sql.includes('token_hash IN'))) return results;
        pool.roundTrips.ask = ask;
        await session.logout();
        return results;
      };
      expect(await refusal(openDevice({ url, token, hubId: id }))).to.match(/before ready/);
    });

    it('when its user leaves the hub or loses the write privilege', async () => {
      const { members, operator } = await newHub({ alice: 7, bob: 7, carol: 7 });
      const { alice, bob, carol } = members;
      const [a, b, c] = [await alice.device(), await bob.device(), await carol.device()];
      await operator.hub.remove_member({ user_id: alice.id });
      expect((await a.next('hub.remove_member')).data).to.deep.equal({ user_id: alice.id });
      expect(await cutWithin(a)).to.equal(true);
      expect(await refusal(alice.device())).to.equal('PERMISSION_DENIED');
      await operator.hub.set_privilege({ user_id: bob.id, privilege: 3 });
      expect(await cutWithin(b)).to.equal(true);
      expect(await refusal(bob.device())).to.equal('PERMISSION_DENIED');
      await operator.hub.set_privilege({ user_id: carol.id, privilege: 15 });
      expect((await c.next('hub.set_privilege')).data).to.include({ privilege: 15 });
      expect(await cutWithin(c, 50)).to.equal(false);
      c.close();
    });

    it('when its key, or the key of its session, is revoked', async () => {
      const { members, operator, id } = await newHub({ alice: 7 });
      const { alice } = members;
      const { url } = app();
      const { key_id, key } = await operator.key.create({ name: 'Key', permission: 15 });
      const own = await operator.key.create({ name: 'Own', permission: 7, user_id: alice.id });
      const issued = await createClient({ url, token: key, hubId: id }).session.issue({
        user_id: alice.id,
      });
      const bySession = await openDevice({ url, token: issued.token, hubId: id });
      const byKey = await openDevice({ url, token: own.key, hubId: id });
      using other = await alice.device();
      await operator.key.revoke({ key_id });
      expect(await cutWithin(bySession)).to.equal(true);
      expect(await refusal(openDevice({ url, token: issued.token, hubId: id }))).to.equal(
        'NOT_AUTHENTICATED',
      );
      expect(await cutWithin(byKey, 50)).to.equal(false);
      await operator.key.revoke({ key_id: own.key_id });
      expect(await cutWithin(byKey)).to.equal(true);
      expect(await refusal(openDevice({ url, token: own.key, hubId: id }))).to.equal(
        'NOT_AUTHENTICATED',
      );
      expect(await cutWithin(other, 50)).to.equal(false);
    });

    it('when its token expires', async () => {
      const { members, id } = await newHub({ alice: 7 });
      const { url } = app();
      const client = createClient({ url, token: operatorToken });
      const { token } = await client.session.issue({ user_id: members.alice.id, ttl: 1 });
      const device = await openDevice({ url, token, hubId: id });
      expect(await cutWithin(device)).to.equal(true);
      expect(await refusal(openDevice({ url, token, hubId: id }))).to.equal('NOT_AUTHENTICATED');
    });
  });

  it('uses the socket limit of its service', async () => {
    await using own = await ownApp({ LIMIT_SOCKETS: '1' });
    const { members } = await newHub({ alice: 7 }, own);
    using first = await members.alice.device();
    expect(await refusal(members.alice.device())).to.equal('RATE_LIMITED');
    first.close();
  });
});
