import type { Channel } from '../../../acl/entities/channel.ts';
import type { Output, Spec } from '../../../acl/index.ts';
import type { Content } from '../../../acl/language/fields.ts';
import { isEchoKey, messageText } from '../../../acl/language/fields.ts';
import {
  channelIdOf,
  channelMessageToChange,
  channelMessageToRead,
  channelToChange,
  channelToRead,
  isSystem,
  partsOf,
  refuseNobody,
} from '../../../db/access/channels.ts';
import type { Hub } from '../../../db/connection/transaction.ts';
import { Outdated } from '../../../db/log/append.ts';
import { lockMembers } from '../../../db/rows/identity/members.ts';
import { findPicture } from '../../../db/rows/identity/users.ts';
import { newId } from '../../../db/rows/ids.ts';
import { digestOf, findEchoIn } from '../../../db/rows/messages/echoes.ts';
import {
  buryMessages,
  listHistory,
  listViews,
  lockMessages,
  type MessageView,
} from '../../../db/rows/messages/messages.ts';
import { lockForPosts, type NewMessage, place } from '../../../db/rows/messages/posts.ts';
import { reactionsOf } from '../../../db/rows/messages/reactions.ts';
import {
  type ChannelView,
  countMessages,
  findChannel,
  insertChannel,
  listChannels,
  listGroupChannels,
} from '../../../db/rows/rooms/channels.ts';
import { queueJoins } from '../../../db/rows/rooms/participants.ts';
import { listParticipantIds } from '../../../db/rows/rooms/pointers.ts';
import { type LockedRoom, listOwners, type RoomRecord } from '../../../db/rows/rooms/rooms.ts';
import { closeChannel } from '../../actions/close-channel.ts';
import { write, writingOf } from '../../actions/write-messages.ts';
import type { Call, Handlers } from '../../core/call.ts';
import { presentCard, presentMessage } from '../../present/message.ts';
import { rewrite } from '../chat/write/edit.ts';
import { leave } from '../room/create.ts';

type Posting = Call<Spec<'channel.post'>> | Call<Spec<'channel.post_simple'>>;
type Message = Output<Spec<'channel.get_message'>>;

const dynamicDays = 30;
const mostBytes = 16 * 1024;

