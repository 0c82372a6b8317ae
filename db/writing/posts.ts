/** New messages: what they lock, and all rows that they write. */
import type { Hub } from '../connection/transaction.ts';
import { listQuietByRoom, type Preferences } from '../reading/identity/quiet.ts';
import type { MessageView } from '../reading/messages/views.ts';
import { queueAttached } from '../rows/messages/attachments.ts';
import { type EchoKey, listEchoes, queueEchoes } from '../rows/messages/echoes.ts';
import {
  type AttachedFile,
  queueMessageAttachments,
} from '../rows/messages/message-attachments.ts';
import { queueMessages } from '../rows/messages/messages.ts';
import { lockPlaces, queueAuthorPointers } from '../rows/rooms/participants.ts';
import { type LockedRoom, lockRooms } from '../rows/rooms/rooms.ts';

/** A message to be posted. */
export interface NewMessage
  extends Pick<
    MessageView,
    | 'id'
    | 'roomId'
    | 'authorId'
    | 'body'
    | 'threadId'
    | 'rootId'
    | 'forwardOf'
    | 'content'
    | 'sender'
    | 'mentionIds'
    | 'files'
  > {
  echoId: string | undefined;
  attachments: readonly AttachedFile[];
  /** Under which key it is posted, and the digest of the request. */
  echo: { key: EchoKey; digest: string } | undefined;
}

/** A new message that has its place in the room: its row, and what readers see besides. */
export interface PlacedMessage extends MessageView, Pick<NewMessage, 'attachments' | 'echo'> {
  hubId: string;
  /** The seq of the event before it in the room's stream. */
  prevSeq: number;
}

/** What `lockForPosts` found. */
export interface PostLocks {
  rooms: Map<string, LockedRoom>;
  /** Tells whether something was made under a key. */
  isUsed(key: EchoKey): boolean;
  /** Tells whether the author of a post is in its room. */
  isAuthorInside(post: Pick<NewMessage, 'roomId' | 'authorId'>): boolean;
  quietIn(roomId: string): readonly Preferences[];
}

const nameOf = ({ authorId, roomId, echoKey }: EchoKey) => `${authorId} ${roomId} ${echoKey}`;

/**
 * Locks the rooms of posts (and those that they are copied from), then the authors' rows in them,
 * and reads what the posts depend on. One round trip.
 */
export async function lockForPosts(
  hub: Hub,
  posts: readonly Pick<NewMessage, 'roomId' | 'authorId' | 'echo'>[],
  now: number,
  copiedFrom: readonly string[] = [],
): Promise<PostLocks> {
  const roomIds = [...new Set(posts.map((post) => post.roomId))];
  const [rooms, places, quiet, used] = await Promise.all([
    lockRooms(hub, [...roomIds, ...copiedFrom]),
    lockPlaces(
      hub,
      posts.map(({ roomId, authorId }) => ({ roomId, userId: authorId })),
    ),
    listQuietByRoom(hub, roomIds, now),
    listEchoes(
      hub,
      posts.flatMap((post) => post.echo?.key ?? []),
    ),
  ]);
  const usedNames = new Set(used.map(nameOf));
  return {
    rooms,
    isUsed: (key) => usedNames.has(nameOf(key)),
    isAuthorInside: ({ roomId, authorId }) =>
      places.some((place) => place.roomId === roomId && place.userId === authorId),
    quietIn: (roomId) => quiet.get(roomId) ?? [],
  };
}

/**
 * Gives a message the next ordinal of its room, and a time later than all others there. It has no
 * number in the log yet.
 */
export function place(
  room: LockedRoom,
  post: NewMessage,
  { author, thread, now }: Pick<MessageView, 'author' | 'thread'> & { now: number },
): PlacedMessage {
  const ordinal = room.lastOrdinal + 1;
  const createdMs = Math.max(now, room.lastAtMs + 1);
  room.change({ lastOrdinal: ordinal, lastAtMs: createdMs });
  // Each field by its name: an object of so many that is merged from others takes ten times as
  // long.
  return {
    hubId: room.hubId,
    roomId: room.id,
    ordinal,
    id: post.id,
    seq: 0,
    prevSeq: 0,
    authorId: post.authorId,
    body: post.body,
    threadId: post.threadId,
    rootId: post.rootId,
    forwardOf: post.forwardOf,
    content: post.content,
    sender: post.sender,
    mentionIds: post.mentionIds,
    files: post.files,
    attachmentCount: post.attachments.length,
    reactionCount: 0,
    echoId: post.echoId ?? null,
    version: 1,
    editedMs: null,
    deletedMs: null,
    createdMs,
    author,
    thread,
    attachments: post.attachments,
    echo: post.echo,
  };
}

/** Queues all rows of placed messages: messages, files, keys, and the authors' pointers. */
export function queuePosts(hub: Hub, placed: readonly PlacedMessage[]): void {
  queueMessages(hub, placed);
  queueMessageAttachments(hub, placed);
  // A copy has the files of its original, which are attached already.
  queueAttached(
    hub,
    placed.flatMap((post) => (post.forwardOf === null ? post.attachments.map(({ id }) => id) : [])),
  );
  queueEchoes(
    hub,
    placed.flatMap(({ id, echo }) =>
      echo ? [{ ...echo.key, digest: echo.digest, madeId: id }] : [],
    ),
  );
  queueAuthorPointers(hub, placed);
}
