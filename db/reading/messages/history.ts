import { receiptAudience } from '../../../acl/language/limits.ts';
import { boundedSelect, statementSeconds } from '../../connection/bounds.ts';
import type { Part } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import { directKey, entityOf } from '../../rows/rooms/direct-key.ts';
import { roomOfEntity } from '../rooms/conversations.ts';
import { type Addressed, hintedRoomId, keepRoomHint } from '../rooms/room-hints.ts';
import { keysOf } from './numbered-pages.ts';
import { pageHints } from './page-hints.ts';
import {
  addFiles,
  addQuotes,
  isHidden,
  isHiddenFrom,
  isVisible,
  type MessageView,
  ownMessages,
  ownRoom,
  remains,
  roomJoins,
  type Selection,
  selectViews,
  visibleByIds,
} from './views.ts';

/** A page of messages. With `after` alone it is the page that follows it, else the newest. */
export interface HistoryFilter {
  /** Ordinals, exclusive. */
  before?: number;
  after?: number;
  offset: number;
  limit: number;
}

/** A message with what its reader's history says of it. */
export interface HistoryView extends MessageView {
  /** Of its conversation, for the reader. */
  entityId: string;
  /** Of a direct room. */
  directKey: string | null;
  /** The ordinal up to which the reader has read. */
  pointer: number;
  /** No message of the reader's in the room has a greater ordinal. */
  postedAt: number;
  /** When the reader's last receipt was sent (unix milliseconds). */
  receiptMs: number;
  /**
   * The ordinal up to which everyone else has read; 0 of others' messages, and in rooms that are
   * too large for receipts.
   */
  seenUpTo: number;
}

type HistoryColumns = Omit<HistoryView, keyof MessageView | 'entityId'>;
type HistoryRow = MessageView & HistoryColumns & { entityId?: string };

/** The columns of HistoryView, from the reader's participant `p` and the room `r`. */
const historyColumns = `, r.direct_key AS directKey, p.pointer,
  p.posted_at AS postedAt, p.receipt_ms AS receiptMs,
  IF(m.author_id = p.user_id AND r.member_count <= ${receiptAudience}, (
    SELECT MIN(IF(o.user_id = p.user_id, NULL,
      IF(o.read_hidden, o.read_at, GREATEST(o.pointer, o.read_at))))
    FROM participants o FORCE INDEX (PRIMARY)
    WHERE o.hub_id = p.hub_id AND o.room_id = p.room_id
  ), 0) AS seenUpTo`;

async function selectHistory(
  hub: Hub,
  userId: string,
  selection: Omit<Selection, 'columns'>,
): Promise<HistoryView[]> {
  const views = await selectViews<HistoryColumns>(hub, userId, {
    ...selection,
    columns: historyColumns,
  });
  return views.map((view: HistoryRow) => {
    const { roomId: id, directKey } = view;
    view.entityId = entityOf({ id, directKey }, userId);
    return view as HistoryView;
  });
}

/** A page without what it skips. */
type Cut = Omit<HistoryFilter, 'offset'>;

const isAscending = ({ before, after }: Cut) => after !== undefined && before === undefined;

const orderOf = (page: Cut) => (isAscending(page) ? 'ASC' : 'DESC');

const between = 'm.ordinal < ? AND m.ordinal > ?';
const boundsOf = ({ before, after }: Cut) => [before ?? Number.MAX_SAFE_INTEGER, after ?? 0];

/** A page without an offset reads few rows besides its own: the bound of a call is enough. */
const selectOf = ({ offset }: HistoryFilter) =>
  offset > 0 ? boundedSelect(statementSeconds.page) : 'SELECT';

/** Returns the end of a statement that reads a page of the messages that `condition` selects. */
const cut = (page: Cut, [condition, ...params]: Part): Part => [
  `WHERE ${between} AND ${condition} ORDER BY m.ordinal ${orderOf(page)} LIMIT ?`,
  ...[...boundsOf(page), ...params, page.limit],
];

/**
 * Returns a page of the messages that a member can see in a conversation, newest first. Finds the
 * conversation by its entity_id in the same statement: the page is empty without one.
 */
export async function listHistory(
  hub: Hub,
  userId: string,
  entityId: string,
  page: HistoryFilter,
): Promise<HistoryView[]> {
  const reader = { userId, entityId };
  const hint = hintedRoomId(hub, reader);
  const hinted = hint === undefined ? [] : await readHistory(hub, reader, ['?', hint], page);
  if (hinted.length > 0) return hinted;
  const views = await readHistory(hub, reader, roomOfEntity(hub, userId, entityId), page);
  if (views[0]) keepRoomHint(hub, reader, views[0]);
  return views;
}

/**
 * Returns what a page of the conversation that `own` selects is read from. A numbered page is found
 * by its ordinals, before anything is joined for the messages that it skips.
 */
function fromOf(page: HistoryFilter, own: Part): Part {
  if (page.offset === 0) return [`${ownRoom} JOIN ${ownMessages}`];
  const [before = 0, after = 0] = boundsOf(page);
  const [keys, ...params] = keysOf({ ...page, before, after, order: orderOf(page) }, own);
  return [
    `${ownRoom} JOIN ${keys} k STRAIGHT_JOIN ${ownMessages} AND m.ordinal = k.ordinal`,
    ...params,
  ];
}

