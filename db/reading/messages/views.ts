/** Messages as their readers see them: with their authors' names, and the messages they answer. */
import type { StoredFile } from '../../../acl/entities/file.ts';
import type { Part } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import type { Person } from '../../rows/identity/users.ts';
import type { MessageRecord } from '../../rows/messages/messages.ts';
import { columnsOf, messages } from '../../tables/index.ts';
import { type FirstFiles, firstFiles, readFirstFiles } from './first-files.ts';

/** The message that another one answers. */
interface QuotedMessage {
  body: string;
  authorId: string;
  author: Person;
  attachmentCount: number;
  ordinal: number;
  deleted: boolean;
  /** The reader for whom the view was read hid it. */
  hidden: boolean;
}

/** A message, as its row is and with what belongs to it. A new column of messages is in it. */
export interface MessageView extends Omit<MessageRecord, 'hubId' | 'prevSeq' | 'mentionIds'> {
  author: Person;
  thread: QuotedMessage | null;
  mentionIds: string[];
  /** The first of its files. */
  files: StoredFile[];
}

interface ViewRow extends Omit<MessageRecord, 'hubId' | 'prevSeq'> {
  firstname: string | null;
  lastname: string | null;
  firstFiles?: FirstFiles;
}

interface QuoteRow {
  threadBody: string | null;
  threadAuthorId: string | null;
  threadFirstname: string | null;
  threadLastname: string | null;
  threadAttachmentCount: number | null;
  threadOrdinal: number | null;
  threadDeletedMs: number | null;
  threadHiddenOrdinal: number | null;
}

// An expired message looks deleted, also before its content is purged.
const columns = columnsOf(messages, {
  alias: 'm',
  except: ['hubId', 'prevSeq'],
  as: {
    body: "IF(m.ordinal > r.expired_at, m.body, '')",
    content: 'IF(m.ordinal > r.expired_at, m.content, NULL)',
    sender: 'IF(m.ordinal > r.expired_at, m.sender, NULL)',
    deletedMs: 'IF(m.ordinal > r.expired_at, m.deleted_ms, r.last_at_ms)',
  },
});

/** The SELECT list of a view, without the quote and the files. */
const viewColumns = `${columns.list}, u.firstname, u.lastname`;

/** The SELECT list of the message that a message `m` of the room `r` answers. */
const quoteColumns = `t.body AS threadBody, t.author_id AS threadAuthorId,
  t.ordinal AS threadOrdinal, tu.firstname AS threadFirstname, tu.lastname AS threadLastname,
  t.attachment_count AS threadAttachmentCount,
  IF(t.ordinal > r.expired_at, t.deleted_ms, r.last_at_ms) AS threadDeletedMs,
  tx.ordinal AS threadHiddenOrdinal`;

/**
 * Joins the author of a message `m`. While users are few, MariaDB would compare all of them with
 * each message.
 */
const authorJoin = 'LEFT JOIN users u FORCE INDEX (PRIMARY) ON u.id = m.author_id';

/** Joins the message that a message `m` answers; the parameter is the reader's id. */
const quoteJoins = `LEFT JOIN messages t FORCE INDEX (messages_id)
    ON t.hub_id = m.hub_id AND t.id = m.thread_id
  LEFT JOIN users tu FORCE INDEX (PRIMARY) ON tu.id = t.author_id
  LEFT JOIN removals tx ON tx.hub_id = t.hub_id AND tx.room_id = t.room_id AND tx.user_id = ?
    AND tx.ordinal = t.ordinal`;

/**
 * Joins the room of a message `m`, and a user's row in it; the parameter is the user's id. In this
 * order: beginning with the user's rooms, MariaDB would read all of their messages.
 */
export const roomJoins = `STRAIGHT_JOIN rooms r ON r.hub_id = m.hub_id AND r.id = m.room_id
  STRAIGHT_JOIN participants p ON p.hub_id = m.hub_id AND p.room_id = m.room_id AND p.user_id = ?`;

/** A participant `p` and their room `r`. */
export const ownRoom = 'participants p JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id';

/** The messages `m` of the room that a participant `p` is in, to be joined. */
export const ownMessages = `messages m FORCE INDEX (PRIMARY)
  ON m.hub_id = p.hub_id AND m.room_id = p.room_id`;

/**
 * Returns the condition that a user hid a message `m`. Compares a value, because MariaDB runs NOT
 * EXISTS as a scan of the removals of all hubs.
 */