export const channel: Handlers<'channel'> = {
  async get_id(call) {
    const { hub, input, fail } = call;
    const channelId = `${hub.id}:${input.type}:${input.sub_id}`;
    const isFormed = input.type === 'dy' || input.type === 'sy';
    if (isFormed && partsOf(hub.id, channelId) === undefined)
      fail('CHANNEL_NOT_FOUND', 'sub_id: cannot be one');
    if (!isFormed) await channelToRead(call, channelId, 'sub_id');
    return { channel_id: channelId };
  },

  async list(call) {
    const { hub, user, input } = call;
    refuseNobody(call);
    const whose = isSystem(call) ? null : user.id;
    const named = input.type === 'gr' ? [] : await listChannels(hub, whose);
    const groups =
      input.type === 'gr' || input.type === 'all' ? await listGroupChannels(hub, whose) : [];
    return [...named, ...groups]
      .map((view) => present(hub, view))
      .filter(({ type }) => input.type === 'all' || type === input.type);
  },

  async create(call) {
    const { hub, user, input, emit, fail, now } = call;
    if (input.type === 'sy' && !isSystem(call))
      fail('PERMISSION_DENIED', 'type: only the system has channels of its own');
    const channelKey = `${input.type}:${input.sub_id}`;
    const there = await findChannel(hub, channelKey);
    if (there) return describe(hub, there);
    const { expire_days: expireDays = input.type === 'dy' ? dynamicDays : null } = input;
    const room: RoomRecord = {
      ...{ hubId: hub.id, id: newId(), kind: 'channel', directKey: null, channelKey },
      ...{ historyLimit: input.history_limit, expireDays },
      ...{
        name: input.name ?? input.sub_id,
        description: input.description,
        isPublic: false,
        archived: false,
      },
      ...{ lastOrdinal: 0, lastAtMs: now, removedAt: 0, expiredAt: 0, purgedAt: 0, lastSeq: 0 },
      ...{ memberCount: 0, createdBy: user.id, createdMs: now },
    };
    if (!(await insertChannel(hub, room)))
      return describe(hub, (await findChannel(hub, channelKey)) ?? fail('INTERNAL_ERROR'));
    const data = present(hub, { ...room, messageCount: 0 });
    // The system's own are nobody else's business.
    if (input.type !== 'sy') await emit({ name: 'channel.create', everyone: true, data });
    return data;
  },

  async delete(call) {
    const { hub, input, emit, revoke, fail } = call;
    const room = await channelToChange(call, input.channel_id);
    if (room.channelKey === null)
      fail('PERMISSION_DENIED', 'channel_id: a group room is deleted as a room');
    const told = await closeChannel(hub, room);
    revoke({});
    await emit(...told);
    return { ok: 1 };
  },

  async info(call) {
    return describe(call.hub, await channelToRead(call, call.input.channel_id));
  },

  async connect(call) {
    const { hub, user, input, limits, emit, fail, now } = call;
    const room = await channelToChange(call, input.channel_id);
    const messages = await recent(call, room, input.limit);
    const described = await describe(hub, room);
    const isInside =
      isSystem(call) || (await listParticipantIds(hub, room.id, [user.id])).length > 0;
    if (isInside) return { channel: described, messages };
    // His row is locked: who is being removed from the hub either is in the list of what he leaves, or does not come in.
    const people = await lockMembers(hub, [user.id]);
    if (people.length === 0) throw new Outdated();
    const most = limits.participants;
    if (most > 0 && room.memberCount >= most)
      fail('ROOM_FULL', `channel_id: a room has at most ${most} participants`);
    room.change({ memberCount: room.memberCount + 1 });
    const data = {
      ...{ room_id: room.id, user_ids: [user.id], users: people.map(presentCard) },
      ...{ owner_ids: await listOwners(hub, room.id), member_count: room.memberCount },
    };
    const [event] = await emit({ name: 'room.add', room, targets: [user.id], data });
    queueJoins(hub, room, [user.id], event?.seq ?? 0, now);
    const listeners = described.listeners === null ? null : room.memberCount;
    return { channel: { ...described, listeners }, messages };
  },

  async disconnect(call) {
    const { hub, user, input, emit, revoke, fail } = call;
    const room = await channelToChange(call, input.channel_id);
    if (room.channelKey === null)
      fail('PERMISSION_DENIED', 'channel_id: a group room is left by room.remove');
    if ((await listParticipantIds(hub, room.id, [user.id])).length > 0) {
      const told = await leave(hub, [room], [user.id]);
      revoke({});
      await emit(...told);
    }
    return { ok: 1 };
  },

  async recent(call) {
    return recent(call, await channelToRead(call, call.input.channel_id), call.input.limit);
  },

  async get_message(call) {
    const { hub, input } = call;
    const { room, message } = await channelMessageToRead(call, input.channel_id, input.message_id);
    return (await presentAll(hub, room, [message]))[0] ?? call.fail('MESSAGE_NOT_FOUND');
  },

  post: (call) => post(call, call.input.content),
  post_simple: (call) => post(call, { text: call.input.text }),

  async update_message(call) {
    const { input, fail } = call;
    const { room, message } = await channelMessageToChange(
      call,
      input.channel_id,
      input.message_id,
      input.version,
    );
    if (!message) return fail('MESSAGE_NOT_FOUND', 'message_id: names no message of this channel');
    if (room.archived) fail('ROOM_ARCHIVED', 'channel_id: the room is archived for all');
    if (message.forwardOf !== null)
      fail('PERMISSION_DENIED', 'message_id: a forwarded one stays as it was written');
    const holds = { ...holding(call, input.content), mentionIds: message.mentionIds };
    if (isEmpty(holds) && message.attachmentCount === 0)
      fail('INVALID_INPUT', 'text: empty, and no attachment');
    const { edited } = await rewrite(call, message, room, holds);
    return { message_id: message.id, version: edited.version };
  },

  async delete_message(call) {
    const { hub, input, emit, now } = call;
    const { room, message } = await channelMessageToChange(
      call,
      input.channel_id,
      input.message_id,
      input.version,
    );
    if (!message) return { message_id: input.message_id, deleted: 0 };
    await buryMessages(hub, new Map([[room.id, room]]), await lockMessages(hub, [message.id]), now);
    const { id, authorId, ordinal } = message;
    const data = {
      room_id: room.id,
      message_id: id,
      author_id: authorId,
      ordinal,
      deleted: 1 as const,
    };
    await emit({ name: 'chat.delete', room, data: { ...data, option: 'all' } });
    return { message_id: id, deleted: 1 };
  },
};

/** A channel as it is shown; a group room is one too. */
export function present(hub: Hub, view: ChannelView): Channel {
  const [type = 'gr', subId = view.id] = view.channelKey?.split(':') ?? [];
  return {
    channel_id: channelIdOf(hub.id, view),
    type: type as Channel['type'],
    ...{ sub_id: subId, entity_id: view.id, name: view.name, description: view.description },
    ...{ num_msgs: view.messageCount, listeners: type === 'gl' ? null : view.memberCount },
    ...{ history_limit: view.historyLimit, expire_days: view.expireDays },
  };
}

const describe = async (hub: Hub, room: RoomRecord): Promise<Channel> =>
  present(hub, { ...room, messageCount: await countMessages(hub, room.id) });

/** The newest messages, oldest first. */
async function recent(
  call: { hub: Hub; user: { id: string } },
  room: RoomRecord,
  limit: number,
): Promise<Message[]> {
  const views =
    limit > 0 ? await listHistory(call.hub, call.user.id, room.id, { offset: 0, limit }) : [];
  return presentAll(call.hub, room, views.reverse());
}

