import { and, eq, inArray, sql } from 'drizzle-orm';
import { build } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import type { Person } from '../../rows/identity/members.ts';
import { detachFiles } from '../../rows/messages/attachments.ts';
import { deletePins } from '../../rows/messages/pins.ts';
import { deleteReactions } from '../../rows/messages/reactions.ts';
import type { LockedRoom } from '../../rows/rooms/rooms.ts';
import { columnsOf, messages, participants, removals } from '../../tables/index.ts';

export type MessageRecord = typeof messages.$inferSelect;
const recordColumns = columnsOf(messages);

/** A message with its author's name and the message it answers. */
export interface MessageView {
  id: string;
  roomId: string;
  ordinal: number;
  seq: number;
  body: string;
  authorId: string;
  author: Person;
  threadId: string | null;
  rootId: string | null;
  thread: {
    body: string;
    authorId: string;
    author: Person;
    attachmentCount: number;
    deleted: boolean;
  } | null;
  forwardOf: string | null;
  content: Record<string, unknown> | null;
  sender: { name: string; pic: string | null } | null;
  mentionIds: string[];
  attachmentCount: number;
  reactionCount: number;
  echoId: string | null;
  version: number;
  editedMs: number | null;
  deletedMs: number | null;
  createdMs: number;
}

interface Row extends Omit<MessageView, 'author' | 'thread' | 'mentionIds' | 'content' | 'sender'> {
  content: string | null;
  sender: string | null;
  firstname: string | null;
  lastname: string | null;
  mentionIds: string | null;
  threadBody: string | null;
  threadAuthorId: string | null;
  threadFirstname: string | null;
  threadLastname: string | null;
  threadAttachmentCount: number | null;
  threadDeletedMs: number | null;
}

// What has expired looks deleted, also before it is purged.
export const messageColumns = `m.id, m.room_id AS roomId, m.ordinal, m.seq, IF(m.ordinal > mr.expired_at, m.body, '') AS body, m.author_id AS authorId, m.thread_id AS threadId, m.root_id AS rootId, m.forward_of AS forwardOf,
  IF(m.ordinal > mr.expired_at, m.content, NULL) AS content, IF(m.ordinal > mr.expired_at, m.sender, NULL) AS sender, m.mention_ids AS mentionIds, m.attachment_count AS attachmentCount, m.reaction_count AS reactionCount, m.echo_id AS echoId, m.version, m.edited_ms AS editedMs,
  IF(m.ordinal > mr.expired_at, m.deleted_ms, mr.last_at_ms) AS deletedMs,
  m.created_ms AS createdMs, u.firstname, u.lastname, t.body AS threadBody, t.author_id AS threadAuthorId, tu.firstname AS threadFirstname,
  tu.lastname AS threadLastname, t.attachment_count AS threadAttachmentCount,
  IF(t.ordinal > mr.expired_at, t.deleted_ms, mr.last_at_ms) AS threadDeletedMs`;
export const messageJoins = `JOIN rooms mr ON mr.hub_id = m.hub_id AND mr.id = m.room_id
  LEFT JOIN users u ON u.id = m.author_id
  LEFT JOIN messages t ON t.hub_id = m.hub_id AND t.id = m.thread_id
  LEFT JOIN users tu ON tu.id = t.author_id`;

const person = (id: string, firstname: string | null, lastname: string | null): Person => ({
  id,
  firstname: firstname ?? '',
  lastname: lastname ?? '',
});

export function messageView(row: Row): MessageView {
  const {
    firstname,
    lastname,
    threadBody,
    threadAuthorId,
    threadFirstname,
    threadLastname,
    threadAttachmentCount,
    threadDeletedMs,
    ...rest
  } = row;
  const sender =
    row.sender === null ? null : (JSON.parse(row.sender) as { name: string; pic: string | null });
  return {
    ...rest,
    content: row.content === null ? null : (JSON.parse(row.content) as Record<string, unknown>),
    sender,
    // The system is nobody: it is called as it wished.
    author: person(row.authorId, row.authorId === '' ? (sender?.name ?? '') : firstname, lastname),
    mentionIds: row.mentionIds ? (JSON.parse(row.mentionIds) as string[]) : [],
    thread: row.threadId
      ? {
          body: threadBody ?? '',
          authorId: threadAuthorId ?? '',
          author: person(threadAuthorId ?? '', threadFirstname, threadLastname),
          attachmentCount: threadAttachmentCount ?? 0,
          deleted: threadAuthorId === null || threadDeletedMs !== null,
        }
      : null,
  };
}

// Joined rather than NOT EXISTS, which MariaDB turns into a look through every hub's removals.
const hiding = `JOIN rooms er ON er.hub_id = m.hub_id AND er.id = m.room_id
  LEFT JOIN removals x ON x.hub_id = m.hub_id AND x.room_id = m.room_id AND x.user_id = ? AND x.ordinal = m.ordinal`;
const notHidden = 'x.ordinal IS NULL AND m.ordinal > er.expired_at';

