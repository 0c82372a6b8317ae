import { and, eq, inArray, sql } from 'drizzle-orm';
import { build } from '../../connection/statements.ts';
import type { Hub, Transaction } from '../../connection/transaction.ts';
import { BadCriteria, conditionOf, type Field, orderOf } from '../../reading/mail/criteria.ts';
import { columnsOf, echoes, mail, mailboxes } from '../../tables/index.ts';

export type MailRecord = typeof mail.$inferSelect;
export type BoxName = 'inbox' | 'sent';

const mailColumns = columnsOf(mail, { alias: 'm' });
const entryColumns = columnsOf(mailboxes, { alias: 'e', only: ['ownerId', 'box', 'isRead'] });

/** A message as it lies in a box. */
export interface MailView
  extends MailRecord,
    Pick<typeof mailboxes.$inferSelect, 'ownerId' | 'box' | 'isRead'> {
  entryVersion: number;
  entryCreatedMs: number;
  entryUpdatedMs: number;
}

const viewColumns = `${mailColumns.list}, ${entryColumns.list}, e.version AS entryVersion,
  e.created_ms AS entryCreatedMs, e.updated_ms AS entryUpdatedMs`;
const from = 'mailboxes e JOIN mail m ON m.hub_id = e.hub_id AND m.id = e.mail_id';

const viewOf = (row: MailView): MailView => entryColumns.decode(mailColumns.decode(row));

/** What criteria and order may name. */
const fields: Readonly<Record<string, Field>> = {
  message_id: { kind: 'id', sql: 'e.mail_id' },
  owner_id: { kind: 'id', sql: 'e.owner_id' },
  box: { kind: 'id', sql: 'e.box' },
  is_read: { kind: 'number', sql: 'e.is_read' },
  version: { kind: 'number', sql: 'e.version' },
  created_ms: { kind: 'number', sql: 'e.created_ms' },
  updated_ms: { kind: 'number', sql: 'e.updated_ms' },
  message_version: { kind: 'number', sql: 'm.version' },
  message_created_ms: { kind: 'number', sql: 'm.created_ms' },
  message_updated_ms: { kind: 'number', sql: 'm.updated_ms' },
  sent_ms: { kind: 'number', sql: 'm.sent_ms' },
  'from.id': { kind: 'id', sql: 'm.from_id' },
  'from.name': { kind: 'text', sql: 'm.from_name' },
  'from.pic': { kind: 'text', sql: 'm.from_pic' },
  to_ids: { kind: 'list', sql: 'm.to_ids' },
};

function fieldOf(path: string): Field | undefined {
  if (Object.hasOwn(fields, path)) return fields[path];
  const parts = /^content\.(.+)$/.exec(path)?.[1]?.split('.');
  if (!parts?.every((part) => /^[\w -]{1,64}$/.test(part))) return undefined;
  return { kind: 'json', sql: 'm.content', path: `$${parts.map((part) => `."${part}"`).join('')}` };
}

export interface MailFilter {
  /** Undefined: of everybody. */
  ownerId?: string | undefined;
  criteria: Record<string, unknown>;
  sort: Record<string, 1 | -1>;
  rows: number;
  page: number;
}

/** What a client asks for may cost more than it is worth: two seconds, said to MariaDB and to MySQL in their ways, and what they answer then. */
const timed =
  '/*M! SET STATEMENT max_statement_time=2 FOR */ SELECT /*+ MAX_EXECUTION_TIME(2000) */';
const tookTooLong = new Set([1969, 3024]);