export const isHiddenFrom = (userId: '?' | 'p.user_id'): string =>
  `(SELECT 1 FROM removals x WHERE x.hub_id = m.hub_id AND x.room_id = m.room_id
      AND x.user_id = ${userId} AND x.ordinal = m.ordinal) IS NOT NULL`;

/** The condition that a message `m` of the room `r` is neither deleted nor expired. */
export const remains = 'm.deleted_ms IS NULL AND m.ordinal > r.expired_at';

/**
 * The condition that the participant `p` hid a message `m`. Removals are read only for messages
 * that are old enough to be among them.
 */
export const isHidden = `(m.ordinal <= p.hidden_at AND ${isHiddenFrom('p.user_id')})`;

/** The condition that the participant `p` can see a message `m` of their room `r`. */
export const isVisible = `${remains} AND NOT ${isHidden}`;

const person = (id: string, firstname: string | null, lastname: string | null): Person => ({
  id,
  firstname: firstname ?? '',
  lastname: lastname ?? '',
});

/**
 * Completes a row in place, by assignments: Object.assign to an object of this size takes longer
 * than reading it.
 */
function viewOf<R extends ViewRow>(row: R): R & MessageView {
  const { authorId, sender, mentionIds, threadId } = columns.decode(row);
  const view = row as R & MessageView;
  // The system has no user; it gives its name with the message.
  const firstname = authorId === '' ? (sender?.name ?? '') : row.firstname;
  view.author = person(authorId, firstname, row.lastname);
  view.mentionIds = mentionIds ?? [];
  view.files = readFirstFiles(row.firstFiles ?? null);
  view.thread = threadId !== null && hasQuote(row) ? quotedIn(row) : null;
  return view;
}

const hasQuote = <R extends object>(row: R): row is R & QuoteRow => 'threadBody' in row;

const quotedIn = (row: QuoteRow): QuotedMessage => ({
  body: row.threadBody ?? '',
  authorId: row.threadAuthorId ?? '',
  author: person(row.threadAuthorId ?? '', row.threadFirstname, row.threadLastname),
  attachmentCount: row.threadAttachmentCount ?? 0,
  ordinal: row.threadOrdinal ?? 0,
  deleted: row.threadAuthorId === null || row.threadDeletedMs !== null,
  hidden: row.threadHiddenOrdinal !== null,
});

/** The parts of the statement that reads views. */
export interface Selection {
  /** May bound the time of the statement. */
  select?: string;
  /** Columns besides those of a view, after a comma. */
  columns?: string;
  /** False: leaves out the messages that are answered, see `addQuotes`. */
  hasQuotes?: boolean;
  /** False: leaves out the files of the messages, see `addFiles`. */
  hasFiles?: boolean;
  /** `messages m`, `rooms r` and what else the condition needs. */
  from: Part;
  /** Conditions and order. */
  rest: Part;
}

/** Returns views for a reader, and the other columns of the selection. */
export async function selectViews<More = unknown>(
  hub: Hub,
  readerId: string,
  { select = 'SELECT', columns = '', hasQuotes = true, hasFiles = true, from, rest }: Selection,
): Promise<(MessageView & More)[]> {
  const [fromSql, ...fromParams] = from;
  const [restSql, ...restParams] = rest;
  const quotes = hasQuotes ? { columns: `, ${quoteColumns}`, joins: quoteJoins } : noQuotes;
  const rows = await hub.read<ViewRow & More>(
    `${select} ${viewColumns}${hasFiles ? `, ${firstFiles}` : ''}${quotes.columns}${columns}
     FROM ${fromSql} ${authorJoin} ${quotes.joins} ${restSql}`,
    [...fromParams, ...(hasQuotes ? [readerId] : []), ...restParams],
  );
  return rows.map(viewOf);
}

const noQuotes = { columns: '', joins: '' };

/** Reads the messages that views answer, for views that were selected without them. */
export async function addQuotes(
  hub: Hub,
  readerId: string,
  views: readonly MessageView[],
): Promise<void> {
  const replies = views.filter(({ threadId }) => threadId !== null);
  if (replies.length === 0) return;
  const rows = await hub.read<QuoteRow & { id: string }>(
    `SELECT m.id, ${quoteColumns} FROM ${withRoom} ${quoteJoins}
     WHERE m.hub_id = ? AND m.id IN (?)`,
    [readerId, hub.id, replies.map(({ id }) => id)],
  );
  const quotes = new Map(rows.map((row) => [row.id, quotedIn(row)]));
  for (const reply of replies) reply.thread = quotes.get(reply.id) ?? null;
}

