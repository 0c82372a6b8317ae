import { isDeepStrictEqual } from 'node:util';
import { expect } from 'chai';
import { fetchLight } from '../../support/client.ts';
import { headersOf } from '../../support/files.ts';
import { eventually } from '../../support/wait.ts';
import type { Event } from './replica.ts';
import { loadAll, type View, viewOf } from './view.ts';
import { missed, type Player, type World } from './world.ts';

/**
 * Asserts all invariants that hold while no calls run. If it need not be thorough, what members see
 * is compared for every other member, in turn.
 */
export async function check(world: World, isThorough = world.isThorough): Promise<void> {
  world.checks += 1;
  await world.waitForReceipts();
  await Promise.all(
    world.players.map(async (player, index) => {
      const read = await gatherAll(world, player);
      if (isThorough || (world.checks + index) % 2 === 0) await comparePlayer(world, player, read);
    }),
  );
  for (const player of world.players) await world.watch?.check(player);
  checkLog(world);
}

type Read = Awaited<ReturnType<typeof missed>>;

/** Waits until the connected devices have all events; returns those that chat.sync returns. */
async function gatherAll(world: World, player: Player): Promise<Read> {
  const { member, always, sometimes, asking } = player;
  const read = await missed(member, asking.received.at(-1)?.seq ?? world.begin);
  const last = read.events.at(-1)?.seq ?? 0;
  for (const line of [always, sometimes]) {
    if (!line.device) continue;
    await eventually(() => {
      world.gather(line);
      return (line.received.at(-1)?.seq ?? 0) >= last;
    });
  }
  return read;
}

async function comparePlayer(world: World, player: Player, read: Read): Promise<void> {
  const { name, member, id, always, sometimes, asking } = player;
  const fresh = await loadAll(member);
  expectSame(fresh, viewOf(id, world.truth.factsOf(id)), `${name}, loaded afresh`);
  const lines = {
    'events received': always,
    ...(sometimes.device ? { 'received with pauses': sometimes } : {}),
  };
  // One device syncs occasionally, and one member requests everything concurrently.
  const turn = world.checks + world.players.indexOf(player);
  if (turn % 2 === 0) {
    asking.received.push(...read.events);
    Object.assign(lines, { synced: asking });
  }
  if (turn % world.players.length === 0) {
    const { events } = await missed(member, world.begin, 40);
    Object.assign(lines, { 'synced from the beginning': world.line(id, events) });
  }
  for (const [what, line] of Object.entries(lines)) {
    await world.digest(player, line, read.seq);
    expectSame(line.replica.view(), fresh, `${name}, ${what}`);
  }
  await checkFiles(world, player);
}

/** Asserts that they are equal. Chai, which is slow, only describes a difference. */
function expectEqual(actual: unknown, expected: unknown, what: string): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual, what).to.deep.equal(expected);
}

/** Compares piece by piece, so that a failure shows the difference. */
function expectSame(actual: View, expected: View, what: string): void {
  expectEqual(
    [...actual.conversations.keys()].sort(),
    [...expected.conversations.keys()].sort(),
    `${what}: conversations`,
  );
  const isTimeless = [...actual.conversations.values()].some(
    ({ room }) => room.last_activity_ms === null,
  );
  if (!isTimeless) expectEqual(actual.order, expected.order, `${what}: order of conversations`);
  for (const [entityId, shown] of expected.conversations) {
    const mine = actual.conversations.get(entityId);
    if (!mine) continue;
    const where = `${what}: ${shown.room.display}`;
    // The log has no time for a message that was deleted before the device received it.
    const time = mine.room.last_activity_ms === null ? { last_activity_ms: null } : {};
    expectFields(mine.room, { ...shown.room, ...time }, where);
    for (const list of ['messages', 'pins'] as const) {
      if (isDeepStrictEqual(mine[list], shown[list])) continue;
      expectEqual(textsOf(mine[list]), textsOf(shown[list]), `${where}, ${list}`);
      for (const [n, row] of mine[list].entries())
        expectFields(row, shown[list][n] ?? {}, `${where}, ${list}`);
    }
  }
  expectEqual(actual.counters, expected.counters, `${what}: counters`);
}

/** Compares field by field, so that a failure names the one that differs. */
function expectFields(actual: object, expected: object, where: string): void {
  if (isDeepStrictEqual(actual, expected)) return;
  expectEqual(Object.keys(actual).sort(), Object.keys(expected).sort(), where);
  const fields = new Map(Object.entries(actual));
  for (const [name, value] of Object.entries(expected))
    expectEqual(fields.get(name), value, `${where}: ${name}`);
}

const textsOf = (rows: readonly object[]): unknown[] =>
  rows.map((row) =>
    [(row as { message: string }).message, (row as { message_id: string }).message_id].join(' '),
  );

