import { expect } from 'chai';
import { connect, type Pool } from '../../db/connection/connect.ts';
import { type Hub, inHub, transact } from '../../db/connection/transaction.ts';
import { byRooms, listEventPlaces } from '../../db/log/missed.ts';
import { type EventPlace, listRoomNews, walkLog } from '../../db/log/places.ts';
import { newId } from '../../db/rows/ids.ts';
import {
  events,
  eventTargets,
  hubs,
  messages,
  participants,
  rooms,
} from '../../db/tables/index.ts';
import { database } from '../support/app.ts';
import { insertMany } from '../support/insert-rows.ts';
import { randomNumbers } from '../support/random.ts';
import { rowsReadFor } from '../support/rows-read.ts';

const createdMs = 1_700_000_000_000;

interface Room {
  id: string;
  lastSeq: number;
  lastOrdinal: number;
}

/** A hub whose log is written as a service would have, without users. */
class Log {
  readonly hubId = newId();
  readonly rooms: Room[] = [];
  /** The events of rooms and of the hub: in whose stream each is, by seq from 1. */
  readonly streams: string[] = [];
  readonly targets = new Map<string, number[]>();
  readonly joins: { roomId: string; userId: string; joinedSeq: number }[] = [];
  readonly #messages: (typeof messages.$inferInsert)[] = [];
  readonly #events: (typeof events.$inferInsert)[] = [];
  readonly #purged = new Set<number>();

  get seq(): number {
    return this.streams.length;
  }

  room(): Room {
    const room = { id: newId(), lastSeq: 0, lastOrdinal: 0 };
    this.rooms.push(room);
    return room;
  }

  join(userId: string, room: Room): void {
    this.joins.push({ roomId: room.id, userId, joinedSeq: this.seq + 1 });
  }

  post(room: Room): void {
    this.streams.push(room.id);
    room.lastOrdinal += 1;
    const { hubId, seq } = this;
    const where = { hubId, roomId: room.id, ordinal: room.lastOrdinal, seq, prevSeq: room.lastSeq };
    this.#messages.push({ ...where, id: newId(), authorId: '', body: 'Hi', createdMs });
    room.lastSeq = seq;
  }

  /** An event of a room, of the hub, or of users only. */
  event(of: Room | 'hub' | 'targets', targets: readonly string[] = []): void {
    const [own = newId()] = targets;
    const stream = of === 'hub' ? this.hubId : of === 'targets' ? own : of.id;
    this.streams.push(of === 'targets' ? '' : stream);
    const { hubId, seq } = this;
    const data = { some: 'data' };
    const row = { hubId, seq, name: 'room.update', actorId: '', stream, prevSeq: 0 };
    this.#events.push({ ...row, data, createdMs });
    if (typeof of === 'object') of.lastSeq = seq;
    for (const userId of targets)
      this.targets.set(userId, [...(this.targets.get(userId) ?? []), seq]);
  }

