import { setTimeout as sleep } from 'node:timers/promises';
import type { ErrorCode } from '../../../acl/language/errors.ts';
import { CallError, type Client } from '../../../client/index.ts';
import { operatorToken } from '../../support/app.ts';
import { clientOf } from '../../support/caller.ts';
import type { Victim } from './victim.ts';

export interface Person {
  id: string;
  token: string;
  hubId: string;
  /** Calls the service at its current address. */
  readonly client: Client;
  /** Where the member may post: other members, and groups. */
  entities: string[];
}

/** `maybe`: requested without a reply. The next audit determines the outcome, which is final. */
export type State = 'no' | 'yes' | 'maybe';

/** A post, or one copy of a forward. */
export interface Sent {
  /** Unique to this message: in its text or its echoId. */
  mark: string;
  by: Person;
  entityId: string;
  audience: string[];
  echoId?: string;
  source?: Sent;
  nids: string[];
  /** Requested without a reply; the next audit determines whether it was posted. */
  outcome: 'made' | 'unknown' | 'not made';
  id?: string;
  seq?: number;
  /** Possible texts: one, unless an edit had no reply. */
  texts: string[];
  /** Edits with a reply, and edits without. */
  edits: number;
  unknownEdits: number;
  deleted: State;
  /** By user. */
  hidden: Map<string, State>;
  reacted: Map<string, State>;
}

export interface Counts {
  calls: number;
  answered: number;
  refused: number;
  /** The connection broke, or UNAVAILABLE, whether or not the outcome is known. */
  broken: number;
  inDoubt: number;
  unavailable: number;
  retried: number;
  /** Without an echoId, so that only the audit determines their outcome. */
  unanswered: number;
}

export type Answer<T> =
  | { value: T }
  | { refused: ErrorCode }
  | { unknown: true; nothingHappened: boolean };

/** The members, their requests and the replies. */
export interface Ledger {
  victim: Victim;
  hubId: string;
  people: Person[];
  groups: Map<string, string[]>;
  sent: Sent[];
  /** The content of each accepted file by nid, derived from its name. */
  files: Map<string, string>;
  /**
   * Accepted files that were then removed or sent, or where that was requested: they may be gone.
   */
  given: Set<string>;
  /** The minimum read position by user and room. */
  read: Map<string, number>;
  counts: Counts;
  next(prefix: string): string;
  /** Calls once. Only permitted errors may be returned. */
  ask<T>(call: () => Promise<T>, allowed?: readonly ErrorCode[]): Promise<Answer<T>>;
  /** Retries until there is a reply: for calls with an echoId. */
  insist<T>(
    call: () => Promise<T>,
    allowed?: readonly ErrorCode[],
  ): Promise<Exclude<Answer<T>, { unknown: true }>>;
}

const names = ['alice', 'bob', 'carl', 'dana', 'erin', 'fred'];
/** The timeout of a call, whatever was killed. */
const answeredWithinMs = 60_000;
const insistForMs = 180_000;

/** A fresh hub of six members with three groups. */
export async function openLedger(victim: Victim): Promise<Ledger> {
  const platform = clientOf(operatorToken, undefined, victim.url);
  const { hub_id: hubId } = await platform.hub.create({ name: 'Hub' });
  const operator = clientOf(operatorToken, hubId, victim.url);
  const people: Person[] = [];
  for (const firstname of names) {
    const { user_id: id } = await platform.user.create({ firstname, lastname: 'Test' });
    await operator.hub.add_member({ user_id: id, privilege: 7 });
    const { token } = await platform.session.issue({ user_id: id });
    const person = {
      id,
      token,
      hubId,
      entities: [],
      get client() {
        return clientOf(token, hubId, victim.url);
      },
    };
    people.push(person);
  }
  const groups = new Map<string, string[]>();
  for (const members of [people, people.slice(0, 3), people.slice(2)]) {
    const [owner, ...others] = members;
    const room = await owner?.client.room.create({
      name: 'Room',
      user_ids: others.map(({ id }) => id),
    });
    if (room)
      groups.set(
        room.entity_id,
        members.map(({ id }) => id),
      );
  }
  for (const person of people) {
    const own = [...groups].filter(([, members]) => members.includes(person.id)).map(([id]) => id);
    person.entities.push(...own, ...people.filter((other) => other !== person).map(({ id }) => id));
  }

  const counts: Counts = {
    calls: 0,
    answered: 0,
    refused: 0,
    broken: 0,
    inDoubt: 0,
    unavailable: 0,
    retried: 0,
    unanswered: 0,
  };
  const numbers = new Map<string, number>();

  async function ask<T>(
    call: () => Promise<T>,
    allowed: readonly ErrorCode[] = [],
  ): Promise<Answer<T>> {
    await victim.listens();
    counts.calls += 1;
    try {
      const value = await bounded(call());
      counts.answered += 1;
      return { value };
    } catch (error) {
      if (error instanceof Hanging) throw error;
      if (!(error instanceof CallError)) {
        counts.broken += 1;
        return { unknown: true, nothingHappened: false };
      }
      if (error.code === 'UNAVAILABLE') {
        const inDoubt = error.details.includes('outcome unknown');
        counts[inDoubt ? 'inDoubt' : 'unavailable'] += 1;
        return { unknown: true, nothingHappened: !inDoubt };
      }
      if (!allowed.includes(error.code)) throw error;
      counts.refused += 1;
      return { refused: error.code };
    }
  }

  return {
    victim,
    hubId,
    people,
    groups,
    sent: [],
    files: new Map(),
    given: new Set(),
    read: new Map(),
    counts,
    next(prefix) {
      const number = (numbers.get(prefix) ?? 0) + 1;
      numbers.set(prefix, number);
      return `${prefix}${number}`;
    },
    ask,
    async insist(call, allowed) {
      for (const end = Date.now() + insistForMs; ; await sleep(20)) {
        const answer = await ask(call, allowed);
        if (!('unknown' in answer)) return answer;
        if (Date.now() > end)
          throw new Error(`asked again and again for ${insistForMs} ms, and never answered`);
        counts.retried += 1;
      }
    },
  };
}

class Hanging extends Error {}

async function bounded<T>(call: Promise<T>): Promise<T> {
  const over = new AbortController();
  const late = sleep(answeredWithinMs, undefined, { signal: over.signal }).then(() => {
    throw new Hanging(`no answer within ${answeredWithinMs} ms`);
  });
  late.catch(() => {});
  return Promise.race([call, late]).finally(() => over.abort());
}

/** The room's key in `read`. */
export const readKey = (userId: string, roomId: string): string => `${userId} ${roomId}`;

/** The content of a file with this name. */
export const contentOf = (name: string): string =>
  `${name} `.repeat(200 * (1 + (Number(name.match(/\d+/)?.[0]) % 7)));
