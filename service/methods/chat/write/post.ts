import type { Output, Spec } from '../../../../acl/index.ts';
import { isEchoKey } from '../../../../acl/language/fields.ts';
import {
  filesToSend,
  messageToRead,
  notStaged,
  openRoom,
  roomsToPost,
} from '../../../../db/access/rooms.ts';
import type { Hub } from '../../../../db/connection/transaction.ts';
import { Outdated } from '../../../../db/log/append.ts';
import { countUnread, sumUnread } from '../../../../db/reading/conversations.ts';
import type { Person } from '../../../../db/rows/identity/members.ts';
import { newId } from '../../../../db/rows/ids.ts';
import { lockStagedFiles } from '../../../../db/rows/messages/attachments.ts';
import {
  digestOf,
  type Echo,
  type EchoKey,
  findEchoIn,
} from '../../../../db/rows/messages/echoes.ts';
import { listViews, type MessageView } from '../../../../db/rows/messages/messages.ts';
import { lockForPosts, type NewMessage, place } from '../../../../db/rows/messages/posts.ts';
import { reactionsOf } from '../../../../db/rows/messages/reactions.ts';
import { listParticipantIds } from '../../../../db/rows/rooms/pointers.ts';
import type { LockedRoom } from '../../../../db/rows/rooms/rooms.ts';
import { type Writing, write, writingOf } from '../../../actions/write-messages.ts';
import type { BatchedHandler, Call } from '../../../core/call.ts';
import { presentMessage } from '../../../present/message.ts';

type Post = Spec<'chat.post'>;
type Reply = Output<Post>;

/** A post that may be made: everything about it is known but its place in the room. */
interface Item {
  message: NewMessage;
  author: Person;
  thread: MessageView['thread'];
  /** The version of the message that it answers, as it is quoted. */
  quoted: number | undefined;
  entityId: string;
  /** The author's unread in his other conversations. */
  total: number;
}

export const post: BatchedHandler<Post, Item> = {
  async prepare(call) {
    const { hub, user, input, limits, fail, now } = call;
    const attachmentIds = [...new Set(input.attachment)];
    // Asked before the echoId, in the same round trip: what another call with the same one has used or made void is not held against this one.
    const isSendable = later(filesToSend(call, attachmentIds));
    const parentSoon = later(
      input.thread_id
        ? messageToRead(call, input.thread_id, 'INVALID_THREAD', 'thread_id')
        : undefined,
    );
    const asked = digestOf(
      input.message,
      input.thread_id ?? null,
      input.attachment,
      input.mention_ids,
    );
    const [[conversation], unread, echo] = await Promise.all([
      roomsToPost(call, [input.entity_id], 'INVALID_CONTACT'),
      sumUnread(hub, user.id, input.entity_id),
      isEchoKey(input.echoId) ? findEchoIn(hub, user.id, input.entity_id, input.echoId) : undefined,
    ]);
    // The caller may see the room, then the echoId, then everything else: a replay is answered whatever has changed since.
    if (!conversation) return fail('INVALID_CONTACT');
    if (echo) return { reply: await replay(call, conversation.entityId, echo, asked) };

    if (input.message.trim() === '' && input.attachment.length === 0)
      fail('INVALID_INPUT', 'message: empty, and no attachment');
    if (conversation.room?.archived)
      fail('ROOM_ARCHIVED', 'entity_id: the room is archived for all');
    const most = limits.filesPerMessage;
    if (most > 0 && attachmentIds.length > most)
      fail('INVALID_ATTACHMENT', `attachment: more than ${most} files`);
    await isSendable;
    const parent = await parentSoon;
    if (parent && parent.roomId !== conversation.room?.id)
      fail('INVALID_THREAD', 'thread_id: names a message of another conversation');
    const mentionIds = [...new Set(input.mention_ids)];
    await checkMentions(call, conversation, mentionIds);

    const roomId = await openRoom(hub, user.id, conversation, now);
    const key = isEchoKey(input.echoId)
      ? { authorId: user.id, roomId, key: input.echoId }
      : undefined;
    const message: NewMessage = {
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
      echo: key && { key, digest: asked },
    };
    const thread = parent
      ? {
          body: parent.body,
          authorId: parent.authorId,
          author: parent.author,
          attachmentCount: parent.attachmentCount,
          deleted: false,
        }
      : null;
    return {
      item: {
        message,
        author: user,
        thread,
        quoted: parent?.version,
        entityId: conversation.entityId,
        total: unread.direct + unread.share + unread.archived,
      },
    };
  },

  async apply({ hub, now, emit }, items) {
    const messages = items.map((item) => item.message);
    const { rooms, isUsed, versionOf, quietIn } = await lockForPosts(hub, messages);
    refuseDoubles(messages, isUsed);
    // A text that was edited or deleted meanwhile must not be told again in the quotation.
    if (
      items.some(
        ({ message, quoted }) => message.threadId && versionOf(message.threadId) !== quoted,
      )
    )
      throw new Outdated();
    const files = await stagedFiles(hub, items);
    const results = items.map((item) => settle(item, rooms, files, now));
    const settled = results.flatMap((result) => ('failure' in result ? [] : result));
    const written = await write(hub, settled, quietIn, (events, purges) =>
      emit(...events.map((event) => ({ ...event, name: 'chat.post' as const })), ...purges),
    );
    const views = new Map(written.map(({ item, view }) => [item, view]));
    return results.map((result) =>
      'failure' in result
        ? result
        : { reply: reply(result.item, views.get(result.item) ?? result.view) },
    );
  },
};

