import { and, eq, sql } from 'drizzle-orm';
import { build } from '../connection/statements.ts';
import type { Hub } from '../connection/transaction.ts';
import { listQuietByRoom, type Quiet } from '../rows/identity/member-settings.ts';
import { attaching } from '../rows/messages/attachments.ts';
import { type EchoKey, listEchoes, queueEchoes } from '../rows/messages/echoes.ts';
import { type LockedRoom, lockRooms } from '../rows/rooms/rooms.ts';
import { messages, participants } from '../tables/index.ts';

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
  const [rooms, , versions, quietRooms, used] = await Promise.all([
    lockRooms(hub, [...roomIds, ...copiedFrom]),
    hub.lock(
      `SELECT 1 FROM participants WHERE hub_id = ? AND room_id IN (?) AND user_id IN (?)
       ORDER BY room_id, user_id FOR UPDATE`,
      [hub.id, roomIds, authorIds],
    ),
    hub.read<{ id: string; version: number }>(
      `SELECT m.id, m.version FROM messages m JOIN rooms r ON r.hub_id = m.hub_id AND r.id = m.room_id
       WHERE m.hub_id = ? AND m.id IN (?) AND m.deleted_ms IS NULL AND m.ordinal > r.expired_at`,
      [hub.id, parents.length > 0 ? parents : ['']],
    ),
    listQuietByRoom(hub, roomIds),
    listEchoes(hub, keys),
  ]);
  const standing = new Map(versions.map((row) => [row.id, row.version]));
  const found = new Set(used.map(nameOf));
  return {
    rooms,
    isUsed: (key) => found.has(nameOf(key)),
    versionOf: (id) => standing.get(id),
    quietIn: (roomId) => quietRooms.get(roomId) ?? [],
  };
}

const nameOf = ({ authorId, roomId, key }: EchoKey): string => `${authorId} ${roomId} ${key}`;

/** Give a message its place: the next ordinal, and a time later than every other in the room. */
export function place(room: LockedRoom, post: NewMessage, now: number): PlacedMessage {
  const ordinal = room.lastOrdinal + 1;
  const createdMs = Math.max(now, room.lastAtMs + 1);
  room.change({ lastOrdinal: ordinal, lastAtMs: createdMs });
  return { ...post, ordinal, createdMs };
}

/** Queue the rows of placed messages, for the commit: messages, files, keys, and the authors' pointers. */
export function queueMessages(
  hub: Hub,
  placed: readonly (PlacedMessage & { seq: number; prevSeq: number })[],
): void {
  if (placed.length === 0) return;
  hub.atCommit(
    build.insert(messages).values(
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
  queueEchoes(
    hub,
    placed.flatMap((post) =>
      post.echo ? { ...post.echo.key, digest: post.echo.digest, madeId: post.id } : [],
    ),
  );
  hub.atCommit(...pointers(hub, placed));
}

/** Posting moves the author's own pointer to his message. */
function pointers(hub: Hub, placed: readonly PlacedMessage[]) {
  const newest = new Map(placed.map((post) => [`${post.roomId} ${post.authorId}`, post]));
  return [...newest.values()].map(({ roomId, authorId, ordinal }) =>
    build
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
