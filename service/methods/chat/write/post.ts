import type { Spec } from '../../../../acl/index.ts';
import { isEchoKey } from '../../../../acl/language/fields.ts';
import { isInvisible } from '../../../../acl/text/characters.ts';
import { refuseArchived } from '../../../../db/access/archived.ts';
import { filesToSend } from '../../../../db/access/files.ts';
import { messageToRead } from '../../../../db/access/messages.ts';
import { openRoom, roomsToPost } from '../../../../db/access/rooms.ts';
import { findEchoIn } from '../../../../db/reading/messages/echoes.ts';
import type { MessageView } from '../../../../db/reading/messages/views.ts';
import { sumUnread } from '../../../../db/reading/rooms/counts.ts';
import { newId } from '../../../../db/rows/ids.ts';
import { digestOf } from '../../../../db/rows/messages/echoes.ts';
import { listParticipantIds } from '../../../../db/rows/rooms/participants.ts';
import type { BatchedHandler, Call } from '../../../core/call.ts';
import { applyPosts, type PreparedPost } from './apply-posts.ts';
import { replayPost } from './replay-post.ts';

type Post = Spec<'chat.post'>;
type Preparing = Omit<Call<Post>, 'emit' | 'signal' | 'confirm' | 'revoke'>;
type Destination = Awaited<ReturnType<typeof roomsToPost>>[number];

export const post: BatchedHandler<Post, PreparedPost> = {
  async prepare(call) {
    const { hub, user, input, fail, now } = call;
    const attachmentIds = [...new Set(input.attachment)];
    const mentionIds = [...new Set(input.mention_ids)];
    // Queried in the round trip of the echoId, but checked after it: a replay returns the message
    // even if its files and the message it replies to would be refused by now.
    const filesCheck = deferred(filesToSend(call, attachmentIds));
    const parentLookup = deferred(findParent(call));
    const [[conversation], unread, echo] = await Promise.all([
      roomsToPost(call, [input.entity_id], 'INVALID_CONTACT'),
      sumUnread(hub, user.id, input.entity_id),
      isEchoKey(input.echoId) ? findEchoIn(hub, user.id, input.entity_id, input.echoId) : undefined,
    ]);
    if (!conversation) return fail('INVALID_CONTACT');
    const { entityId } = conversation;
    const digest = digestOf(
      input.message,
      input.thread_id ?? null,
      input.attachment,
      input.mention_ids,
    );
    if (echo) return { reply: await replayPost(call, echo, { digest, entityId }) };

    refuseContent(call, conversation, attachmentIds.length);
    await filesCheck;
    const parent = await parentLookup;
    if (parent && parent.roomId !== conversation.room?.id)
      fail('INVALID_THREAD', 'thread_id: is a message of another conversation');
    await refuseMentionsOutside(call, conversation, mentionIds);

    const roomId = await openRoom(hub, user.id, conversation, now);
    const key = isEchoKey(input.echoId) && { authorId: user.id, roomId, echoKey: input.echoId };
    return {
      item: {
        message: {
          id: newId(),
          roomId,
          authorId: user.id,
          body: input.message,
          threadId: parent?.id ?? null,
          rootId: parent ? (parent.rootId ?? parent.id) : null,
          forwardOf: null,
          content: null,
          sender: null,
          mentionIds,
          attachmentIds,
          echoId: input.echoId,
          echo: key ? { key, digest } : undefined,
        },
        author: user,
        thread: parent ? quoteOf(parent) : null,
        quotedVersion: parent?.version,
        entityId,
        maxStorage: call.limits.maxStorage,
        total: unread.direct + unread.share + unread.archived,
      },
    };
  },

  apply: applyPosts,
};

/** Keeps a promise that may never be awaited from ending the process when it rejects. */
function deferred<T>(work: Promise<T>): Promise<T> {
  work.catch(() => {});
  return work;
}

const findParent = async (call: Preparing): Promise<MessageView | undefined> =>
  call.input.thread_id
    ? messageToRead(call, call.input.thread_id, 'INVALID_THREAD', 'thread_id')
    : undefined;

const quoteOf = ({ body, authorId, author, attachmentCount, ordinal }: MessageView) => ({
  body,
  authorId,
  author,
  attachmentCount,
  ordinal,
  deleted: false,
  hidden: false,
});

function refuseContent(
  { input, limits, fail }: Preparing,
  { room }: Destination,
  files: number,
): void {
  if (isInvisible(input.message) && files === 0)
    fail('INVALID_INPUT', 'message: must not be empty without an attachment');
  refuseArchived({ fail }, room);
  const max = limits.maxFilesPerMessage;
  if (files > max) fail('INVALID_ATTACHMENT', `attachment: at most ${max} files`);
}

async function refuseMentionsOutside(
  { hub, user, fail }: Preparing,
  { room, peerId }: Destination,
  mentionIds: readonly string[],
): Promise<void> {
  const inside = room
    ? await listParticipantIds(hub, room.id, mentionIds)
    : mentionIds.filter((id) => id === peerId || id === user.id);
  if (inside.length < mentionIds.length)
    fail('INVALID_INPUT', 'mention_ids: one of them is not in the conversation');
}