/**
 * File bytes are readable by members who see a message with the file, and by no others. Checks the
 * newest files and hidden ones.
 */
async function checkFiles({ truth, service }: World, { id, name, member }: Player): Promise<void> {
  const hidden = [...truth.messages.values()].flatMap(({ hiddenBy, files }) =>
    hiddenBy.has(id) ? files : [],
  );
  for (const nid of new Set([...[...truth.files.keys()].slice(-8), ...hidden.slice(-4)])) {
    const url = `${service.app.url}/-/file/${nid}`;
    const { status } = await fetchLight(url, { headers: headersOf(member) });
    expect(status, `${name}: file ${nid}`).to.equal(truth.mayHave(id, nid) ? 200 : 404);
  }
}

/* Published events and their receivers. */

interface Interval {
  from: number;
  to: number;
}

/**
 * The log is one sequence without gaps. No device received foreign events, and connected devices
 * missed none.
 */
function checkLog(world: World): void {
  const { players } = world;
  const bySeq = new Map<number, { event: Event; receivers: Set<string>; others: Set<string> }>();
  for (const { id, always, sometimes, asking } of players) {
    for (const line of [always, sometimes, asking]) {
      for (const event of line.received) {
        const known = bySeq.get(event.seq) ?? { event, receivers: new Set(), others: new Set() };
        bySeq.set(event.seq, known);
        expectEqual(headOf(event), headOf(known.event), `event ${event.seq} published twice`);
        (line === always ? known.receivers : known.others).add(id);
      }
    }
  }
  const seqs = [...bySeq.keys()].sort((a, b) => a - b);
  const gapless = seqs.map((_, n) => world.begin + 1 + n);
  expectEqual(seqs, gapless, 'one sequence without a gap');
  const logged = seqs.flatMap((seq) => bySeq.get(seq) ?? []);
  const wasIn = membership(
    world,
    logged.map(({ event }) => event),
  );
  const list = (ids: Iterable<string>) => [...ids].map((id) => world.truth.nameOf(id)).sort();
  for (const { event, receivers, others } of logged) {
    const may = new Set(audience(world, event, wasIn));
    const what = `${event.name} ${event.seq}`;
    expectEqual(list(receivers), list(may), `receivers of ${what}`);
    const wrong = [...others].filter((id) => !may.has(id));
    expectEqual(list(wrong), [], `who got ${what} and may not`);
  }
}

/** What all receivers of an event get alike. */
const headOf = ({ name, stream, prev, room_id, actor_id }: Event) => [
  name,
  stream,
  prev,
  room_id,
  actor_id,
];

/**
 * When each member was in which group, from the membership events, which must equal the model's.
 */
function membership(
  { truth }: World,
  events: readonly Event[],
): (roomId: string, userId: string, seq: number) => boolean {
  const intervals = new Map<string, Interval[]>();
  for (const room of truth.rooms.filter(({ pair }) => !pair)) {
    const changes = events.filter(
      ({ name, room_id }) => room_id === room.id && /^room\.(create|add|remove|delete)$/.test(name),
    );
    const idsOf = ({ data }: Event) => (data as { user_ids?: string[] }).user_ids ?? [];
    expect(
      changes.map((event) => ({ name: event.name, userIds: [...idsOf(event)].sort() })),
      `changes of ${room.name}`,
    ).to.deep.equal(
      room.changes.map(({ name, userIds }) => ({ name, userIds: [...userIds].sort() })),
    );
    const end = changes.find(({ name }) => name === 'room.delete')?.seq;
    for (const event of changes) {
      for (const userId of idsOf(event)) {
        const key = `${room.id} ${userId}`;
        const mine = intervals.get(key) ?? [];
        intervals.set(key, mine);
        const open = mine.at(-1);
        if (event.name !== 'room.remove')
          mine.push({ from: event.seq, to: end ?? Number.POSITIVE_INFINITY });
        else if (open) open.to = event.seq;
      }
    }
  }
  return (roomId, userId, seq) =>
    (intervals.get(`${roomId} ${userId}`) ?? []).some(({ from, to }) => from <= seq && seq <= to);
}

function audience(
  { truth, players, hub }: World,
  event: Event,
  wasIn: ReturnType<typeof membership>,
): string[] {
  const { stream, seq, room_id: roomId, actor_id: actor } = event;
  if (stream === hub.id) return players.map(({ id }) => id);
  const room = truth.rooms.find(({ id }) => id === roomId);
  // An event in a member's own stream is about their own action.
  if (!room || stream !== roomId) {
    expect(stream, `${event.name} ${seq}: stream`).to.equal(actor);
    return [actor];
  }
  return players.flatMap(({ id }) =>
    (room.pair ? room.pair.includes(id) : wasIn(room.id, id, seq)) ? id : [],
  );
}