/** Its failure is looked at when it is awaited, if it ever is. */
function later<T>(work: Promise<T> | undefined): Promise<T> | undefined {
  work?.catch(() => {});
  return work;
}

type Asking = Omit<Call<Post>, 'emit' | 'signal' | 'revoke'>;
type Destination = Awaited<ReturnType<typeof roomsToPost>>[number];

async function checkMentions(
  { hub, user, fail }: Asking,
  { room, peerId }: Destination,
  mentionIds: readonly string[],
): Promise<void> {
  const present = room
    ? await listParticipantIds(hub, room.id, mentionIds)
    : mentionIds.filter((id) => id === peerId || id === user.id);
  if (present.length < mentionIds.length)
    fail('INVALID_INPUT', 'mention_ids: one of them is not in the conversation');
}

/** The reply to what was posted before under the same key. */
async function replay(call: Asking, entityId: string, echo: Echo, asked: string): Promise<Reply> {
  const { hub, user, fail, input } = call;
  if (echo.digest !== asked) fail('ECHO_ID_CONFLICT', 'echoId: was used for another message');
  const [view] = await listViews(hub, [echo.madeId]);
  if (!view) return fail('ECHO_ID_CONFLICT', 'echoId: its message is gone');
  const [room, unread, reactions] = await Promise.all([
    countUnread(hub, user.id, view.roomId),
    sumUnread(hub, user.id),
    reactionsOf(hub, [view]),
  ]);
  return {
    ...presentMessage(view, reactions.get(view.id)),
    entity_id: entityId,
    to_id: user.id,
    seq: view.seq,
    room,
    total: unread.direct + unread.share + unread.archived,
    ...(input.echoId === undefined ? {} : { echoId: input.echoId }),
    ...(view.deletedMs === null ? {} : { deleted: 1 as const }),
  };
}

/** Under the rooms' locks nobody else can use a key any more: who comes second is prepared anew and finds the first. */
function refuseDoubles(messages: readonly NewMessage[], isUsed: (key: EchoKey) => boolean): void {
  const keys = messages.flatMap((message) => message.echo?.key ?? []);
  const distinct = new Set(keys.map(({ authorId, roomId, key }) => `${authorId} ${roomId} ${key}`));
  if (distinct.size < keys.length || keys.some(isUsed)) throw new Outdated();
}

/** Files that are still staged, by uploader; a post takes what it attaches out. */
async function stagedFiles(hub: Hub, items: readonly Item[]): Promise<Set<string>> {
  const ids = items.flatMap(({ message }) => message.attachmentIds);
  return new Set((await lockStagedFiles(hub, ids)).map(({ ownerId, id }) => `${ownerId} ${id}`));
}

type Settled =
  | (Writing & { item: Item })
  | { failure: 'ROOM_ARCHIVED' | 'INVALID_ATTACHMENT'; details: string[] };

function settle(
  item: Item,
  rooms: ReadonlyMap<string, LockedRoom>,
  files: Set<string>,
  now: number,
): Settled {
  const { message } = item;
  const room = rooms.get(message.roomId);
  if (!room) throw new Outdated();
  if (room.archived)
    return { failure: 'ROOM_ARCHIVED', details: ['entity_id: the room is archived for all'] };
  const needed = message.attachmentIds.map((id) => `${message.authorId} ${id}`);
  if (!needed.every((file) => files.has(file)))
    return { failure: 'INVALID_ATTACHMENT', details: [notStaged] };
  for (const file of needed) files.delete(file);
  return { item, ...writingOf(room, place(room, message, now), item.author, item.thread) };
}

const reply = ({ message, entityId, total }: Item, view: MessageView): Reply => ({
  ...presentMessage(view),
  entity_id: entityId,
  to_id: message.authorId,
  seq: view.seq,
  room: 0,
  total,
  ...(message.echoId === undefined ? {} : { echoId: message.echoId }),
});
