import type { Output } from '../../../../acl/index.ts';
import { isEchoKey } from '../../../../acl/language/fields.ts';
import { lookForPosts, type PostGround } from '../../../../db/access/posts.ts';
import { findRoomIds, hintRoom, readRoomIds } from '../../../../db/reading/rooms/room-hints.ts';
import { digestOf } from '../../../../db/rows/messages/echoes.ts';
import { openDirectRoom } from '../../../../db/writing/rooms.ts';
import { lockFilesOf, type StagedFiles } from '../../../actions/staged-files.ts';
import { writeMessages } from '../../../actions/write-messages.ts';
import type { Applied, BatchedCall, BatchedHandler } from '../../../core/call.ts';
import { presentMessageFiles } from '../../../present/file.ts';
import { presentMessage } from '../../../present/message.ts';
import { createLinks } from '../../../secrets/file-links.ts';
import { type DecidedPost, decidePost, type Post, type PreparedPost } from './decide-post.ts';

/** What was read and locked for the posts of a batch. */
interface LookedPosts {
  posts: ReadonlyMap<BatchedCall<Post>, PreparedPost>;
  ground: PostGround;
  files: StagedFiles;
}

export const post: BatchedHandler<Post, (string | undefined)[], LookedPosts> = {
  async find(calls) {
    const [first] = calls;
    if (!first) return [];
    const { hub, user, input, now, isAlone } = first;
    const asked = calls.map((call) => ({ userId: call.user.id, entityId: call.input.entity_id }));
    if (!isAlone) return findRoomIds(hub, asked);
    const [found] = await readRoomIds(hub, asked);
    // Everything else about the first message of a direct conversation was found to be in order.
    const roomId = found ?? (await openDirectRoom(hub, user.id, input.entity_id, now));
    for (const one of asked) if (!found) hintRoom(hub, one, roomId);
    return [roomId];
  },

  async look(calls, roomIds) {
    const posts = calls.map((call, index) => prepare(call, roomIds[index]));
    const [first] = calls;
    if (!first) throw new Error('a batch has no calls');
    const [ground, files] = await Promise.all([
      lookForPosts(first.hub, posts, first.now),
      lockFilesOf(first.hub, posts),
    ]);
    return { posts: new Map(posts.map((one) => [one.call, one])), ground, files };
  },

  async write({ hub, now, emit }, calls, { posts, ground, files }) {
    const deciding = { ground, files, used: new Set<string>(), now };
    const decisions: (DecidedPost | Applied<Post>)[] = [];
    for (const call of calls) {
      const one = posts.get(call);
      if (one) decisions.push(await decidePost(one, deciding));
    }
    const { quietIn } = ground;
    const decided = decisions.filter(isDecided);
    await writeMessages({ hub, quietIn, emit }, 'chat.post', decided);
    return decisions.map((decision) =>
      isDecided(decision) ? { reply: presentReply(decision, ground) } : decision,
    );
  },
};

const isDecided = (decision: DecidedPost | Applied<Post>): decision is DecidedPost =>
  typeof decision === 'object' && 'post' in decision;

function prepare(call: BatchedCall<Post>, roomId: string | undefined): PreparedPost {
  const { user, input, limits } = call;
  const { entity_id: entityId, message, thread_id: threadId, attachment, echoId } = input;
  return {
    call,
    userId: user.id,
    entityId,
    roomId,
    echoKey: isEchoKey(echoId) ? echoId : undefined,
    digest: digestOf(message, threadId ?? null, attachment, input.mention_ids),
    threadId: threadId ?? undefined,
    mentionIds: [...new Set(input.mention_ids)],
    attachmentIds: [...new Set(attachment)],
    maxStorage: limits.maxStorage,
  };
}

const presentReply = (
  { post: { call, entityId }, message }: DecidedPost,
  ground: PostGround,
): Output<Post> =>
  Object.assign(presentMessage(message), {
    entity_id: entityId,
    to_id: call.user.id,
    seq: message.seq,
    files: presentMessageFiles(message.files, createLinks(call)),
    room: 0,
    total: ground.unreadBeside(call.user.id),
    echoId: call.input.echoId,
  });