  /** The messages up to a `seq` have lost their rows, as of a log that begins after it. */
  purge(upTo: number): void {
    for (const { seq } of this.#messages) if (seq <= upTo) this.#purged.add(seq);
  }

  /** What a member may see of it. */
  seenBy(userId: string, since: number, limit: number): number[] {
    const joined = new Map(
      this.joins.filter((one) => one.userId === userId).map((one) => [one.roomId, one.joinedSeq]),
    ).set(this.hubId, 0);
    const targeted = new Set(this.targets.get(userId));
    const seqs = this.streams.map((_, index) => index + 1);
    return seqs
      .filter(
        (seq) =>
          seq > since &&
          (targeted.has(seq) || (joined.get(this.streams[seq - 1] ?? '') ?? Infinity) <= seq),
      )
      .slice(0, limit);
  }

  async store(pool: Pool): Promise<void> {
    const { hubId, seq } = this;
    const common = { hubId, kind: 'group' as const, name: '', description: '', createdBy: '' };
    const roomRows = this.rooms.map(({ id, lastSeq, lastOrdinal }) => ({
      ...{ ...common, id, lastSeq, lastOrdinal, lastAtMs: createdMs, memberCount: 1, createdMs },
    }));
    const joined = this.joins.map((one) => ({ hubId, ...one, pointer: 0, joinedMs: createdMs }));
    const targets = [...this.targets].flatMap(([userId, seqs]) =>
      seqs.map((one) => ({ hubId, userId, seq: one })),
    );
    await insertMany(pool, hubs, [{ id: hubId, name: '', seq, origins: [], createdMs }]);
    await insertMany(pool, rooms, roomRows);
    await insertMany(pool, participants, joined);
    await insertMany(
      pool,
      messages,
      this.#messages.filter((row) => !this.#purged.has(row.seq)),
    );
    await insertMany(pool, events, this.#events);
    await insertMany(pool, eventTargets, targets);
  }
}

/** 3,000 events in 150 rooms; returns members of 0, 3, 40, 100 and 150 rooms. */
function randomLog(log: Log, random: () => number): string[] {
  const below = (n: number) => Math.floor(random() * n);
  const counts = [0, 3, 40, 100, 150];
  const users = counts.map(() => newId());
  for (let n = 0; n < 150; n++) log.room();
  const toJoin = counts.flatMap((count, index) =>
    [...log.rooms]
      .sort(() => random() - 0.5)
      .slice(0, count)
      .map((room) => ({ room, userId: users[index] ?? '', at: random() < 0.7 ? 0 : below(3000) })),
  );
  // Some rooms have much more news than others.
  const busy = log.rooms.slice(0, 5);
  for (let n = 0; n < 3000; n++) {
    for (const { room, userId, at } of toJoin) if (at === n) log.join(userId, room);
    const from = random() < 0.4 ? busy : log.rooms;
    const room = from[below(from.length)] ?? log.room();
    const kind = random();
    const targets = users.filter(() => random() < 0.3);
    if (kind < 0.6) log.post(room);
    else if (kind < 0.9) log.event(room, kind < 0.65 ? targets : []);
    else if (kind < 0.95) log.event('targets', targets);
    else log.event('hub');
  }
  return users;
}

const seqsOf = (places: readonly EventPlace[]): number[] => places.map(({ seq }) => Number(seq));

/** One of the two ways to find all events in the rooms of a member. */
async function foundByRooms(hub: Hub, userId: string, since: number, limit: number, seq: number) {
  const search = { userId, since, limit, continues: () => {} };
  const first = await listRoomNews(hub, userId, { after: since, afterRoom: '', limit: 64 });
  const nothing = { places: [], reached: since };
  return (await byRooms(hub, search, nothing, seq, first)).places;
}

describe('Events that a member missed', () => {
  let pool: Pool;
  before(() => {
    pool = connect(database(), 2);
  });
  after(() => pool.end());

  const inLog = <T>(log: Log, work: (hub: Hub) => Promise<T>): Promise<T> =>
    transact(pool, (tx) => work(inHub(tx, log.hubId)));

  it('are the same along the log and room by room', async () => {
    for (const seed of [1, 2]) {
      const random = randomNumbers(seed);
      const log = new Log();
      const users = randomLog(log, random);
      const floor = Math.floor(random() * 800);
      log.purge(floor);
      await log.store(pool);
      for (const [index, userId] of users.entries())
        for (const limit of [1, 20, 201, 5000]) {
          const since = floor + Math.floor(random() ** 2 * (log.seq - floor));
          const name = `seed ${seed}, user ${index}, since ${since}, limit ${limit}`;
          const search = { userId, since, limit, continues: () => {} };
          const found = await inLog(log, (hub) => listEventPlaces(hub, search));
          expect(seqsOf(found.places), name).to.deep.equal(log.seenBy(userId, since, limit));
          const all = { after: since, upTo: log.seq };
          const walked = await inLog(log, (hub) => walkLog(hub, userId, all, { limit }));
          const byRoom = await inLog(log, (hub) =>
            foundByRooms(hub, userId, since, limit, log.seq),
          );
          expect(walked, name).to.deep.equal(byRoom);
        }
    }
  });

  it('cost no more where other rooms have a hundred times as many', async () => {
    const costs = [];
    for (const others of [600, 60_000]) {
      const log = new Log();
      const counts = { quiet: 1, ordinary: 20, most: 150 };
      const mine = Array.from({ length: 200 }, () => log.room());
      const users = Object.values(counts).map((count) => {
        const userId = newId();
        for (const room of mine.slice(0, count)) log.join(userId, room);
        return userId;
      });
      const elsewhere = log.room();
      for (let n = 0; n < others; n++) log.post(elsewhere);
      for (let n = 0; n < 600; n++) {
        log.post(mine[n % mine.length] ?? elsewhere);
        if (n % 10 === 0) log.event(mine[n % mine.length] ?? elsewhere);
      }
      await log.store(pool);
      const rows = [];
      for (const userId of users) {
        const search = { userId, since: 0, limit: 201, continues: () => {} };
        const read = () => inLog(log, (hub) => listEventPlaces(hub, search));
        await read();
        rows.push(await rowsReadFor(pool, read));
      }
      costs.push(rows);
    }
    const [few = [], many = []] = costs;
    const shown = JSON.stringify(costs);
    expect(many[0], shown).to.be.below(1.2 * (few[0] ?? 0) + 50);
    expect(many[1], shown).to.be.below(1.2 * (few[1] ?? 0) + 50);
    // A member of many rooms walks along the log only as far as their rooms would cost.
    expect(many[2], shown).to.be.below(15_000);
  });

  it('are not looked for any more once nobody waits', async () => {
    const log = new Log();
    const userId = newId();
    log.join(userId, log.room());
    const elsewhere = log.room();
    for (let n = 0; n < 2000; n++) log.post(elsewhere);
    const [room] = log.rooms;
    if (room) log.post(room);
    await log.store(pool);
    let asked = 0;
    const continues = () => {
      asked += 1;
      throw new Error('left');
    };
    const search = { userId, since: 0, limit: 10, continues };
    const error = await inLog(log, (hub) => listEventPlaces(hub, search)).catch((one) => one);
    expect([asked, error.message]).to.deep.equal([1, 'left']);
  });
});
