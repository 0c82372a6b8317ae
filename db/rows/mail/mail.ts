import { and, eq, inArray } from 'drizzle-orm';
import { build } from '../../connection/statements.ts';
import type { Hub, Transaction } from '../../connection/transaction.ts';
import { columnsOf, mail } from '../../tables/index.ts';

export type MailRecord = typeof mail.$inferSelect;

export const mailColumns = columnsOf(mail, { alias: 'm' });

const select = `SELECT ${mailColumns.list} FROM mail m
  WHERE m.hub_id = ? AND m.id IN (?) ORDER BY m.id`;

/** Returns messages by id. */
export async function listMail(hub: Hub, ids: readonly string[]): Promise<MailRecord[]> {
  if (ids.length === 0) return [];
  return (await hub.read<MailRecord>(select, [hub.id, ids])).map(mailColumns.decode);
}

/** Locks messages, to change or delete them for all their owners. */
export async function lockMail(hub: Hub, ids: readonly string[]): Promise<MailRecord[]> {
  if (ids.length === 0) return [];
  return (await hub.lock<MailRecord>(`${select} FOR UPDATE`, [hub.id, ids])).map(
    mailColumns.decode,
  );
}

/** Queues a message; with `bulkAfter` a job delivers it to the hub's members. */
export function queueMail(hub: Hub, row: Omit<MailRecord, 'hubId'>): void {
  hub.atCommit(build.insert(mail).values({ hubId: hub.id, ...row }));
  if (row.bulkAfter !== null) hub.wakeAtCommit('bulk mail');
}

export const queueMailContent = (
  hub: Hub,
  id: string,
  to: Pick<MailRecord, 'content' | 'version' | 'updatedMs'>,
): void => hub.changeAtCommit(mail, { hubId: hub.id, id }, to);

export const queueMailRemoval = (hub: Hub, ids: readonly string[]): void =>
  hub.atCommit(build.delete(mail).where(and(eq(mail.hubId, hub.id), inArray(mail.id, [...ids]))));

/** A message to all members of a hub that is not delivered to all of them yet. */
export interface BulkMail {
  hubId: string;
  id: string;
}

/** Returns messages of any hub that are not delivered to all members yet. */
export const listBulkMail = (tx: Transaction): Promise<BulkMail[]> =>
  tx.read<BulkMail>(
    'SELECT hub_id AS hubId, id FROM mail WHERE bulk_after IS NOT NULL ORDER BY id LIMIT 100',
    [],
  );

/** Queues the last member to whom a message is delivered (null: to all), and how many have it. */
export const queueBulkProgress = (
  hub: Hub,
  id: string,
  bulkAfter: string | null,
  bulkSent: number,
): void => hub.changeAtCommit(mail, { hubId: hub.id, id }, { bulkAfter, bulkSent });