export interface HistoryFilter {
  /** Ordinals, exclusive. With `after` alone the page is the one that follows it. */
  before?: number;
  after?: number;
  offset: number;
  limit: number;
}

/** A page of a room's messages that the member can see, newest first. */
export async function listHistory(
  hub: Hub,
  userId: string,
  roomId: string,
  filter: HistoryFilter,
): Promise<MessageView[]> {
  const upwards = filter.after !== undefined && filter.before === undefined;
  const rows = await hub.read<Row>(
    `SELECT ${messageColumns} FROM (
       SELECT m.hub_id, m.room_id, m.ordinal FROM messages m ${hiding}
       WHERE m.hub_id = ? AND m.room_id = ? AND m.ordinal < ? AND m.ordinal > ? AND m.deleted_ms IS NULL AND ${notHidden}
       ORDER BY m.ordinal ${upwards ? 'ASC' : 'DESC'} LIMIT ? OFFSET ?
     ) k
     JOIN messages m ON m.hub_id = k.hub_id AND m.room_id = k.room_id AND m.ordinal = k.ordinal
     ${messageJoins} ORDER BY m.ordinal DESC`,
    [
      userId,
      hub.id,
      roomId,
      filter.before ?? Number.MAX_SAFE_INTEGER,
      filter.after ?? 0,
      filter.limit,
      filter.offset,
    ],
  );
  return rows.map(messageView);
}

/** A page of a thread's messages that the member can see, newest first: the one that began it, and its replies. */
export async function listThread(
  hub: Hub,
  userId: string,
  rootId: string,
  filter: HistoryFilter,
): Promise<MessageView[]> {
  const order = filter.after !== undefined && filter.before === undefined ? 'ASC' : 'DESC';
  const place = [filter.before ?? Number.MAX_SAFE_INTEGER, filter.after ?? 0];
  const visible = `m.ordinal < ? AND m.ordinal > ? AND m.deleted_ms IS NULL AND ${notHidden}`;
  const columns = 'm.hub_id, m.room_id, m.ordinal';
  const rows = await hub.read<Row>(
    `SELECT ${messageColumns} FROM (
       (SELECT ${columns} FROM messages m ${hiding} WHERE m.hub_id = ? AND m.root_id = ? AND ${visible} ORDER BY m.ordinal ${order} LIMIT ?)
       UNION ALL (SELECT ${columns} FROM messages m ${hiding} WHERE m.hub_id = ? AND m.id = ? AND ${visible})
       ORDER BY ordinal ${order} LIMIT ? OFFSET ?
     ) k
     JOIN messages m ON m.hub_id = k.hub_id AND m.room_id = k.room_id AND m.ordinal = k.ordinal
     ${messageJoins} ORDER BY m.ordinal DESC`,
    [
      ...[userId, hub.id, rootId, ...place, filter.offset + filter.limit],
      ...[userId, hub.id, rootId, ...place],
      ...[filter.limit, filter.offset],
    ],
  );
  return rows.map(messageView);
}

/**
 * Where the thread of a message began, and in which room; of rooms that the member is in. The message may be deleted by now, and where
 * it began the thread nothing may be left of it.
 */
export async function findThread(
  hub: Hub,
  userId: string,
  messageId: string,
): Promise<{ rootId: string; roomId: string } | undefined> {
  const find = (column: 'id' | 'root_id', index: string) =>
    hub.read<{ rootId: string; roomId: string }>(
      `SELECT COALESCE(m.root_id, m.id) AS rootId, m.room_id AS roomId FROM messages m FORCE INDEX (${index})
       STRAIGHT_JOIN participants p ON p.hub_id = m.hub_id AND p.room_id = m.room_id AND p.user_id = ?
       WHERE m.hub_id = ? AND m.${column} = ? LIMIT 1`,
      [userId, hub.id, messageId],
    );
  return (await find('id', 'messages_id'))[0] ?? (await find('root_id', 'messages_root'))[0];
}

/** Queue a message's new text. */
export const queueEdit = (
  hub: Hub,
  messageId: string,
  to: Pick<MessageView, 'body' | 'content' | 'mentionIds' | 'version'> & { editedMs: number },
): void =>
  hub.atCommit(
    build
      .update(messages)
      .set({ ...to, mentionIds: to.mentionIds.length > 0 ? to.mentionIds : null })
      .where(and(eq(messages.hubId, hub.id), eq(messages.id, messageId))),
  );

/** Messages by id as they stand, deleted ones included, whoever asks. For those who have shown their right already. */
export async function listViews(hub: Hub, ids: readonly string[]): Promise<MessageView[]> {
  if (ids.length === 0) return [];
  const rows = await hub.read<Row>(
    `SELECT ${messageColumns} FROM messages m ${messageJoins} WHERE m.hub_id = ? AND m.id IN (?)`,
    [hub.id, ids],
  );
  return rows.map(messageView);
}

