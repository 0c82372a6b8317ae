import { createBatcher } from './batches.ts';
import { bounded, statementSeconds } from './bounds.ts';
import type { Owner } from './fair-queue.ts';
import { faultOf } from './faults.ts';
import type { RoundTrips } from './round-trip.ts';
import type { Statement } from './statements.ts';

/**
 * Reads of concurrent calls that travel together. A round trip costs the service and the database
 * more CPU time than a short read itself.
 */
export interface JoinedReads {
  /**
   * Returns the results of statements in order; those of one `line` share connections. Rejects with
   * NotJoined where the statements must be sent by themselves.
   */
  ask(line: string, owner: Owner, statements: readonly Statement[]): Promise<unknown[]>;
  /** Sends statements by themselves; if they are slow or fail, the owner's next are not joined. */
  watch(owner: Owner, alone: () => Promise<unknown[]>): Promise<unknown[]>;
}

/** The owner's reads were slow or failed, or a statement of the packet has failed. */
export class NotJoined extends Error {}

/** How many calls travel together at most. */
export const joinedAtOnce = 32;
const slowMs = 500;
/** Short reads may be held up by other work of the database. */
const leastSeconds = 0.1;

/** What one call asks for. */
interface Asked {
  owner: string;
  statements: readonly Statement[];
  resolve(results: unknown[]): void;
  reject(error: unknown): void;
}

/** A statement of one call, or one that several share. */
interface Part {
  statement: Statement;
  /** How many seconds it may run. */
  seconds: number;
  /** The keys of all calls, where they share it. */
  keys?: Set<unknown>;
  result?: unknown;
}

/**
 * Returns joined reads that use so many connections of a line at once. While fewer are in use, a
 * call is not kept waiting for others.
 */
export function createJoinedReads(
  roundTrips: Pick<RoundTrips, 'ask'>,
  connections: number,
): JoinedReads {
  const apart = new OwnersApart();

  async function send(asked: readonly Asked[]): Promise<void> {
    const { parts, partsOf } = join(asked);
    const startMs = performance.now();
    const results = await roundTrips.ask(parts.map(statementOf), 'call');
    // Which of them took long is not known: many short reads of one owner hold up others as well.
    if (isSlow(startMs)) for (const { owner } of asked) apart.add(owner);
    for (const [index, part] of parts.entries()) part.result = results[index];
    for (const [index, { resolve }] of asked.entries())
      resolve((partsOf[index] ?? []).map(({ result }) => result));
  }

  /** A packet that fails may have done so for one of its calls: each is sent by itself. */
  function refuse(asked: readonly Asked[], error: unknown): void {
    // Owners of a single call are watched when that is sent by itself.
    if (faultOf(error) === 'timeout')
      for (const [owner, calls] of callsByOwner(asked)) if (calls > 1) apart.add(owner);
    for (const one of asked)
      one.reject(isOfStatement(error) ? new NotJoined('it failed', { cause: error }) : error);
  }

  const enqueue = createBatcher<Asked>(
    (asked) => send(asked).catch((error: unknown) => refuse(asked, error)),
    { size: joinedAtOnce, atOnce: connections },
  );

  return {
    async ask(line, { hubId, userId }, statements) {
      const owner = `${hubId} ${userId}`;
      if (apart.has(owner)) throw new NotJoined('those of its owner were slow, or failed');
      return new Promise((resolve, reject) =>
        enqueue(line, { owner, statements, resolve, reject }),
      );
    },
    async watch({ hubId, userId }, alone) {
      const startMs = performance.now();
      let hasFailed = false;
      try {
        return await alone();
      } catch (error) {
        hasFailed = isOfStatement(error);
        throw error;
      } finally {
        if (hasFailed || isSlow(startMs)) apart.add(`${hubId} ${userId}`);
      }
    },
  };
}

const isSlow = (startMs: number): boolean => performance.now() > startMs + slowMs;

/** Whether a statement may have failed by itself: a table that is full may be its temporary one. */
const isOfStatement = (error: unknown): boolean =>
  !['disconnected', 'unanswered', 'unreachable'].includes(faultOf(error));

const staysApartMs = 60_000;
const maxApart = 10_000;

/** Those whose reads took long or failed, and for a while do not travel with those of others. */
class OwnersApart {
  readonly #untilMs = new Map<string, number>();

  has(owner: string): boolean {
    return (this.#untilMs.get(owner) ?? 0) > performance.now();
  }

  add(owner: string): void {
    this.#untilMs.delete(owner);
    this.#untilMs.set(owner, performance.now() + staysApartMs);
    for (const [oldest] of this.#untilMs) {
      if (this.#untilMs.size <= maxApart) break;
      this.#untilMs.delete(oldest);
    }
  }
}

/**
 * Puts the statements of calls in one order. What calls share goes before everything else if they
 * ask for it first, and otherwise after everything else: also the last one of a call that asks for
 * nothing else, which may confirm what the others of other calls read.
 */
function join(asked: readonly Asked[]): { parts: Part[]; partsOf: Part[][] } {
  const before = new Map<string, Part>();
  const after = new Map<string, Part>();
  const own: Part[] = [];
  const calls = callsByOwner(asked);
  const partsOf = asked.map(({ owner, statements }) => {
    const seconds = secondsFor(calls.get(owner) ?? 1);
    const firstOwn = statements.findIndex(({ isShared }) => !isShared);
    const leading = firstOwn === -1 ? 1 : firstOwn;
    return statements.map((statement, index) => {
      if (statement.isShared) return share(index < leading ? before : after, statement);
      const part = { statement, seconds };
      own.push(part);
      return part;
    });
  });
  return { parts: [...before.values(), ...own, ...after.values()], partsOf };
}

/** Returns the part that has the keys of a statement, among those of the same text. */
function share(parts: Map<string, Part>, statement: Statement): Part {
  const { sql, params } = statement;
  const name = JSON.stringify([sql, ...params.slice(0, -1)]);
  const part = parts.get(name) ?? { statement, seconds: secondsFor(1), keys: new Set() };
  parts.set(name, part);
  for (const key of params.at(-1) as readonly unknown[]) part.keys?.add(key);
  return part;
}

function callsByOwner(asked: readonly Asked[]): Map<string, number> {
  const calls = new Map<string, number>();
  for (const { owner } of asked) calls.set(owner, (calls.get(owner) ?? 0) + 1);
  return calls;
}

/** The calls of one owner divide the time of one: others wait for all of them. */
const secondsFor = (calls: number): number =>
  Math.max(leastSeconds, Math.ceil((1000 * statementSeconds.joined) / calls) / 1000);

function statementOf({ statement: { sql, params }, seconds, keys }: Part): Statement {
  const all = keys ? [...params.slice(0, -1), [...keys]] : params;
  return bounded({ sql, params: all }, seconds);
}
