import { expect } from 'chai';
import { app, ownApp } from '../support/app.ts';
import { position } from '../support/events.ts';
import { type Member, newHub, newRoom } from '../support/hub.ts';
import type { Device, ReceivedEvent } from '../support/socket.ts';
import { untyped } from '../support/untyped.ts';
import { eventually } from '../support/wait.ts';

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

describe('the socket', () => {
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
});
