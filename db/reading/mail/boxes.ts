/** Messages as they lie in their owners' boxes. */
import { boundedSelect, statementSeconds } from '../../connection/bounds.ts';
import { faultOf } from '../../connection/faults.ts';
import type { Hub } from '../../connection/transaction.ts';
import { type MailRecord, mailColumns } from '../../rows/mail/mail.ts';
import { type BoxName, type MailboxRecord, mailboxColumns } from '../../rows/mail/mailboxes.ts';
import { BadCriteria, type Field } from './conditions.ts';
import { conditionOf, orderOf } from './criteria.ts';

/** A message and its entry in a box. */
export interface MailView extends MailRecord, Pick<MailboxRecord, 'ownerId' | 'box' | 'isRead'> {
  entryVersion: number;
  entryCreatedMs: number;
  entryUpdatedMs: number;
}

const columns = `${mailColumns.list}, ${mailboxColumns.list}, e.version AS entryVersion,
  e.created_ms AS entryCreatedMs, e.updated_ms AS entryUpdatedMs`;
const from = 'mailboxes e JOIN mail m ON m.hub_id = e.hub_id AND m.id = e.mail_id';

const viewOf = (row: MailView): MailView => mailboxColumns.decode(mailColumns.decode(row));

/** The fields that criteria and orders may name. */
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

/** A search was stopped: its criteria or its order need too much time. */
export class SearchTimeout extends BadCriteria {}

export interface MailFilter {
  /** Absent: entries of all owners. */
  ownerId?: string | undefined;
  /** Only messages that the system sent. */
  fromSystem?: boolean;
  criteria: Record<string, unknown>;
  sort: Record<string, 1 | -1>;
  rows: number;
  /** From 1. */
  page: number;
}

const timedSelect = boundedSelect(statementSeconds.search);

/** Returns a page of the entries that meet criteria, and their total. Throws BadCriteria. */
export async function listMailPage(
  hub: Hub,
  { ownerId, fromSystem, criteria, sort, rows, page }: MailFilter,
): Promise<{ items: MailView[]; count: number }> {
  const condition = conditionOf(criteria, fieldOf);
  const order = orderOf(sort, fieldOf);
  const isOwner = ownerId === undefined ? '' : 'AND e.owner_id = ?';
  const isSender = fromSystem ? 'AND m.from_id IS NULL' : '';
  const where = `${from} WHERE e.hub_id = ? ${isOwner} ${isSender} AND ${condition.sql}`;
  const params = [hub.id, ...(ownerId === undefined ? [] : [ownerId]), ...condition.params];
  const [items, [total]] = await Promise.all([
    hub.read<MailView>(
      `${timedSelect} ${columns} FROM ${where}
       ORDER BY ${order.sql}e.mail_id, e.box, e.owner_id LIMIT ? OFFSET ?`,
      [...params, ...order.params, rows, (page - 1) * rows],
    ),
    hub.read<{ count: number }>(`${timedSelect} COUNT(*) AS count FROM ${where}`, params),
  ]).catch((error: unknown) => {
    if (faultOf(error) === 'timeout') throw new SearchTimeout('criteria: take too long');
    throw error;
  });
  return { items: items.map(viewOf), count: total?.count ?? 0 };
}

/** Returns a member's entries of messages in some boxes. */
export async function listEntries(
  hub: Hub,
  ownerId: string,
  ids: readonly string[],
  boxes: readonly BoxName[] = ['inbox', 'sent'],
): Promise<MailView[]> {
  if (ids.length === 0) return [];
  const rows = await hub.read<MailView>(
    `SELECT ${columns} FROM ${from}
     WHERE e.hub_id = ? AND e.owner_id = ? AND e.box IN (?) AND e.mail_id IN (?)`,
    [hub.id, ownerId, boxes, ids],
  );
  return rows.map(viewOf);
}
