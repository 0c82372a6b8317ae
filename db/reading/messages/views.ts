/** Messages as their readers see them: with their authors' names, and the messages they answer. */
import type { Hub } from '../../connection/transaction.ts';
import type { Person } from '../../rows/identity/users.ts';
import type { MessageRecord } from '../../rows/messages/messages.ts';
import { columnsOf, messages } from '../../tables/index.ts';

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
}

interface ViewRow extends Omit<MessageRecord, 'hubId' | 'prevSeq'> {
  firstname: string | null;
  lastname: string | null;
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
    body: "IF(m.ordinal > mr.expired_at, m.body, '')",
    content: 'IF(m.ordinal > mr.expired_at, m.content, NULL)',
    sender: 'IF(m.ordinal > mr.expired_at, m.sender, NULL)',
    deletedMs: 'IF(m.ordinal > mr.expired_at, m.deleted_ms, mr.last_at_ms)',
  },
});

/** The SELECT list of a view. */
const viewColumns = `${columns.list}, u.firstname, u.lastname,
  t.body AS threadBody, t.author_id AS threadAuthorId,
  t.ordinal AS threadOrdinal, tu.firstname AS threadFirstname, tu.lastname AS threadLastname,
  t.attachment_count AS threadAttachmentCount,
  IF(t.ordinal > mr.expired_at, t.deleted_ms, mr.last_at_ms) AS threadDeletedMs,
  tx.ordinal AS threadHiddenOrdinal`;

/** The joins of a view, after `messages m`. The parameter is the reader's id. */
const viewJoins = `JOIN rooms mr ON mr.hub_id = m.hub_id AND mr.id = m.room_id
  LEFT JOIN users u ON u.id = m.author_id
  LEFT JOIN messages t ON t.hub_id = m.hub_id AND t.id = m.thread_id
  LEFT JOIN users tu ON tu.id = t.author_id
  LEFT JOIN removals tx ON tx.hub_id = t.hub_id AND tx.room_id = t.room_id AND tx.user_id = ?
    AND tx.ordinal = t.ordinal`;

/**
 * Joins what hides a message `m` from a user; the parameter is the user's id. A join, because
 * MariaDB runs NOT EXISTS as a scan of the removals of all hubs.
 */
export const hidingJoins = `JOIN rooms er ON er.hub_id = m.hub_id AND er.id = m.room_id
  LEFT JOIN removals x ON x.hub_id = m.hub_id AND x.room_id = m.room_id AND x.user_id = ?
    AND x.ordinal = m.ordinal`;

/** Tells that a message `m` is visible, with `hidingJoins`. */
export const isVisible = 'm.deleted_ms IS NULL AND m.ordinal > er.expired_at AND x.ordinal IS NULL';

const person = (id: string, firstname: string | null, lastname: string | null): Person => ({
  id,
  firstname: firstname ?? '',
  lastname: lastname ?? '',
});

/** Completes a row in place: copying an object of this size takes longer than reading it. */
function viewOf(row: ViewRow): MessageView {
  const { authorId, sender, mentionIds, threadId } = columns.decode(row);
  // The system has no user; it gives its name with the message.
  const firstname = authorId === '' ? (sender?.name ?? '') : row.firstname;
  return Object.assign(row, {
    author: person(authorId, firstname, row.lastname),
    mentionIds: mentionIds ?? [],
    thread: threadId === null ? null : quotedIn(row),
  });
}

const quotedIn = (row: ViewRow): QuotedMessage => ({
  body: row.threadBody ?? '',
  authorId: row.threadAuthorId ?? '',
  author: person(row.threadAuthorId ?? '', row.threadFirstname, row.threadLastname),
  attachmentCount: row.threadAttachmentCount ?? 0,
  ordinal: row.threadOrdinal ?? 0,
  deleted: row.threadAuthorId === null || row.threadDeletedMs !== null,
  hidden: row.threadHiddenOrdinal !== null,
});

/** A part of a statement, with its parameters. */
type Part = readonly [sql: string, ...params: unknown[]];

/**
 * Returns views for a reader. `from` begins with `messages m`, or joins it, and may join more.
 * `select` may bound the time of the statement.
 */
export async function selectViews(
  hub: Hub,
  readerId: string,
  [from, ...fromParams]: Part,
  [rest, ...restParams]: Part,
  select = 'SELECT',
): Promise<MessageView[]> {
  const rows = await hub.read<ViewRow>(
    `${select} ${viewColumns} FROM ${from} ${viewJoins} ${rest}`,
    [...fromParams, readerId, ...restParams],
  );
  return rows.map(viewOf);
}

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
  const byId = ['WHERE m.hub_id = ? AND m.id IN (?)', hub.id, ids] as const;
  return selectViews(hub, readerId, ['messages m'], byId);
}

/** Returns those of the messages that a member can see: in their rooms, not deleted or hidden. */
export async function listVisible(
  hub: Hub,
  userId: string,
  ids: readonly string[],
): Promise<MessageView[]> {
  if (ids.length === 0) return [];
  const inOwnRooms = `messages m JOIN participants p
    ON p.hub_id = m.hub_id AND p.room_id = m.room_id AND p.user_id = ? ${hidingJoins}`;
  return selectViews(
    hub,
    userId,
    [inOwnRooms, userId, userId],
    [`WHERE m.hub_id = ? AND m.id IN (?) AND ${isVisible}`, hub.id, ids],
  );
}

/** Returns a message of a room, unless it is deleted or hidden by the user. */
export async function findVisibleIn(
  hub: Hub,
  userId: string,
  roomId: string,
  messageId: string,
): Promise<MessageView | undefined> {
  const [view] = await selectViews(
    hub,
    userId,
    [`messages m ${hidingJoins}`, userId],
    [
      `WHERE m.hub_id = ? AND m.id = ? AND m.room_id = ? AND ${isVisible}`,
      hub.id,
      messageId,
      roomId,
    ],
  );
  return view;
}

/** Returns, by message id, the version of those that are neither deleted nor expired. */
export async function listVersions(hub: Hub, ids: readonly string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const rows = await hub.read<{ id: string; version: number }>(
    `SELECT m.id, m.version FROM messages m
     JOIN rooms r ON r.hub_id = m.hub_id AND r.id = m.room_id
     WHERE m.hub_id = ? AND m.id IN (?) AND m.deleted_ms IS NULL AND m.ordinal > r.expired_at`,
    [hub.id, ids],
  );
  return new Map(rows.map((row) => [row.id, row.version]));
}
