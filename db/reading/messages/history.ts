import { boundedSelect, statementSeconds } from '../../connection/bounds.ts';
import type { Hub } from '../../connection/transaction.ts';
import { hidingJoins, isVisible, type MessageView, selectViews } from './views.ts';

/** A page of messages. With `after` alone it is the page that follows it, else the newest. */
export interface HistoryFilter {
  /** Ordinals, exclusive. */
  before?: number;
  after?: number;
  offset: number;
  limit: number;
}

const orderOf = ({ before, after }: HistoryFilter) =>
  after !== undefined && before === undefined ? 'ASC' : 'DESC';

const boundsOf = ({ before, after }: HistoryFilter) => [
  before ?? Number.MAX_SAFE_INTEGER,
  after ?? 0,
];

/** A page without an offset reads few rows besides its own: the bound of a call is enough. */
const selectOf = ({ offset }: HistoryFilter) =>
  offset > 0 ? boundedSelect(statementSeconds.page) : 'SELECT';

// The page is cut by keys before anything is joined for its rows.
const onPage = `JOIN messages m
  ON m.hub_id = k.hub_id AND m.room_id = k.room_id AND m.ordinal = k.ordinal`;
const keys = `SELECT m.hub_id, m.room_id, m.ordinal FROM messages m ${hidingJoins}`;
const between = `m.ordinal < ? AND m.ordinal > ? AND ${isVisible}`;

/** Returns a page of a room's messages that a user can see, newest first. */
export const listHistory = (
  hub: Hub,
  userId: string,
  roomId: string,
  page: HistoryFilter,
): Promise<MessageView[]> =>
  selectViews(
    hub,
    userId,
    [
      `(${keys} WHERE m.hub_id = ? AND m.room_id = ? AND ${between}
         ORDER BY m.ordinal ${orderOf(page)} LIMIT ? OFFSET ?) k ${onPage}`,
      ...[userId, hub.id, roomId, ...boundsOf(page), page.limit, page.offset],
    ],
    ['ORDER BY m.ordinal DESC'],
    selectOf(page),
  );

/** Returns a page of a thread's messages that a user can see, newest first: root and replies. */
export function listThread(
  hub: Hub,
  userId: string,
  rootId: string,
  page: HistoryFilter,
): Promise<MessageView[]> {
  const { offset, limit } = page;
  const order = orderOf(page);
  const params = [userId, hub.id, rootId, ...boundsOf(page)];
  return selectViews(
    hub,
    userId,
    [
      `((${keys} WHERE m.hub_id = ? AND m.root_id = ? AND ${between}
           ORDER BY m.ordinal ${order} LIMIT ?)
         UNION ALL (${keys} WHERE m.hub_id = ? AND m.id = ? AND ${between})
         ORDER BY ordinal ${order} LIMIT ? OFFSET ?) k ${onPage}`,
      ...[...params, offset + limit, ...params, limit, offset],
    ],
    ['ORDER BY m.ordinal DESC'],
    boundedSelect(statementSeconds.page),
  );
}
