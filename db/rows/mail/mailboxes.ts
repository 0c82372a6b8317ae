import { and, eq, inArray, sql } from 'drizzle-orm';
import { build, insertRows } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import { columnsOf, mailboxes } from '../../tables/index.ts';

export type BoxName = 'inbox' | 'sent';
export type MailboxRecord = typeof mailboxes.$inferSelect;

export const mailboxColumns = columnsOf(mailboxes, {
  alias: 'e',
  only: ['ownerId', 'box', 'isRead'],
});

/** Locks entries of one box. */
export async function lockEntries(
  hub: Hub,
  ownerId: string,
  box: BoxName,
  ids: readonly string[],
): Promise<void> {
  if (ids.length > 0)
    await hub.lock(
      `SELECT 1 FROM mailboxes WHERE hub_id = ? AND owner_id = ? AND box = ? AND mail_id IN (?)
       ORDER BY mail_id FOR UPDATE`,
      [hub.id, ownerId, box, ids],
    );
}

export interface BoxCounts {
  inbox: number;
  unread: number;
  sent: number;
}

export async function countBoxes(hub: Hub, ownerId: string): Promise<BoxCounts> {
  const [row] = await hub.read<BoxCounts>(
    `SELECT COALESCE(SUM(box = 'inbox'), 0) AS inbox,
       COALESCE(SUM(box = 'inbox' AND is_read = 0), 0) AS unread,
       COALESCE(SUM(box = 'sent'), 0) AS sent
     FROM mailboxes WHERE hub_id = ? AND owner_id = ?`,
    [hub.id, ownerId],
  );
  return row ?? { inbox: 0, unread: 0, sent: 0 };
}

/** Returns who has a message in a box. */
export async function listMailOwners(hub: Hub, mailId: string): Promise<string[]> {
  const rows = await hub.read<{ ownerId: string }>(
    'SELECT DISTINCT owner_id AS ownerId FROM mailboxes WHERE hub_id = ? AND mail_id = ?',
    [hub.id, mailId],
  );
  return rows.map((row) => row.ownerId);
}

/** Queues the entries of a message in its owners' boxes. */
export function queueEntries(
  hub: Hub,
  mailId: string,
  owners: readonly { ownerId: string; box: BoxName }[],
  now: number,
): void {
  const shared = { hubId: hub.id, mailId, createdMs: now, updatedMs: now };
  const rows = owners.map((owner) => ({ ...shared, ...owner }));
  if (rows.length > 0) hub.atCommit(insertRows(mailboxes, rows));
}

const areEntries = (hub: Hub, ownerId: string, box: BoxName, ids: readonly string[]) =>
  and(
    eq(mailboxes.hubId, hub.id),
    eq(mailboxes.ownerId, ownerId),
    eq(mailboxes.box, box),
    inArray(mailboxes.mailId, [...ids]),
  );

/** Marks entries as read; those that are read stay unchanged. */
export async function markEntries(
  hub: Hub,
  ownerId: string,
  box: BoxName,
  ids: readonly string[],
  now: number,
): Promise<void> {
  await hub.write(
    build
      .update(mailboxes)
      .set({ isRead: true, version: sql`version + 1`, updatedMs: now })
      .where(and(areEntries(hub, ownerId, box, ids), eq(mailboxes.isRead, false))),
  );
}

/** Deletes entries of a box, and the messages that are in no box then. */
export async function deleteEntries(
  hub: Hub,
  ownerId: string,
  box: BoxName,
  ids: readonly string[],
): Promise<void> {
  await Promise.all([
    hub.write(build.delete(mailboxes).where(areEntries(hub, ownerId, box, ids))),
    hub.write({
      sql: `DELETE m FROM mail m WHERE m.hub_id = ? AND m.id IN (?) AND m.bulk_after IS NULL
        AND NOT EXISTS (
          SELECT 1 FROM mailboxes e WHERE e.hub_id = m.hub_id AND e.mail_id = m.id)`,
      params: [hub.id, [...ids]],
    }),
  ]);
}

/** Queues that all entries of messages are deleted. */
export const queueEntryRemoval = (hub: Hub, ids: readonly string[]): void =>
  hub.atCommit(
    build
      .delete(mailboxes)
      .where(and(eq(mailboxes.hubId, hub.id), inArray(mailboxes.mailId, [...ids]))),
  );
