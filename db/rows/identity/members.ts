import { build } from '../../connection/statements.ts';
import type { Hub, Transaction } from '../../connection/transaction.ts';
import { columnsOf, members, users } from '../../tables/index.ts';
import { anywhere } from '../like.ts';

export interface Person {
  id: string;
  firstname: string;
  lastname: string;
}
export interface MemberRecord extends Person {
  privilege: number;
  joinedMs: number;
}

const columns = 'u.id, u.firstname, u.lastname, m.privilege, m.joined_ms AS joinedMs';

/** A member; one who was removed counts as none. */
export async function findMember(hub: Hub, userId: string): Promise<MemberRecord | undefined> {
  const [row] = await listMembers(hub, [userId]);
  return row;
}

/** Those of the users who are members of the hub now. */
export async function listMembers(hub: Hub, userIds: readonly string[]): Promise<MemberRecord[]> {
  if (userIds.length === 0) return [];
  return hub.read<MemberRecord>(
    `SELECT ${columns} FROM members m JOIN users u ON u.id = m.user_id WHERE m.hub_id = ? AND m.user_id IN (?) AND m.privilege > 0`,
    [hub.id, userIds],
  );
}

export interface MemberFilter {
  key: string;
  /** Only these. */
  ids?: readonly string[] | undefined;
  after?: string;
  offset?: number;
  limit: number;
}

/** A page of the hub's members by id, with whether `viewerId` blocked each. */
export async function listMemberPage(
  hub: Hub,
  viewerId: string,
  filter: MemberFilter,
): Promise<(MemberRecord & { isBlocked: 0 | 1 })[]> {
  return hub.read(
    `SELECT ${columns}, EXISTS (SELECT 1 FROM blocks b WHERE b.hub_id = m.hub_id AND b.user_id = ? AND b.blocked_id = u.id) AS isBlocked
     FROM members m JOIN users u ON u.id = m.user_id
     WHERE m.hub_id = ? AND m.privilege > 0 AND m.user_id > ? AND CONCAT_WS(' ', u.firstname, u.lastname) LIKE ?${filter.ids ? ' AND m.user_id IN (?)' : ''}
     ORDER BY m.user_id LIMIT ? OFFSET ?`,
    [
      ...[viewerId, hub.id, filter.after ?? '', anywhere(filter.key)],
      ...(filter.ids ? [[...filter.ids]] : []),
      ...[filter.limit, filter.offset ?? 0],
    ],
  );
}

/** A member's row locked, removed or not. */
export async function lockMember(
  hub: Hub,
  userId: string,
): Promise<{ privilege: number; joinedMs: number } | undefined> {
  const [row] = await hub.lock<{ privilege: number; joinedMs: number }>(
    `SELECT privilege, joined_ms AS joinedMs FROM members
     WHERE hub_id = ? AND user_id = ? FOR UPDATE`,
    [hub.id, userId],
  );
  return row;
}

/** Those of the users who are members, their rows locked: none is removed while they are put into a room. */
export async function lockMembers(hub: Hub, userIds: readonly string[]): Promise<MemberRecord[]> {
  if (userIds.length === 0) return [];
  await hub.lock(
    'SELECT 1 FROM members WHERE hub_id = ? AND user_id IN (?) ORDER BY user_id FOR UPDATE',
    [hub.id, userIds],
  );
  return listMembers(hub, userIds);
}

/** Every owner's row locked: the last one must stay. */
export async function lockOwners(hub: Hub): Promise<string[]> {
  const rows = await hub.lock<{ userId: string }>(
    `SELECT user_id AS userId FROM members
     WHERE hub_id = ? AND privilege = 63 ORDER BY user_id FOR UPDATE`,
    [hub.id],
  );
  return rows.map((row) => row.userId);
}

/** Put a member in with a privilege; a former one comes back to his streams. */
export async function saveMember(
  hub: Hub,
  userId: string,
  privilege: number,
  now: number,
): Promise<void> {
  await hub.write(
    build
      .insert(members)
      .values({ hubId: hub.id, userId, privilege, joinedMs: now })
      .onDuplicateKeyUpdate({ set: { privilege } }),
  );
}

export type UserRecord = Omit<typeof users.$inferSelect, 'createdMs'>;
const userColumns = columnsOf(users, { except: ['createdMs'] });

export async function findUser(tx: Transaction, userId: string): Promise<UserRecord | undefined> {
  const [row] = await tx.read<UserRecord>(`SELECT ${userColumns.list} FROM users WHERE id = ?`, [
    userId,
  ]);
  return row;
}

/** True when the user himself blocked the other. */
export async function hasBlocked(hub: Hub, userId: string, otherId: string): Promise<boolean> {
  const rows = await hub.read(
    'SELECT 1 FROM blocks WHERE hub_id = ? AND user_id = ? AND blocked_id = ?',
    [hub.id, userId, otherId],
  );
  return rows.length > 0;
}

/** Those of the users who blocked this one or whom he blocked. */
export async function listBlocked(
  hub: Hub,
  userId: string,
  otherIds: readonly string[],
): Promise<Set<string>> {
  if (otherIds.length === 0) return new Set();
  const rows = await hub.read<{ id: string }>(
    `SELECT blocked_id AS id FROM blocks WHERE hub_id = ? AND user_id = ? AND blocked_id IN (?)
     UNION SELECT user_id FROM blocks WHERE hub_id = ? AND blocked_id = ? AND user_id IN (?)`,
    [hub.id, userId, otherIds, hub.id, userId, otherIds],
  );
  return new Set(rows.map((row) => row.id));
}

/** True when one of the users blocked this one, or he him. */
export const isBlocked = async (
  hub: Hub,
  userId: string,
  otherIds: readonly string[],
): Promise<boolean> => (await listBlocked(hub, userId, otherIds)).size > 0;
