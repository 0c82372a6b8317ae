/** Numbered pages of a conversation. */
import type { Part } from '../../connection/statements.ts';
import { isVisible, ownMessages, ownRoom } from './views.ts';

/** A numbered page of the messages between two ordinals, exclusive. */
export interface NumberedPage {
  before: number;
  after: number;
  order: 'ASC' | 'DESC';
  offset: number;
  limit: number;
}

/** The most removals before the end of a page: an eighth of what is before it, or this many. */
const mostGaps = 500;

/**
 * Returns a derived table with the ordinals of a numbered page, and of the removed messages between
 * them, for the participant `p` whom `own` selects with the room `r`. It does not read the messages
 * that the page skips. Ordinals have no gaps: a message has as many others before it as ordinals,
 * less the removed ones. Only where these are too many are the messages read one by one.
 */
export function keysOf(page: NumberedPage, own: Part): Part {
  const { before, after, order, offset, limit } = page;
  const [ownSql, ...ownParams] = own;
  const [edge, sign] = order === 'ASC' ? [after, '+'] : [before, '-'];
  const end = offset + limit;
  const gaps = Math.min(Math.floor(end / 8), mostGaps);
  return [
    `(WITH RECURSIVE
       reader AS (
         SELECT p.hub_id, p.room_id, p.user_id, ${edges[order]} AS edge
         FROM ${ownRoom} WHERE ${ownSql}
       ),
       removed AS (
         SELECT ${distances[order]} AS distance
         FROM reader e STRAIGHT_JOIN removals x ON x.hub_id = e.hub_id AND x.room_id = e.room_id
           AND x.user_id IN ('', e.user_id) AND ${spans[order]}
       ),
       bounds AS (
         SELECT ? + COUNT(IF(skipped <= ?, 1, NULL)) AS first,
           ? + COUNT(IF(skipped < ?, 1, NULL)) AS last
         FROM (
           SELECT distance - ROW_NUMBER() OVER (ORDER BY distance) AS skipped FROM removed
         ) n HAVING COUNT(*) <= ?
       ),
       places AS (
         SELECT first AS place, last FROM bounds
         UNION ALL SELECT place + 1, last FROM places WHERE place < last
       )
     SELECT e.edge ${sign} n.place AS ordinal FROM reader e JOIN places n
     UNION ALL (
       SELECT m.ordinal FROM ${ownRoom} JOIN ${ownMessages}
       WHERE (SELECT COUNT(*) FROM removed) > ? AND ${ownSql} AND ${isVisible}
         AND m.ordinal < ? AND m.ordinal > ?
       ORDER BY m.ordinal ${order} LIMIT ? OFFSET ?
     ))`,
    ...[edge, ...ownParams, end + gaps, offset + 1, offset, end, end, gaps],
    ...[gaps, ...ownParams, before, after, limit, offset],
  ];
}

/** The ordinal before the first message that the pages begin with. */
const edges = {
  ASC: 'GREATEST(CAST(? AS SIGNED), r.expired_at)',
  DESC: 'LEAST(CAST(? AS SIGNED), r.last_ordinal + 1)',
};
const distances = { ASC: 'x.ordinal - e.edge', DESC: 'e.edge - x.ordinal' };
const spans = {
  ASC: 'x.ordinal > e.edge AND x.ordinal <= e.edge + ?',
  DESC: 'x.ordinal < e.edge AND x.ordinal >= e.edge - ?',
};
