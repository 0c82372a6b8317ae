import { searchForm } from '../../../acl/text/normal-form.ts';
import type { Pool } from '../../../db/connection/connect.ts';
import { newId } from '../../../db/rows/ids.ts';
import {
  mail,
  mailboxes,
  members,
  messages,
  participants,
  rooms,
  tags,
  users,
} from '../../../db/tables/index.ts';
import { fillNames } from '../../support/fill-names.ts';
import { insertMany } from '../../support/insert-rows.ts';
import type { World } from '../contract/world.ts';

const text = 'Lorem ipsum dolor sit amet, consectetur adipiscing elit.';

/**
 * Adds rows to the first hub of a world: members, who all join the common room; for each of them a
 * group or a direct room with the world's member and one unread message; and as many messages in
 * the common room, letters in the member's inbox and tags of the member.
 */
export async function grow({ app: { pool }, hub, members: { member }, room }: World, size: number) {
  const now = Date.now();
  const ids = Array.from({ length: size }, newId);
  const hubId = hub.id;
  const start = await positionOf(pool, hubId, room);
  await insertMany(
    pool,
    users,
    ids.map((id, n) => person(id, n, now)),
  );
  await insertMany(
    pool,
    members,
    ids.map((userId) => ({ hubId, userId, privilege: 7, joinedMs: now })),
  );

  const conversations = ids.map((userId, n) => {
    const seq = start.seq + n + 1;
    return conversation(hubId, [member.id, userId], n, { seq, now });
  });
  await insertMany(
    pool,
    rooms,
    conversations.map((one) => one.room),
  );
  await insertMany(
    pool,
    participants,
    conversations.flatMap((one) => one.participants),
  );
  await insertMany(
    pool,
    messages,
    conversations.map((one) => one.message),
  );

  const joined = { hubId, roomId: room, joinedSeq: start.roomSeq, joinedMs: now, pointer: 0 };
  await insertMany(
    pool,
    participants,
    ids.map((userId) => ({ ...joined, userId })),
  );
  const history = ids.map((authorId, n) => ({
    hubId,
    roomId: room,
    id: newId(),
    authorId,
    body: `${text} ${n}`,
    createdMs: now,
    ordinal: start.ordinal + n + 1,
    seq: start.seq + size + n + 1,
    prevSeq: n === 0 ? start.roomSeq : start.seq + size + n,
  }));
  await insertMany(pool, messages, history);
  await pool.query(
    `UPDATE rooms r JOIN hubs h ON h.id = r.hub_id
     SET h.seq = ?, h.member_count = h.member_count + ?, r.last_seq = ?, r.last_ordinal = ?,
       r.member_count = r.member_count + ?
     WHERE r.hub_id = ? AND r.id = ?`,
    [start.seq + 2 * size, size, start.seq + 2 * size, start.ordinal + size, size, hubId, room],
  );
  await fillNames(pool);
  await addPersonalThings(pool, hubId, member.id, ids, now);
}

async function positionOf(pool: Pool, hubId: string, roomId: string) {
  const [rows] = await pool.query(
    `SELECT h.seq, r.last_seq AS roomSeq, r.last_ordinal AS ordinal
     FROM hubs h JOIN rooms r ON r.hub_id = h.id WHERE h.id = ? AND r.id = ?`,
    [hubId, roomId],
  );
  return (rows as [{ seq: number; roomSeq: number; ordinal: number }])[0];
}

const person = (id: string, n: number, createdMs: number) => ({
  id,
  firstname: `User ${n}`,
  lastname: 'Test',
  createdMs,
  search: searchForm(`User ${n} Test`),
});

/** A direct room, or every second time a group, with one message of the second user. */
function conversation(
  hubId: string,
  [userId, authorId]: [string, string],
  n: number,
  { seq, now }: { seq: number; now: number },
) {
  const id = newId();
  const isDirect = n % 2 === 0;
  const name = isDirect ? '' : `Group ${n}`;
  const lastAtMs = now - n;
  const joined = { hubId, roomId: id, joinedSeq: 0, joinedMs: now };
  return {
    room: {
      hubId,
      id,
      name,
      lastAtMs,
      lastOrdinal: 1,
      lastSeq: seq,
      memberCount: 2,
      kind: isDirect ? ('direct' as const) : ('group' as const),
      description: '',
      directKey: isDirect ? [userId, authorId].sort().join(':') : null,
      search: isDirect ? null : searchForm(name),
      createdBy: authorId,
      createdMs: now,
    },
    participants: [
      { ...joined, userId, pointer: 0 },
      { ...joined, userId: authorId, pointer: 1, postedAt: 1 },
    ],
    message: {
      hubId,
      roomId: id,
      ordinal: 1,
      id: newId(),
      seq,
      prevSeq: 0,
      authorId,
      body: text,
      createdMs: lastAtMs,
    },
  };
}

async function addPersonalThings(
  pool: Pool,
  hubId: string,
  ownerId: string,
  fromIds: readonly string[],
  now: number,
): Promise<void> {
  const times = { createdMs: now, updatedMs: now };
  const letters = fromIds.map((fromId) => ({
    hubId,
    id: newId(),
    fromId,
    fromName: 'User',
    toIds: [ownerId],
    content: { text },
    sentMs: now,
    ...times,
  }));
  await insertMany(pool, mail, letters);
  const boxed = letters.map(({ id }) => ({
    hubId,
    ownerId,
    box: 'inbox' as const,
    mailId: id,
    ...times,
  }));
  await insertMany(pool, mailboxes, boxed);
  const named = fromIds.map((_, n) => ({
    hubId,
    userId: ownerId,
    id: newId(),
    name: `Tag ${n}`,
    createdMs: now,
  }));
  await insertMany(pool, tags, named);
}
