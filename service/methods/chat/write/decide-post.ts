import type { Failure, Spec } from '../../../../acl/index.ts';
import { ServiceError } from '../../../../acl/language/errors.ts';
import { pageFiles } from '../../../../acl/language/limits.ts';
import { isInvisible } from '../../../../acl/text/characters.ts';
import { refuseArchived } from '../../../../db/access/archived.ts';
import { notStaged } from '../../../../db/access/files.ts';
import { messageToRead } from '../../../../db/access/messages.ts';
import {
  type AskedPost,
  echoName,
  type PostGround,
  roomToPostTo,
} from '../../../../db/access/posts.ts';
import type { MessageView } from '../../../../db/reading/messages/views.ts';
import { newId } from '../../../../db/rows/ids.ts';
import type { Echo, EchoKey } from '../../../../db/rows/messages/echoes.ts';
import { attachedFile } from '../../../../db/rows/messages/message-attachments.ts';
import type { LockedRoom } from '../../../../db/rows/rooms/rooms.ts';
import { place } from '../../../../db/writing/posts.ts';
import type { MaxStorage, StagedFiles } from '../../../actions/staged-files.ts';
import type { MessageInRoom } from '../../../actions/write-messages.ts';
import type { Applied, BatchedCall } from '../../../core/call.ts';
import { replayPost } from './replay-post.ts';

export type Post = Spec<'chat.post'>;

/** A post of a batch. */
export interface PreparedPost extends AskedPost {
  call: BatchedCall<Post>;
  /** Of the request: the same echoId with another digest is a conflict. */
  digest: string;
  mentionIds: string[];
  attachmentIds: string[];
  maxStorage: MaxStorage;
}

/** What the posts of a batch are decided by. */
export interface Deciding {
  ground: PostGround;
  files: StagedFiles;
  /** The names of the keys that earlier posts of the batch use. */
  used: Set<string>;
  now: number;
}

/** A post that is to be written. */
export interface DecidedPost extends MessageInRoom {
  post: PreparedPost;
}

/** Decides a post: places it in its room, returns its reply, or says why it is refused. */
export async function decidePost(
  post: PreparedPost,
  deciding: Deciding,
): Promise<DecidedPost | Applied<Post>> {
  try {
    return await decide(post, deciding);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    // A call fails with declared codes only, which the type of the error does not know.
    return { failure: error.code as Failure<Post>, details: [...error.details] };
  }
}

async function decide(
  post: PreparedPost,
  deciding: Deciding,
): Promise<DecidedPost | Applied<Post>> {
  const { call, threadId } = post;
  const { ground } = deciding;
  const room = roomToPostTo(call, post, ground);
  const key = room && keyOf(post, room);
  const echo = key && ground.echoOf(key);
  if (echo) return replay(post, echo);
  if (key && deciding.used.has(echoName(key))) return 'alone';
  refuseContent(post, room, deciding.files);
  const parent = threadId === undefined ? undefined : ground.parents.get(threadId);
  if (threadId !== undefined && !isAnswerable(parent, post, room, ground))
    return refuseThread(call, threadId);
  refuseMentionsOutside(post, room, ground);
  // Its room must be made.
  if (!room) return 'alone';
  return placePost(post, { room, key, parent }, deciding);
}

const keyOf = ({ userId, echoKey }: PreparedPost, room: LockedRoom): EchoKey | undefined =>
  echoKey === undefined ? undefined : { authorId: userId, roomId: room.id, echoKey };

/** A repeated call reads what the first one made, for which a batch has no time. */
async function replay(
  { call, digest, entityId }: PreparedPost,
  echo: Echo,
): Promise<Applied<Post>> {
  if (!call.isAlone) return 'alone';
  return { reply: await replayPost(call, echo, { digest, entityId }) };
}

function refuseContent(post: PreparedPost, room: LockedRoom | undefined, files: StagedFiles): void {
  const { call, attachmentIds } = post;
  const { input, limits, fail } = call;
  if (isInvisible(input.message) && attachmentIds.length === 0)
    fail('INVALID_INPUT', 'message: must not be empty without an attachment');
  refuseArchived({ fail }, room ?? null);
  const max = limits.maxFilesPerMessage;
  if (attachmentIds.length > max) fail('INVALID_ATTACHMENT', `attachment: at most ${max} files`);
  if (!files.has(post)) fail('INVALID_ATTACHMENT', notStaged);
}

/**
 * The author sees the message, and it is one of the conversation: also after the earlier posts of
 * the batch, for which the oldest messages of a channel expire.
 */
function isAnswerable(
  parent: MessageView | undefined,
  { userId }: PreparedPost,
  room: LockedRoom | undefined,
  ground: PostGround,
): parent is MessageView {
  if (!parent || parent.deletedMs !== null || parent.roomId !== room?.id) return false;
  if (room.historyLimit !== null && parent.ordinal <= room.lastOrdinal - room.historyLimit)
    return false;
  return !ground.hidersOf(parent.id).includes(userId);
}

/** Says why a message cannot be answered, which needs to know whether its author sees it. */
async function refuseThread(call: BatchedCall<Post>, threadId: string): Promise<Applied<Post>> {
  if (!call.isAlone) return 'alone';
  await messageToRead(call, threadId, 'INVALID_THREAD', 'thread_id');
  return call.fail('INVALID_THREAD', 'thread_id: is a message of another conversation');
}

function refuseMentionsOutside(
  { call, mentionIds, userId, entityId }: PreparedPost,
  room: LockedRoom | undefined,
  ground: PostGround,
): void {
  const isInside = (id: string): boolean =>
    room ? ground.isParticipant({ roomId: room.id, userId: id }) : id === userId || id === entityId;
  if (!mentionIds.every(isInside))
    call.fail('INVALID_INPUT', 'mention_ids: one of them is not in the conversation');
}

function placePost(
  post: PreparedPost,
  at: { room: LockedRoom; key: EchoKey | undefined; parent: MessageView | undefined },
  { ground, files, used, now }: Deciding,
): DecidedPost | Applied<Post> {
  const { room, key, parent } = at;
  const { call, mentionIds, digest } = post;
  const taken = files.take(post);
  const excess = files.store(post);
  if (excess) return { failure: 'TOO_LARGE', details: [excess] };
  if (key) used.add(echoName(key));
  const made = {
    id: newId(),
    roomId: room.id,
    authorId: call.user.id,
    body: call.input.message,
    threadId: parent?.id ?? null,
    rootId: parent ? (parent.rootId ?? parent.id) : null,
    forwardOf: null,
    content: null,
    sender: null,
    mentionIds,
    attachments: taken.map(attachedFile),
    files: taken.slice(0, pageFiles),
    echoId: call.input.echoId,
    echo: key && { key, digest },
  };
  const thread = parent ? quoteOf(parent) : null;
  const quoteHiders = parent ? ground.hidersOf(parent.id) : [];
  const message = place(room, made, { author: call.user, thread, now });
  return { post, room, message, quoteHiders };
}

const quoteOf = ({ body, authorId, author, attachmentCount, ordinal }: MessageView) => ({
  body,
  authorId,
  author,
  attachmentCount,
  ordinal,
  deleted: false,
  hidden: false,
});