/** Reads the files of views that were selected without them. */
export async function addFiles(hub: Hub, views: readonly MessageView[]): Promise<void> {
  const withFiles = views.filter(({ attachmentCount }) => attachmentCount > 0);
  if (withFiles.length === 0) return;
  const rows = await hub.read<{ id: string; firstFiles: FirstFiles }>(
    `SELECT m.id, ${firstFiles} FROM ${withRoom} WHERE m.hub_id = ? AND m.id IN (?)`,
    [hub.id, withFiles.map(({ id }) => id)],
  );
  const files = new Map(rows.map((row) => [row.id, readFirstFiles(row.firstFiles)]));
  for (const view of withFiles) view.files = files.get(view.id) ?? [];
}

// Otherwise MariaDB may begin with all rooms of a small hub, and read all of their messages.
const withRoom = 'messages m STRAIGHT_JOIN rooms r ON r.hub_id = m.hub_id AND r.id = m.room_id';
const byId = (hub: Hub, ids: readonly string[]): Part => [
  'WHERE m.hub_id = ? AND m.id IN (?)',
  ...[hub.id, ids],
];

/**
 * Returns messages by id, also deleted ones and those that the reader hid. It checks no right: call
 * it only after a door of db/access has admitted the caller.
 */
export async function listViews(
  hub: Hub,
  readerId: string,
  ids: readonly string[],
): Promise<MessageView[]> {
  if (ids.length === 0) return [];
  return selectViews(hub, readerId, { from: [withRoom], rest: byId(hub, ids) });
}

/** A message with what the event that announced it says besides. */
export interface PostedView extends MessageView {
  /** The seq of the event before it in the room. */
  prev: number;
  /** Of a direct room. */
  directKey: string | null;
}

/** Returns the same as `listViews`, for the events that announced the messages. */
export async function listPosted(
  hub: Hub,
  readerId: string,
  ids: readonly string[],
): Promise<PostedView[]> {
  if (ids.length === 0) return [];
  return selectViews<Omit<PostedView, keyof MessageView>>(hub, readerId, {
    columns: ', m.prev_seq AS prev, r.direct_key AS directKey',
    from: [withRoom],
    rest: byId(hub, ids),
  });
}

/** Selects those of the messages that a member can see: in their rooms, not deleted or hidden. */
export const visibleByIds = (hub: Hub, userId: string, ids: readonly string[]): Selection => ({
  from: [`messages m ${roomJoins}`, userId],
  rest: [`WHERE m.hub_id = ? AND m.id IN (?) AND ${isVisible}`, hub.id, ids],
});

/** A message that the reader can see. */
export interface VisibleMessage extends MessageView {
  /** Of a direct room. */
  directKey: string | null;
  /** The ordinal up to which the reader has read. */
  pointer: number;
  /** No message of the reader's in the room has a greater ordinal. */
  postedAt: number;
  /** When the reader's last receipt was sent (unix milliseconds). */
  receiptMs: number;
  /** Of the room. */
  lastOrdinal: number;
}

/** Returns those of the messages that a member can see. */
export async function listVisible(
  hub: Hub,
  userId: string,
  ids: readonly string[],
): Promise<VisibleMessage[]> {
  if (ids.length === 0) return [];
  return selectViews<Omit<VisibleMessage, keyof MessageView>>(hub, userId, {
    columns: `, r.direct_key AS directKey, r.last_ordinal AS lastOrdinal, p.pointer,
      p.posted_at AS postedAt, p.receipt_ms AS receiptMs`,
    ...visibleByIds(hub, userId, ids),
  });
}

/** Returns a message of a room, unless it is deleted or hidden by the user. */
export async function findVisibleIn(
  hub: Hub,
  userId: string,
  roomId: string,
  messageId: string,
): Promise<MessageView | undefined> {
  const [view] = await selectViews(hub, userId, {
    from: [withRoom],
    rest: [
      `WHERE m.hub_id = ? AND m.id = ? AND m.room_id = ? AND ${remains}
         AND NOT ${isHiddenFrom('?')}`,
      ...[hub.id, messageId, roomId, userId],
    ],
  });
  return view;
}
