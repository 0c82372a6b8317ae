import type { MySqlTable } from 'drizzle-orm/mysql-core';
import type { Pool } from '../../db/connection/connect.ts';
import { insertRows } from '../../db/connection/statements.ts';
import { transact } from '../../db/connection/transaction.ts';
import { hashOf } from '../../db/rows/hash.ts';
import { newId } from '../../db/rows/ids.ts';
import {
  hubs,
  members,
  messages,
  participants,
  rooms,
  sessions,
  users,
} from '../../db/tables/index.ts';

export interface FloorUser {
  id: string;
  token: string;
  tokenHash: string;
}

/** A direct room of two users. */
export interface FloorRoom {
  id: string;
  users: readonly [FloorUser, FloorUser];
}

const text = 'Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor.';
const sessionMs = 86_400_000;

/** Writes the rows of a hub in which each two users have a direct room with messages. */
export async function seedPairs(pool: Pool, pairs: number, messagesEach: number) {
  const now = Date.now();
  const hubId = newId();
  const people = newUsers(2 * pairs);
  const seeded = Array.from({ length: pairs }, (_, n): FloorRoom => {
    const [one, other] = people.slice(2 * n, 2 * n + 2) as [FloorUser, FloorUser];
    return { id: newId(), users: [one, other] };
  });
  const history = seeded.flatMap((room, at) => messagesOf(hubId, room, at, messagesEach, now));
  const hub = { id: hubId, name: 'Floor', origins: [], seq: history.length, createdMs: now };
  await insert(pool, hubs, [hub]);
  await insert(
    pool,
    users,
    people.map((user) => personOf(user, now)),
  );
  await insert(
    pool,
    members,
    people.map(({ id }) => ({
      hubId,
      userId: id,
      privilege: 7,
      joinedMs: now,
    })),
  );
  await insert(
    pool,
    sessions,
    people.map((user) => sessionOf(user, now)),
  );
  await insert(
    pool,
    rooms,
    seeded.map((room, at) => ({
      ...roomOf(hubId, room, now),
      lastOrdinal: messagesEach,
      lastSeq: (at + 1) * messagesEach,
    })),
  );
  await insert(
    pool,
    participants,
    seeded.flatMap((room) =>
      room.users.map(({ id }) => ({
        hubId,
        roomId: room.id,
        userId: id,
        pointer: messagesEach,
        postedAt: messagesEach,
        joinedSeq: 0,
        joinedMs: now,
      })),
    ),
  );
  await insert(pool, messages, history);
  return { hubId, users: people, rooms: seeded };
}

const newUsers = (count: number): FloorUser[] =>
  Array.from({ length: count }, (_, n) => {
    const token = `token-of-user-${n}-of-the-floor`;
    return { id: newId(), token, tokenHash: hashOf(token) };
  });

async function insert<T extends MySqlTable>(
  pool: Pool,
  table: T,
  rows: readonly T['$inferInsert'][],
): Promise<void> {
  for (let from = 0; from < rows.length; from += 1000)
    await transact(pool, async (tx) =>
      tx.atCommit(insertRows(table, rows.slice(from, from + 1000))),
    );
}

const personOf = ({ id }: FloorUser, createdMs: number) => ({
  id,
  firstname: 'Ada',
  lastname: 'Test',
  createdMs,
});

const sessionOf = ({ id, tokenHash }: FloorUser, now: number) => ({
  id: newId(),
  tokenHash,
  kind: 'issued',
  userId: id,
  privilegeCap: 63,
  userAgent: 'bench',
  createdMs: now,
  expiresMs: now + sessionMs,
});

const roomOf = (hubId: string, { id, users: [one, other] }: FloorRoom, now: number) => ({
  hubId,
  id,
  kind: 'direct' as const,
  name: '',
  description: '',
  lastAtMs: now,
  directKey: [one.id, other.id].sort().join(':'),
  memberCount: 2,
  createdBy: one.id,
  createdMs: now,
});

const messagesOf = (hubId: string, room: FloorRoom, at: number, count: number, now: number) =>
  Array.from({ length: count }, (_, n) => {
    const seq = at * count + n + 1;
    return {
      hubId,
      roomId: room.id,
      ordinal: n + 1,
      id: newId(),
      seq,
      prevSeq: n === 0 ? 0 : seq - 1,
      authorId: room.users[0].id,
      body: text,
      createdMs: now + n,
    };
  });