/** A page of entries that meet the criteria, and how many there are in all. Throws BadCriteria. */
export async function listMailPage(
  hub: Hub,
  { ownerId, criteria, sort, rows, page }: MailFilter,
): Promise<{ items: MailView[]; count: number }> {
  const condition = conditionOf(criteria, fieldOf);
  const order = orderOf(sort, fieldOf);
  const where = `${from} WHERE e.hub_id = ?${ownerId === undefined ? '' : ' AND e.owner_id = ?'} AND ${condition.sql}`;
  const params = [hub.id, ...(ownerId === undefined ? [] : [ownerId]), ...condition.params];
  const [items, [total]] = await Promise.all([
    hub.read<MailView>(
      `${timed} ${viewColumns} FROM ${where} ORDER BY ${order.sql}e.mail_id, e.box, e.owner_id LIMIT ? OFFSET ?`,
      [...params, ...order.params, rows, (page - 1) * rows],
    ),
    hub.read<{ count: number }>(`${timed} COUNT(*) AS count FROM ${where}`, params),
  ]).catch((error: unknown) => {
    if (tookTooLong.has((error as { errno?: number }).errno ?? 0))
      throw new BadCriteria('criteria: take too long');
    throw error;
  });
  return { items: items.map(viewOf), count: total?.count ?? 0 };
}

/** Entries of one box by message id. */
export async function listEntries(
  hub: Hub,
  ownerId: string,
  box: BoxName,
  ids: readonly string[],
): Promise<MailView[]> {
  if (ids.length === 0) return [];
  const rows = await hub.read<MailView>(
    `SELECT ${viewColumns} FROM ${from} WHERE e.hub_id = ? AND e.owner_id = ? AND e.box = ? AND e.mail_id IN (?)`,
    [hub.id, ownerId, box, ids],
  );
  return rows.map(viewOf);
}

/** A member's entries of messages, in any box. */
export async function listEntriesOf(
  hub: Hub,
  ownerId: string,
  ids: readonly string[],
): Promise<MailView[]> {
  if (ids.length === 0) return [];
  const rows = await hub.read<MailView>(
    `SELECT ${viewColumns} FROM ${from} WHERE e.hub_id = ? AND e.owner_id = ? AND e.box IN ('inbox', 'sent') AND e.mail_id IN (?)`,
    [hub.id, ownerId, ids],
  );
  return rows.map(viewOf);
}

/** Lock entries of one box. */
export const lockEntries = (
  hub: Hub,
  ownerId: string,
  box: BoxName,
  ids: readonly string[],
): Promise<unknown> =>
  hub.lock(
    `SELECT 1 FROM mailboxes WHERE hub_id = ? AND owner_id = ? AND box = ? AND mail_id IN (?)
     ORDER BY mail_id FOR UPDATE`,
    [hub.id, ownerId, box, ids.length > 0 ? ids : ['']],
  );

/** Messages by id, without their owners. */
export async function listMail(hub: Hub, ids: readonly string[]): Promise<MailRecord[]> {
  if (ids.length === 0) return [];
  const rows = await hub.read<MailRecord>(
    `SELECT ${mailColumns.list} FROM mail m WHERE m.hub_id = ? AND m.id IN (?)`,
    [hub.id, ids],
  );
  return rows.map(mailColumns.decode);
}

/** Messages locked, to change or delete them for all. */
export async function lockMail(hub: Hub, ids: readonly string[]): Promise<MailRecord[]> {
  if (ids.length === 0) return [];
  const rows = await hub.lock<MailRecord>(
    `SELECT ${mailColumns.list} FROM mail m
     WHERE m.hub_id = ? AND m.id IN (?) ORDER BY m.id FOR UPDATE`,
    [hub.id, ids],
  );
  return rows.map(mailColumns.decode);
}

export interface BoxCounts {
  inbox: number;
  unread: number;
  sent: number;
}

export async function countBoxes(hub: Hub, ownerId: string): Promise<BoxCounts> {
  const [row] = await hub.read<BoxCounts>(
    `SELECT COALESCE(SUM(box = 'inbox'), 0) AS inbox, COALESCE(SUM(box = 'inbox' AND is_read = 0), 0) AS unread, COALESCE(SUM(box = 'sent'), 0) AS sent
     FROM mailboxes WHERE hub_id = ? AND owner_id = ?`,
    [hub.id, ownerId],
  );
  return row ?? { inbox: 0, unread: 0, sent: 0 };
}

export const queueMail = (hub: Hub, row: Omit<MailRecord, 'hubId'>): void =>
  hub.atCommit(build.insert(mail).values({ hubId: hub.id, ...row }));

