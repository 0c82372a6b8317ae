import type { Output, Spec } from '../../../../acl/index.ts';
import { archivedDetail } from '../../../../db/access/archived.ts';
import { notStaged } from '../../../../db/access/files.ts';
import { StaleRead } from '../../../../db/log/append.ts';
import type { MessageView } from '../../../../db/reading/messages/views.ts';
import type { Person } from '../../../../db/rows/identity/users.ts';
import type { EchoKey } from '../../../../db/rows/messages/echoes.ts';
import { lockForPosts, type NewMessage, type PostLocks } from '../../../../db/writing/posts.ts';
import { lockFilesOf, type MaxStorage, type StagedFiles } from '../../../actions/staged-files.ts';
import {
  type MessageInRoom,
  placeMessage,
  writeMessages,
} from '../../../actions/write-messages.ts';
import type { BatchedHandler } from '../../../core/call.ts';
import { presentMessage } from '../../../present/message.ts';

type Post = Spec<'chat.post'>;

/** A post that passed every check that needs no lock; only its place in the room is not known. */
export interface PreparedPost {
  message: NewMessage;
  author: Person;
  thread: MessageView['thread'];
  /** The version of the message it replies to, as `thread` quotes it. */
  quotedVersion: number | undefined;
  entityId: string;
  maxStorage: MaxStorage;
  /** The author's unread messages in other conversations. */
  total: number;
}

type Refusal = { failure: 'ROOM_ARCHIVED' | 'INVALID_ATTACHMENT' | 'TOO_LARGE'; details: string[] };

/** Writes prepared posts of one hub in one transaction. A refused post does not stop the others. */
export const applyPosts: BatchedHandler<Post, PreparedPost>['apply'] = async (batch, posts) => {
  const { hub, now, emit } = batch;
  const messages = posts.map((post) => post.message);
  const { rooms, isUsed, versionOf, hidersOf, quietIn } = await lockForPosts(hub, messages);
  refuseUsedKeys(messages, isUsed);
  // Otherwise the event would quote a text that was edited or deleted meanwhile.
  const isQuoteOutdated = posts.some(
    ({ message, quotedVersion }) =>
      message.threadId && versionOf(message.threadId) !== quotedVersion,
  );
  if (isQuoteOutdated) throw new StaleRead();
  const files = await lockFilesOf(hub, posts);
  const results = posts.map((post) => placeOrRefuse(post, { rooms, files, hidersOf }, now));
  const placed = results.flatMap((result) => ('failure' in result ? [] : result));
  const written = await writeMessages({ hub, quietIn, emit }, 'chat.post', placed);
  const views = new Map(written.map(({ post, view }) => [post, view]));
  return results.map((result) =>
    'failure' in result
      ? result
      : { reply: presentReply(result.post, views.get(result.post) ?? result.view) },
  );
};

/** Two posts with one key: the second one starts again and finds the first. */
function refuseUsedKeys(messages: readonly NewMessage[], isUsed: (key: EchoKey) => boolean): void {
  const keys = messages.flatMap((message) => message.echo?.key ?? []);
  const distinct = new Set(
    keys.map(({ authorId, roomId, echoKey }) => `${authorId} ${roomId} ${echoKey}`),
  );
  if (distinct.size < keys.length || keys.some(isUsed)) throw new StaleRead();
}

/** Places a post in its room, and takes its files: each is attached only once. */
function placeOrRefuse(
  post: PreparedPost,
  { rooms, files, hidersOf }: Pick<PostLocks, 'rooms' | 'hidersOf'> & { files: StagedFiles },
  now: number,
): (MessageInRoom & { post: PreparedPost }) | Refusal {
  const { message, author } = post;
  const room = rooms.get(message.roomId);
  if (!room) throw new StaleRead();
  if (room.archived) return { failure: 'ROOM_ARCHIVED', details: [archivedDetail('entity_id')] };
  if (!files.take(post)) return { failure: 'INVALID_ATTACHMENT', details: [notStaged] };
  const excess = files.store(post);
  if (excess) return { failure: 'TOO_LARGE', details: [excess] };
  const quoteHiders = message.threadId ? hidersOf(message.threadId) : [];
  // The author may have hidden it since the post was prepared.
  const thread = post.thread && { ...post.thread, hidden: quoteHiders.includes(author.id) };
  return { post, quoteHiders, ...placeMessage(room, message, { author, thread, now }) };
}

const presentReply = (
  { message, entityId, total }: PreparedPost,
  view: MessageView,
): Output<Post> => ({
  ...presentMessage(view),
  entity_id: entityId,
  to_id: message.authorId,
  seq: view.seq,
  room: 0,
  total,
  echoId: message.echoId,
});
