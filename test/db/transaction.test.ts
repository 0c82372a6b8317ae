import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import { type Hub, inHub, type Transaction, transact } from '../../db/connection/transaction.ts';
import { appendEvents, type Draft } from '../../db/log/append.ts';
import { findRoom, type LockedRoom, lockRooms } from '../../db/rows/rooms/rooms.ts';
import { app } from '../support/app.ts';
import { newHub, newRoom } from '../support/hub.ts';

/** Runs work in a transaction on a fresh hub's room. */
async function inRoom<T>(
  work: (hub: Hub, room: LockedRoom) => Promise<T>,
): Promise<{ hubId: string; roomId: string; result: T }> {
  const { id: hubId, members } = await newHub({ alice: 7 });
  const roomId = await newRoom(members.alice);
  const result = await transact(app().pool, async (tx) => {
    const hub = inHub(tx, hubId);
    const room = (await lockRooms(hub, [roomId])).get(roomId);
    if (!room) throw new Error('no room');
    return work(hub, room);
  });
  return { hubId, roomId, result };
}

const roomOf = ({ hubId, roomId }: { hubId: string; roomId: string }) =>
  transact(app().pool, (tx) => findRoom(inHub(tx, hubId), roomId));

const purge = (room: LockedRoom): Draft & { actorId: string } => ({
  name: 'room.purge',
  actorId: '',
  room,
  data: { room_id: room.id, ordinal: 0 },
});

/** Counts the round trips outside a transaction, and the connections taken for one. */
async function costOf(work: (tx: Transaction) => Promise<unknown>) {
  const calls = { ask: 0, connect: 0 };
  const { roundTrips } = app().pool;
  const counting: Pick<typeof roundTrips, 'ask' | 'connect' | 'send'> = {
    ask(...args) {
      calls.ask += 1;
      return roundTrips.ask(...args);
    },
    connect(...args) {
      calls.connect += 1;
      return roundTrips.connect(...args);
    },
    send: (...args) => roundTrips.send(...args),
  };
  const pool = Object.create(app().pool, { roundTrips: { value: counting } });
  await transact(pool, work);
  return calls;
}

describe('A transaction', () => {
  it('batches reads of one turn, and begins only with a lock or a write', async () => {
    const read = (tx: Transaction) => tx.read('SELECT 1 AS one', []);
    const lock = (tx: Transaction) => tx.lock("SELECT 1 FROM hubs WHERE id = '' FOR UPDATE", []);
    const expectCost = async (
      work: (tx: Transaction) => Promise<unknown>,
      ask: number,
      connect: number,
    ) => expect(await costOf(work)).to.deep.equal({ ask, connect });
    await expectCost((tx) => Promise.all([read(tx), read(tx), read(tx)]), 1, 0);
    await expectCost(async (tx) => [await read(tx), await read(tx)], 2, 0);
    await expectCost((tx) => Promise.all([read(tx), lock(tx)]), 0, 1);
    await expectCost(async () => {}, 0, 0);
  });

  it('returns results in statement order, with affected rows of writes', async () => {
    const { hubId, roomId, result } = await inRoom((hub, room) =>
      Promise.all([
        hub.read('SELECT name FROM rooms WHERE hub_id = ? AND id = ?', [hub.id, room.id]),
        hub.write({
          sql: 'UPDATE rooms SET name = ? WHERE hub_id = ? AND id = ?',
          params: ['new', hub.id, room.id],
        }),
        hub.read('SELECT name FROM rooms WHERE hub_id = ? AND id = ?', [hub.id, room.id]),
      ]),
    );
    const [before, affected, after] = result;
    expect(before).to.have.length(1).and.not.deep.equal(after);
    expect(affected).to.equal(1);
    expect(after).to.deep.equal([{ name: 'new' }]);
    expect((await roomOf({ hubId, roomId }))?.name).to.equal('new');
  });
});