/** Queue the entries of a message in its owners' boxes. */
export const queueEntries = (
  hub: Hub,
  mailId: string,
  owners: readonly { ownerId: string; box: BoxName }[],
  now: number,
): void => {
  if (owners.length > 0)
    hub.atCommit(
      build.insert(mailboxes).values(
        owners.map((owner) => ({
          hubId: hub.id,
          mailId,
          ...owner,
          createdMs: now,
          updatedMs: now,
        })),
      ),
    );
};

const inBox = (hub: Hub, ownerId: string, box: BoxName, ids: readonly string[]) =>
  and(
    eq(mailboxes.hubId, hub.id),
    eq(mailboxes.ownerId, ownerId),
    eq(mailboxes.box, box),
    inArray(mailboxes.mailId, [...ids]),
  );

/** Mark entries as read; those that are so already stay as they are. */
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
      .where(and(inBox(hub, ownerId, box, ids), eq(mailboxes.isRead, false))),
  );
}

/** Take entries out of a box. A message that is in nobody's box any more goes too. */
export async function deleteEntries(
  hub: Hub,
  ownerId: string,
  box: BoxName,
  ids: readonly string[],
): Promise<void> {
  await hub.write(build.delete(mailboxes).where(inBox(hub, ownerId, box, ids)));
  await hub.write({
    sql: `DELETE m FROM mail m WHERE m.hub_id = ? AND m.id IN (?) AND m.bulk_after IS NULL
       AND NOT EXISTS (SELECT 1 FROM mailboxes e WHERE e.hub_id = m.hub_id AND e.mail_id = m.id)`,
    params: [hub.id, [...ids]],
  });
}

export const queueMailContent = (
  hub: Hub,
  id: string,
  to: Pick<MailRecord, 'content' | 'version' | 'updatedMs'>,
): void =>
  hub.atCommit(
    build
      .update(mail)
      .set(to)
      .where(and(eq(mail.hubId, hub.id), eq(mail.id, id))),
  );

/** Queue that messages are gone for all their owners. */
export const queueMailRemoval = (hub: Hub, ids: readonly string[]): void =>
  hub.atCommit(
    build
      .delete(mailboxes)
      .where(and(eq(mailboxes.hubId, hub.id), inArray(mailboxes.mailId, [...ids]))),
    build.delete(mail).where(and(eq(mail.hubId, hub.id), inArray(mail.id, [...ids]))),
    build.delete(echoes).where(and(eq(echoes.hubId, hub.id), inArray(echoes.madeId, [...ids]))),
  );

/** Whose boxes hold a message. */
export async function listMailOwners(hub: Hub, id: string): Promise<string[]> {
  const rows = await hub.read<{ ownerId: string }>(
    'SELECT DISTINCT owner_id AS ownerId FROM mailboxes WHERE hub_id = ? AND mail_id = ?',
    [hub.id, id],
  );
  return rows.map((row) => row.ownerId);
}

export interface Bulk {
  hubId: string;
  id: string;
}

/** Messages to everybody, of any hub, that have not gone out to all. */
export const listBulk = (tx: Transaction): Promise<Bulk[]> =>
  tx.read<Bulk>(
    'SELECT hub_id AS hubId, id FROM mail WHERE bulk_after IS NOT NULL ORDER BY id LIMIT 100',
    [],
  );

/** The next members to whom a message goes. */
export async function listMembersAfter(hub: Hub, after: string, limit: number): Promise<string[]> {
  const rows = await hub.read<{ id: string }>(
    'SELECT user_id AS id FROM members WHERE hub_id = ? AND user_id > ? AND privilege > 0 ORDER BY user_id LIMIT ?',
    [hub.id, after, limit],
  );
  return rows.map((row) => row.id);
}

/** Queue how far a message to everybody has gone out. */
export const queueProgress = (
  hub: Hub,
  id: string,
  bulkAfter: string | null,
  bulkSent: number,
): void =>
  hub.atCommit(
    build
      .update(mail)
      .set({ bulkAfter, bulkSent })
      .where(and(eq(mail.hubId, hub.id), eq(mail.id, id))),
  );
