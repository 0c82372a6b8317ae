/** New messages: what they lock, and all rows that they write. */
import type { Hub } from '../connection/transaction.ts';
import { listQuietByRoom, type Quiet } from '../reading/identity/quiet.ts';
import type { MessageView } from '../reading/messages/views.ts';
import type { Person } from '../rows/identity/users.ts';
import { queueAttached } from '../rows/messages/attachments.ts';
import { type EchoKey, listEchoes, queueEchoes } from '../rows/messages/echoes.ts';
import { queueMessageAttachments } from '../rows/messages/message-attachments.ts';
import { type MessageRecord, nullIfEmpty, queueMessages } from '../rows/messages/messages.ts';
import { lockPlaces, queueAuthorPointers } from '../rows/rooms/participants.ts';
import { type LockedRoom, lockRooms } from '../rows/rooms/rooms.ts';
import { messages, type Nulls, nullsOf } from '../tables/index.ts';

/** A message to be posted. Columns that may be null can be left out. */
export interface NewMessage
  extends Pick<MessageRecord, 'id' | 'roomId' | 'authorId' | 'body'>,
    Partial<Omit<Nulls<typeof messages>, 'mentionIds' | 'echoId'>> {
  mentionIds: string[];
  echoId: string | undefined;
  attachmentIds: string[];
  /** Under which key it is posted, and the digest of the request. */
  echo: { key: EchoKey; digest: string } | undefined;
}

/** A new message that has its place in the room. */
export type PlacedMessage = NewMessage &
  Omit<MessageRecord, 'mentionIds' | 'echoId' | 'seq' | 'prevSeq'>;

/** What `lockForPosts` found. */
export interface PostLocks {
  rooms: Map<string, LockedRoom>;
  /** Tells whether something was made under a key. */
  isUsed(key: EchoKey): boolean;
  quietIn(roomId: string): readonly Quiet[];
}

const nameOf = ({ authorId, roomId, echoKey }: EchoKey) => `${authorId} ${roomId} ${echoKey}`;

/**
 * Locks the rooms of posts (and those that they are copied from), then the authors' rows in them,
 * and reads what the posts depend on. One round trip.
 */
export async function lockForPosts(
  hub: Hub,
  posts: readonly Pick<NewMessage, 'roomId' | 'authorId' | 'echo'>[],
  copiedFrom: readonly string[] = [],
): Promise<PostLocks> {
  const roomIds = [...new Set(posts.map((post) => post.roomId))];
  const [rooms, , quiet, used] = await Promise.all([
    lockRooms(hub, [...roomIds, ...copiedFrom]),
    lockPlaces(
      hub,
      posts.map(({ roomId, authorId }) => ({ roomId, userId: authorId })),
    ),
    listQuietByRoom(hub, roomIds),
    listEchoes(
      hub,
      posts.flatMap((post) => post.echo?.key ?? []),
    ),
  ]);
  const usedNames = new Set(used.map(nameOf));
  return {
    rooms,
    isUsed: (key) => usedNames.has(nameOf(key)),
    quietIn: (roomId) => quiet.get(roomId) ?? [],
  };
}

// Messages have more than twenty fields: a spread of so many takes a hundred times as long as
// Object.assign.
const nulls = nullsOf(messages);

/** Gives a message the next ordinal of its room, and a time later than all others there. */
export function place(room: LockedRoom, post: NewMessage, now: number): PlacedMessage {
  const ordinal = room.lastOrdinal + 1;
  const createdMs = Math.max(now, room.lastAtMs + 1);
  room.change({ lastOrdinal: ordinal, lastAtMs: createdMs });
  const { hubId } = room;
  const counts = { attachmentCount: post.attachmentIds.length, reactionCount: 0, version: 1 };
  return Object.assign({}, nulls, post, counts, { hubId, ordinal, createdMs });
}

/** Returns a placed message as its readers see it. It has no number in the log yet. */
export function viewOfPlaced(
  message: PlacedMessage,
  author: Person,
  thread: MessageView['thread'],
): MessageView {
  const echoId = message.echoId ?? null;
  return Object.assign({}, message, { echoId, seq: 0, author, thread });
}

/** Queues all rows of placed messages: messages, files, keys, and the authors' pointers. */
export function queuePosts(
  hub: Hub,
  placed: readonly (PlacedMessage & { seq: number; prevSeq: number })[],
): void {
  queueMessages(
    hub,
    placed.map((row) =>
      Object.assign({}, row, {
        mentionIds: nullIfEmpty(row.mentionIds),
        echoId: row.echoId ?? null,
      }),
    ),
  );
  queueMessageAttachments(hub, placed);
  // A copy has the files of its original, which are attached already.
  queueAttached(
    hub,
    placed.flatMap((post) => (post.forwardOf === null ? post.attachmentIds : [])),
  );
  queueEchoes(
    hub,
    placed.flatMap(({ id, echo }) =>
      echo ? [{ ...echo.key, digest: echo.digest, madeId: id }] : [],
    ),
  );
  queueAuthorPointers(hub, placed);
}