/** Returns a page of a room, if it is the conversation that has this entity_id for the reader. */
async function readHistory(
  hub: Hub,
  { userId, entityId }: Addressed,
  [roomId, ...roomParams]: Part,
  page: HistoryFilter,
): Promise<HistoryView[]> {
  // A direct conversation is found by its other user only.
  const own: Part = [
    `p.hub_id = ? AND p.room_id = ${roomId} AND p.user_id = ?
       AND (r.kind <> 'direct' OR r.direct_key = ?)`,
    ...[hub.id, ...roomParams, userId, directKey(userId, entityId)],
  ];
  const [ownSql, ...ownParams] = own;
  const from = fromOf(page, own);
  const rest = cut(page, [`${ownSql} AND ${isVisible}`, ...ownParams]);
  const place = `${hub.id} ${userId} ${entityId}`;
  const { quotes, files } = pageHints;
  const [hasQuotes, hasFiles] = [quotes.has(place), files.has(place)];
  const parts = { hasQuotes, hasFiles, from, rest };
  const views = await selectHistory(hub, userId, { select: selectOf(page), ...parts });
  quotes.set(
    place,
    views.some(({ threadId }) => threadId !== null),
  );
  files.set(
    place,
    views.some(({ attachmentCount }) => attachmentCount > 0),
  );
  await Promise.all([
    hasQuotes ? undefined : addQuotes(hub, userId, views),
    hasFiles ? undefined : addFiles(hub, views),
  ]);
  return isAscending(page) ? views.reverse() : views;
}

/**
 * Returns a page of a room's messages, newest first, also for a reader who is not in the room; only
 * what the reader hid is left out.
 */
export async function listRoomHistory(
  hub: Hub,
  userId: string,
  roomId: string,
  page: Cut,
): Promise<MessageView[]> {
  const from: Part = ['messages m JOIN rooms r ON r.hub_id = m.hub_id AND r.id = m.room_id'];
  const condition: Part = [
    `m.hub_id = ? AND m.room_id = ? AND ${remains} AND NOT ${isHiddenFrom('?')}`,
    ...[hub.id, roomId, userId],
  ];
  const views = await selectViews(hub, userId, { from, rest: cut(page, condition) });
  return isAscending(page) ? views.reverse() : views;
}

/**
 * Returns a page of the messages of a thread that a member can see, newest first: root and replies.
 * Any message of the thread names it, also a deleted one; the root also when its row is gone.
 */
export function listThread(
  hub: Hub,
  userId: string,
  messageId: string,
  page: HistoryFilter,
): Promise<HistoryView[]> {
  const { offset, limit } = page;
  const order = orderOf(page);
  // In the order of the index: where a thread is long, the hub's messages would be sorted instead.
  const keys = (column: 'root_id' | 'id', index: string) => `SELECT m.hub_id, m.room_id, m.ordinal
    FROM messages m FORCE INDEX (${index}) ${roomJoins}
    WHERE m.hub_id = ? AND m.${column} = COALESCE(
      (SELECT COALESCE(root_id, id) FROM messages WHERE hub_id = ? AND id = ?), ?)
      AND ${between} AND ${isVisible}`;
  const params = [userId, hub.id, hub.id, messageId, messageId, ...boundsOf(page)];
  return selectHistory(hub, userId, {
    select: boundedSelect(statementSeconds.page),
    from: [
      `((${keys('root_id', 'messages_root')} ORDER BY m.ordinal ${order} LIMIT ?)
         UNION ALL (${keys('id', 'messages_id')})
         ORDER BY ordinal ${order} LIMIT ? OFFSET ?) k
       JOIN messages m ON m.hub_id = k.hub_id AND m.room_id = k.room_id AND m.ordinal = k.ordinal
       ${roomJoins}`,
      ...[...params, offset + limit, ...params, limit, offset, userId],
    ],
    rest: ['ORDER BY m.ordinal DESC'],
  });
}

/** Returns those of the messages that a member can see, as rows of their history. */
export const listSeen = async (
  hub: Hub,
  userId: string,
  ids: readonly string[],
): Promise<HistoryView[]> =>
  ids.length > 0 ? selectHistory(hub, userId, visibleByIds(hub, userId, ids)) : [];

/** A pinned message. */
export interface PinnedView extends MessageView {
  pinnedBy: string;
  pinnedMs: number;
  /** The reader hid it. */
  isHidden: 0 | 1;
}

/**
 * Returns the pinned messages of a conversation, the newest pin first: those that remain, also what
 * the reader hid. None if the user is not in the conversation.
 */
export function listPinned(hub: Hub, userId: string, entityId: string): Promise<PinnedView[]> {
  const [roomId, ...params] = roomOfEntity(hub, userId, entityId);
  return selectViews<Omit<PinnedView, keyof MessageView>>(hub, userId, {
    columns: `, n.user_id AS pinnedBy, n.pinned_ms AS pinnedMs, ${isHidden} AS isHidden`,
    from: [
      `${ownRoom} JOIN pins n ON n.hub_id = p.hub_id AND n.room_id = p.room_id
       JOIN messages m ON m.hub_id = n.hub_id AND m.id = n.message_id`,
    ],
    rest: [
      `WHERE p.hub_id = ? AND p.room_id = ${roomId} AND p.user_id = ? AND ${remains}
       ORDER BY n.pinned_ms DESC`,
      ...[hub.id, ...params, userId],
    ],
  });
}
