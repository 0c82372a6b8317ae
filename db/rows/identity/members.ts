import { and, eq } from 'drizzle-orm';
import { build } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import { memberMakers, members } from '../../tables/index.ts';
import { queueMemberCount } from '../hubs/hubs.ts';
import { queueSuffixes } from '../name-suffixes.ts';
import { type Names, searchOf } from './users.ts';

/** What a member may do and since when they are one; of a former member privilege is 0. */
export interface MemberState {
  privilege: number;
  joinedMs: number;
}

/** Locks a member's row, also of a former member. */
export async function lockMember(hub: Hub, userId: string): Promise<MemberState | undefined> {
  const [row] = await hub.lock<MemberState>(
    `SELECT privilege, joined_ms AS joinedMs FROM members
     WHERE hub_id = ? AND user_id = ? FOR UPDATE`,
    [hub.id, userId],
  );
  return row;
}

/**
 * Whether a user is a member, whom nobody removes before the transaction ends: what is made for
 * them meanwhile ends when they are removed.
 */
export async function isStayingMember(hub: Hub, userId: string): Promise<boolean> {
  const rows = await hub.lock(
    `SELECT 1 FROM members WHERE hub_id = ? AND user_id = ? AND privilege > 0
     LOCK IN SHARE MODE`,
    [hub.id, userId],
  );
  return rows.length > 0;
}

/** Locks the rows of users in the hub, in their order; returns the ids of those who are members. */
export async function lockMembers(hub: Hub, userIds: readonly string[]): Promise<string[]> {
  if (userIds.length === 0) return [];
  const rows = await hub.lock<{ userId: string; privilege: number }>(
    // No ORDER BY: the primary key is read in its order, and sorting takes as long again.
    `SELECT user_id AS userId, privilege FROM members FORCE INDEX (PRIMARY)
     WHERE hub_id = ? AND user_id IN (?) FOR UPDATE`,
    [hub.id, userIds],
  );
  return rows.filter((row) => row.privilege > 0).map((row) => row.userId);
}

/** Locks the rows of all owners of the hub; returns their ids. */
export async function lockOwners(hub: Hub): Promise<string[]> {
  const rows = await hub.lock<{ userId: string }>(
    `SELECT user_id AS userId FROM members
     WHERE hub_id = ? AND privilege = 63 ORDER BY user_id FOR UPDATE`,
    [hub.id],
  );
  return rows.map((row) => row.userId);
}

/** What a member is given, and by which user and with which key, if by and with one. */
export interface Membership {
  privilege: number;
  makerIds?: readonly string[];
}

/** A user who was never a member; nobody renames them before the transaction ends. */
export interface NewMember extends Membership, Names {
  userId: string;
  externalId?: string | null;
}

/** Inserts a member; fails if the user is, or was one. */
export async function insertMember(hub: Hub, member: NewMember, now: number): Promise<void> {
  const { userId, privilege, externalId = null, makerIds = [] } = member;
  const row = { hubId: hub.id, userId, privilege, externalId, joinedMs: now };
  queueMemberCount(hub, 1);
  queueSuffixes(hub, { hubId: hub.id, kind: 'member', id: userId }, searchOf(member));
  await Promise.all([
    hub.write(build.insert(members).values(row)),
    insertMakers(hub, userId, makerIds, now),
  ]);
}

/**
 * Changes the privilege of a member, or of a former one, who then has the streams that they had.
 * Their row is locked.
 */
export async function updateMember(
  hub: Hub,
  given: Membership & { userId: string; isFormer: boolean },
  now: number,
): Promise<void> {
  const { userId, privilege, makerIds = [], isFormer } = given;
  if (isFormer) queueMemberCount(hub, 1);
  await Promise.all([
    hub.write(build.update(members).set({ privilege }).where(isMember(hub, userId))),
    insertMakers(hub, userId, makerIds, now),
  ]);
}

/** Sets the id of a member in the application that embeds the hub. Their row is locked. */
export async function updateExternalId(
  hub: Hub,
  userId: string,
  externalId: string | null,
): Promise<void> {
  await hub.write(build.update(members).set({ externalId }).where(isMember(hub, userId)));
}

async function insertMakers(
  hub: Hub,
  userId: string,
  makerIds: readonly string[],
  now: number,
): Promise<void> {
  const made = makerIds.map((makerId) => ({ hubId: hub.id, makerId, userId, madeMs: now }));
  if (made.length > 0) await hub.write(build.insert(memberMakers).ignore().values(made));
}

const isMember = (hub: Hub, userId: string) =>
  and(eq(members.hubId, hub.id), eq(members.userId, userId));

/** Takes a member's privilege, and keeps when they left. Their row is locked. */
export async function removeMember(hub: Hub, userId: string, now: number): Promise<void> {
  await hub.write(
    build.update(members).set({ privilege: 0, leftMs: now }).where(isMember(hub, userId)),
  );
  queueMemberCount(hub, -1);
}

/** Returns the user who has the external id, as a member (privilege above 0) or a former one. */
export async function findMemberByExternalId(
  hub: Hub,
  externalId: string,
): Promise<{ userId: string; privilege: number } | undefined> {
  const [row] = await hub.read<{ userId: string; privilege: number }>(
    `SELECT user_id AS userId, privilege FROM members WHERE hub_id = ? AND external_id = ?`,
    [hub.id, externalId],
  );
  return row;
}

/** Returns those of the users who are members of the hub. */
export async function filterMembers(hub: Hub, userIds: readonly string[]): Promise<string[]> {
  if (userIds.length === 0) return [];
  const rows = await hub.read<{ userId: string }>(
    `SELECT user_id AS userId FROM members FORCE INDEX (PRIMARY)
     WHERE hub_id = ? AND user_id IN (?) AND privilege > 0`,
    [hub.id, userIds],
  );
  return rows.map((row) => row.userId);
}

/** Returns the ids of the next members after `after`, in the order of ids. */
export async function listMemberIds(hub: Hub, after: string, limit: number): Promise<string[]> {
  const rows = await hub.read<{ id: string }>(
    `SELECT user_id AS id FROM members FORCE INDEX (PRIMARY)
     WHERE hub_id = ? AND user_id > ? AND privilege > 0 ORDER BY user_id LIMIT ?`,
    [hub.id, after, limit],
  );
  return rows.map((row) => row.id);
}
