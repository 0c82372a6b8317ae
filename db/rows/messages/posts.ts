import { and, eq, sql } from 'drizzle-orm';
import type { Hub } from '../../connection/transaction.ts';
import { echoes, messages, participants } from '../../tables/index.ts';
import { findingQuiet, type Quiet, quietByRoom } from '../hubs/settings.ts';
import { type LockedRoom, lockedRooms, lockingRooms } from '../rooms/rooms.ts';
import { attaching } from './attachments.ts';
import { type EchoKey, echoRow, findingEchoes } from './echoes.ts';

/** A message to be written, before it has its place in the room. */
export interface NewMessage {
  id: string;
  roomId: string;
  authorId: string;
  body: string;
  threadId: string | null;
  rootId: string | null;
  forwardOf: string | null;
  content: Record<string, unknown> | null;
  sender: { name: string; pic: string | null } | null;
  mentionIds: string[];
  attachmentIds: string[];
  echoId: string | undefined;
  echo: { key: EchoKey; digest: string } | undefined;
}

/** A message with its place. */
export interface PlacedMessage extends NewMessage {
  ordinal: number;
  createdMs: number;
}

/** Lock what posts change, in one round trip: their rooms (and those that they are copied from), then their authors' rows in them. Answers the rooms, which of the keys are used, the version of a parent (none: gone), and who wants fewer alerts. */
export async function lockForPosts(
  hub: Hub,
  posts: readonly Pick<NewMessage, 'roomId' | 'authorId' | 'echo' | 'threadId'>[],
  copiedFrom: readonly string[] = [],
): Promise<{
  rooms: Map<string, LockedRoom>;
  isUsed: (key: EchoKey) => boolean;
  versionOf: (messageId: string) => number | undefined;
  quietIn: (roomId: string) => readonly Quiet[];
}> {
  const roomIds = [...new Set(posts.map((post) => post.roomId))];
  const authorIds = [...new Set(posts.map((post) => post.authorId))];
  const keys = posts.flatMap((post) => post.echo?.key ?? []);
  const parents = posts.flatMap((post) => post.threadId ?? []);
  const [rooms, , versions, quiet, used] = await hub.together(
    lockingRooms(hub, [...roomIds, ...copiedFrom]),
    {
      sql: 'SELECT 1 FROM participants WHERE hub_id = ? AND room_id IN (?) AND user_id IN (?) ORDER BY room_id, user_id FOR UPDATE',
      params: [hub.id, roomIds, authorIds],
    },
    {
      sql: `SELECT m.id, m.version FROM messages m JOIN rooms r ON r.hub_id = m.hub_id AND r.id = m.room_id
        WHERE m.hub_id = ? AND m.id IN (?) AND m.deleted_ms IS NULL AND m.ordinal > r.expired_at`,
      params: [hub.id, parents.length > 0 ? parents : ['']],
    },
    findingQuiet(hub, roomIds),
    ...(keys.length > 0 ? [findingEchoes(hub, keys)] : []),
  );
  const standing = new Map(
    (versions as { id: string; version: number }[]).map((row) => [row.id, row.version]),
  );
  const quietRooms = quietByRoom(quiet);
  const found = new Set(((used ?? []) as EchoKey[]).map(nameOf));
  return {
    rooms: lockedRooms(rooms as LockedRoom[]),
    isUsed: (key) => found.has(nameOf(key)),
    versionOf: (id) => standing.get(id),
    quietIn: (roomId) => quietRooms.get(roomId) ?? [],
  };
}

const nameOf = ({ authorId, roomId, key }: EchoKey): string => `${authorId} ${roomId} ${key}`;

/** Give a message its place: the next ordinal, and a time later than every other in the room. */
export function place(
  room: { lastOrdinal: number; lastAtMs: number },
  post: NewMessage,
  now: number,
): PlacedMessage {
  room.lastOrdinal += 1;
  room.lastAtMs = Math.max(now, room.lastAtMs + 1);
  return { ...post, ordinal: room.lastOrdinal, createdMs: room.lastAtMs };
}

/** Queue the rows of placed messages, for the commit: messages, files, keys, and the authors' pointers. */
export function queueMessages(
  hub: Hub,
  placed: readonly (PlacedMessage & { seq: number; prevSeq: number })[],
): void {
  if (placed.length === 0) return;
  hub.atCommit(
    hub.db.insert(messages).values(
      placed.map((post) => ({
        hubId: hub.id,
        roomId: post.roomId,
        ordinal: post.ordinal,
        id: post.id,
        seq: post.seq,
        prevSeq: post.prevSeq,
        authorId: post.authorId,
        body: post.body,
        threadId: post.threadId,
        rootId: post.rootId,
        forwardOf: post.forwardOf,
        content: post.content,
        sender: post.sender,
        mentionIds: post.mentionIds.length > 0 ? post.mentionIds : null,
        attachmentCount: post.attachmentIds.length,
        echoId: post.echoId ?? null,
        createdMs: post.createdMs,
      })),
    ),
  );
  hub.atCommit(...attaching(hub, placed));
  const keys = placed.flatMap((post) =>
    post.echo ? [echoRow(hub, post.echo.key, post.echo.digest, post.id)] : [],
  );
  if (keys.length > 0) hub.atCommit(hub.db.insert(echoes).values(keys));
  hub.atCommit(...pointers(hub, placed));
}

/** Posting moves the author's own pointer to his message. */
function pointers(hub: Hub, placed: readonly PlacedMessage[]) {
  const newest = new Map(placed.map((post) => [`${post.roomId} ${post.authorId}`, post]));
  return [...newest.values()].map(({ roomId, authorId, ordinal }) =>
    hub.db
      .update(participants)
      .set({ pointer: sql`GREATEST(pointer, ${ordinal})`, postedAt: ordinal })
      .where(
        and(
          eq(participants.hubId, hub.id),
          eq(participants.roomId, roomId),
          eq(participants.userId, authorId),
        ),
      ),
  );
}