async function presentAll(
  hub: Hub,
  room: RoomRecord,
  views: readonly MessageView[],
): Promise<Message[]> {
  const reactions = await reactionsOf(hub, views);
  const channelId = channelIdOf(hub.id, room);
  return views.map((view) => ({
    ...presentMessage(view, reactions.get(view.id)),
    channel_id: channelId,
  }));
}

/** What a message holds: its text, and the object where there is more than that. */
function holding(
  { fail }: { fail(code: 'INVALID_INPUT' | 'TOO_LARGE', ...details: string[]): never },
  content: Content,
): Pick<MessageView, 'body' | 'content'> {
  if (Buffer.byteLength(JSON.stringify(content)) > mostBytes)
    fail('TOO_LARGE', `content: more than ${mostBytes} bytes`);
  const body = typeof content.text === 'string' ? content.text : '';
  if (!messageText.safeParse(body).success)
    fail('INVALID_INPUT', 'content: its text is too long, or no well-formed Unicode');
  const isPlain = Object.keys(content).length === 1 && typeof content.text === 'string';
  return { body, content: isPlain ? null : content };
}

const isEmpty = ({ body, content }: Pick<MessageView, 'body' | 'content'>): boolean =>
  body.trim() === '' && content === null;

async function post(call: Posting, content: Content): Promise<Output<Spec<'channel.post'>>> {
  const { hub, user, input, signal, emit, fail, now } = call;
  if (input.from !== undefined && !isSystem(call))
    fail('PERMISSION_DENIED', 'from: only the system may say as whom');
  const room = await channelToRead(call, input.channel_id);
  const author = isSystem(call)
    ? { id: '', firstname: input.from?.name ?? '', lastname: '' }
    : user;
  const pic = isSystem(call) ? (input.from?.pic ?? null) : await findPicture(hub, user.id);
  const sender = { name: presentCard(author).surname, pic };
  const reply = {
    channel_id: input.channel_id,
    ...(input.echoId === undefined ? {} : { echoId: input.echoId }),
  };
  const holds = holding(call, content);
  if (isEmpty(holds)) fail('INVALID_INPUT', 'text: empty');
  if (input.record === 0) {
    if (room.archived) fail('ROOM_ARCHIVED', 'channel_id: the room is archived for all');
    const id = newId();
    const about = {
      room_id: room.id,
      channel_id: input.channel_id,
      message_id: id,
      user_id: user.id,
    };
    signal({
      ...{ name: 'channel.post', data: { ...about, from: sender, content, ctime_ms: now } },
      ...{ actorId: user.id, to: { roomId: room.id } },
    });
    return { ...reply, message_id: id, seq: null };
  }

  const asked = digestOf('channel', content, input.from ?? null);
  const echo = isEchoKey(input.echoId)
    ? await findEchoIn(hub, user.id, room.id, input.echoId)
    : undefined;
  if (echo && echo.digest !== asked)
    fail('ECHO_ID_CONFLICT', 'echoId: was used for another message');
  if (echo) return { ...reply, message_id: echo.madeId, seq: await seqOf(call, room, echo.madeId) };
  if (room.archived) fail('ROOM_ARCHIVED', 'channel_id: the room is archived for all');
  const message: NewMessage = {
    ...{ id: newId(), roomId: room.id, authorId: user.id, ...holds, sender },
    ...{
      threadId: null,
      rootId: null,
      forwardOf: null,
      mentionIds: [],
      attachmentIds: [],
      echoId: input.echoId,
    },
    echo: isEchoKey(input.echoId)
      ? { key: { authorId: user.id, roomId: room.id, key: input.echoId }, digest: asked }
      : undefined,
  };
  const { rooms, isUsed, quietIn } = await lockForPosts(hub, [message]);
  const locked = await stillOpen(call, rooms.get(room.id));
  if (message.echo && isUsed(message.echo.key)) throw new Outdated();
  const isFromOutside = (await listParticipantIds(hub, locked.id, [user.id])).length === 0;
  const writing = {
    ...writingOf(locked, place(locked, message, now), author, null),
    isFromOutside,
  };
  const [written] = await write(hub, [writing], quietIn, (events, purges) =>
    emit(...events.map((event) => ({ ...event, name: 'chat.post' as const })), ...purges),
  );
  return { ...reply, message_id: message.id, seq: written?.view.seq ?? null };
}

/** Asked for once more under the lock. */
async function stillOpen(call: Posting, locked: LockedRoom | undefined): Promise<LockedRoom> {
  await channelToRead(call, call.input.channel_id);
  if (!locked || locked.archived) throw new Outdated();
  return locked;
}

const seqOf = async (
  { hub }: Posting,
  room: RoomRecord,
  messageId: string,
): Promise<number | null> =>
  (await listViews(hub, [messageId])).find((view) => view.roomId === room.id)?.seq ?? null;