/** Those of the messages that the member can see: in a room he is in, not deleted, not hidden by him. */
export async function listVisible(
  hub: Hub,
  userId: string,
  ids: readonly string[],
): Promise<MessageView[]> {
  if (ids.length === 0) return [];
  const rows = await hub.read<Row>(
    `SELECT ${messageColumns} FROM messages m
     JOIN participants p ON p.hub_id = m.hub_id AND p.room_id = m.room_id AND p.user_id = ?
     ${hiding} ${messageJoins}
     WHERE m.hub_id = ? AND m.id IN (?) AND m.deleted_ms IS NULL AND ${notHidden}`,
    [userId, userId, hub.id, ids],
  );
  return rows.map(messageView);
}

/** Where times stand in a room: the first ordinal of each time or later, deleted or not. Undefined: nothing is as late. */
export async function findOrdinalsAt(
  hub: Hub,
  roomId: string,
  times: readonly number[],
): Promise<(number | undefined)[]> {
  const found = await Promise.all(
    times.map((ms) =>
      hub.read<{ ordinal: number }>(
        'SELECT ordinal FROM messages WHERE hub_id = ? AND room_id = ? AND created_ms >= ? ORDER BY created_ms, ordinal LIMIT 1',
        [hub.id, roomId, ms],
      ),
    ),
  );
  return found.map(([row]) => row?.ordinal);
}

/** Where a message stands in a room, deleted or not: a place to page from. */
export async function findOrdinal(
  hub: Hub,
  roomId: string,
  messageId: string,
): Promise<number | undefined> {
  const [row] = await hub.read<{ ordinal: number }>(
    'SELECT ordinal FROM messages WHERE hub_id = ? AND id = ? AND room_id = ?',
    [hub.id, messageId, roomId],
  );
  return row?.ordinal;
}

/** Lock messages, after their rooms. */
export async function lockMessages(hub: Hub, ids: readonly string[]): Promise<MessageRecord[]> {
  if (ids.length === 0) return [];
  const rows = await hub.lock<MessageRecord>(
    `SELECT ${recordColumns.list} FROM messages
     WHERE hub_id = ? AND id IN (?) ORDER BY room_id, ordinal FOR UPDATE`,
    [hub.id, ids],
  );
  return rows.map(recordColumns.decode);
}

/** The columns of a message that is gone: nothing of what it said or had, and when it went. */
export const tombstone = (now: number) => ({
  body: '',
  content: null,
  sender: null,
  mentionIds: null,
  attachmentCount: 0,
  reactionCount: 0,
  deletedMs: now,
});

/** Delete for all: a tombstone without text, and one row that unread subtracts in place of every member's own. */
export async function buryMessages(
  hub: Hub,
  rooms: ReadonlyMap<string, LockedRoom>,
  rows: readonly MessageRecord[],
  now: number,
): Promise<void> {
  const ids = rows.map((row) => row.id);
  await hub.write(
    build
      .update(messages)
      .set(tombstone(now))
      .where(and(eq(messages.hubId, hub.id), inArray(messages.id, ids))),
  );
  for (const [roomId, ordinals] of byRoom(rows)) {
    const room = rooms.get(roomId);
    room?.change({ removedAt: Math.max(room.removedAt, ...ordinals) });
    await hub.write(
      build
        .delete(removals)
        .where(
          and(
            eq(removals.hubId, hub.id),
            eq(removals.roomId, roomId),
            inArray(removals.ordinal, ordinals),
          ),
        ),
    );
  }
  await hub.write(
    build.insert(removals).values(
      rows.map((row) => ({
        hubId: hub.id,
        roomId: row.roomId,
        userId: '',
        ordinal: row.ordinal,
        own: false,
      })),
    ),
  );
  if (rows.some((row) => row.attachmentCount > 0)) await detachFiles(hub, ids);
  if (rows.some((row) => row.reactionCount > 0)) await deleteReactions(hub, ids);
  await deletePins(hub, rows);
}

/** Hide messages from one member. */
export async function hideMessages(
  hub: Hub,
  userId: string,
  rows: readonly MessageRecord[],
): Promise<void> {
  await hub.write(
    build
      .insert(removals)
      .values(
        rows.map((row) => ({
          hubId: hub.id,
          roomId: row.roomId,
          userId,
          ordinal: row.ordinal,
          own: row.authorId === userId,
        })),
      )
      .onDuplicateKeyUpdate({ set: { own: sql`own` } }),
  );
  for (const [roomId, ordinals] of byRoom(rows)) {
    await hub.write(
      build
        .update(participants)
        .set({ hiddenAt: sql`GREATEST(hidden_at, ${Math.max(...ordinals)})` })
        .where(
          and(
            eq(participants.hubId, hub.id),
            eq(participants.roomId, roomId),
            eq(participants.userId, userId),
          ),
        ),
    );
  }
}

function byRoom(rows: readonly MessageRecord[]): Map<string, number[]> {
  const map = new Map<string, number[]>();
  for (const row of rows) map.set(row.roomId, [...(map.get(row.roomId) ?? []), row.ordinal]);
  return map;
}