describe('Work that a transaction leaves to a job', () => {
  /** The wake-ups of a transaction, the reply to whose COMMIT may be lost. */
  async function wakeUpsOf(work: (tx: Transaction) => Promise<unknown>, losesReply = false) {
    const { roundTrips } = app().pool;
    const losing: Pick<typeof roundTrips, 'connect' | 'send'> = {
      connect: (...args) => roundTrips.connect(...args),
      async send(...args) {
        const results = await roundTrips.send(...args);
        const isCommit = args[1].some(({ sql }) => /^COMMIT/i.test(sql));
        if (isCommit && losesReply) throw Object.assign(new Error(), { code: 'ECONNRESET' });
        return results;
      },
    };
    const woken: number[] = [];
    const wakeUps = new EventEmitter();
    wakeUps.on('freed files', (dueMs: number) => woken.push(dueMs));
    const pool = Object.create(app().pool, {
      roundTrips: { value: losing },
      wakeUps: { value: wakeUps },
    });
    await transact(pool, work).catch(() => {});
    return woken;
  }
  const lock = (tx: Transaction) => tx.lock("SELECT 1 FROM hubs WHERE id = '' FOR UPDATE", []);

  it('wakes the job once it is committed, or may be', async () => {
    const work = async (tx: Transaction) => {
      tx.wakeAtCommit('freed files', 5);
      await lock(tx);
    };
    expect(await wakeUpsOf(work)).to.deep.equal([5]);
    expect(await wakeUpsOf(work, true)).to.deep.equal([5]);
  });

  it('wakes no job when it is undone or fails', async () => {
    const undone = async (tx: Transaction) => {
      tx.wakeAtCommit('freed files');
      await lock(tx);
      await tx.undo();
    };
    const failing = async (tx: Transaction) => {
      tx.wakeAtCommit('freed files');
      await lock(tx);
      throw new Error('failed');
    };
    expect(await wakeUpsOf(undone)).to.deep.equal([]);
    expect(await wakeUpsOf(failing)).to.deep.equal([]);
  });
});

describe('A locked room', () => {
  it('shows a change at once and stores it at commit, without an event', async () => {
    const made = await inRoom(async (_, room) => {
      room.change({ name: 'first', archived: true });
      room.change({ name: 'last', channelKey: null });
      return [room.name, room.archived];
    });
    expect(made.result).to.deep.equal(['last', true]);
    expect(await roomOf(made)).to.include({ name: 'last', archived: true, channelKey: null });
  });

  it('has its changes when it is locked again, and none after undo', async () => {
    const made = await inRoom(async (hub, room) => {
      room.change({ name: 'changed' });
      const again = (await lockRooms(hub, [room.id])).get(room.id);
      await hub.undo();
      const undone = (await lockRooms(hub, [room.id])).get(room.id);
      return [again?.name, undone?.name === 'changed'];
    });
    expect(made.result).to.deep.equal(['changed', false]);
    expect((await roomOf(made))?.name).to.not.equal('changed');
  });
});

describe('A transaction that has appended events', () => {
  it('rejects reads, locks and writes, since the hub is locked until commit', async () => {
    const made = await inRoom(async (hub, room) => {
      await appendEvents(hub, [purge(room)], Date.now(), { admitted: [] });
      const refusals = await Promise.allSettled([
        hub.read('SELECT 1', []),
        hub.lock('SELECT 1 FROM hubs WHERE id = ? FOR UPDATE', [hub.id]),
        hub.write({ sql: 'DELETE FROM tags WHERE hub_id = ?', params: [hub.id] }),
        appendEvents(hub, [purge(room)], Date.now(), { admitted: [] }),
      ]);
      room.change({ name: 'allowed' });
      return refusals.map((one) => one.status);
    });
    expect(made.result).to.deep.equal(['rejected', 'rejected', 'rejected', 'rejected']);
    expect((await roomOf(made))?.name).to.equal('allowed');
  });

  it('allows all of them again after undo', async () => {
    const { result } = await inRoom(async (hub, room) => {
      await appendEvents(hub, [purge(room)], Date.now(), { admitted: [] });
      await hub.undo();
      return hub.read<{ one: number }>('SELECT 1 AS one', []);
    });
    expect(result).to.deep.equal([{ one: 1 }]);
  });
});

describe('Attempts of a transaction', () => {
  const deadlock = 1213;
  const duplicate = 1062;

  /** Runs a transaction whose attempts fail with these error numbers; returns how many it took. */
  async function attemptsOf(...numbers: number[]): Promise<number> {
    let attempts = 0;
    await transact(app().pool, async () => {
      const errno = numbers[attempts++];
      if (errno !== undefined) throw Object.assign(new Error('failed'), { errno });
    });
    return attempts;
  }

  it('are counted for each kind of failure: a race is found after deadlocks too', async () => {
    expect(await attemptsOf(deadlock, deadlock, deadlock, deadlock, duplicate)).to.equal(6);
    expect(await attemptsOf(duplicate, duplicate)).to.equal(3);
  });

  it('end: what is taken is no race', async () => {
    const error = await attemptsOf(deadlock, duplicate, duplicate, duplicate).catch((e) => e);
    expect(error).to.include({ errno: duplicate });
  });
});
