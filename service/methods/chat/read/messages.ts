import type { Output, Spec } from '../../../../acl/index.ts';
import {
  messagesInSight,
  messageToRead,
  noThread,
  roomToRead,
  threadToRead,
} from '../../../../db/access/rooms.ts';
import { countUnread } from '../../../../db/reading/conversations.ts';
import {
  findOrdinal,
  findOrdinalsAt,
  type HistoryFilter,
  listHistory,
  listThread,
} from '../../../../db/rows/messages/messages.ts';
import { entityOf, findRoom } from '../../../../db/rows/rooms/rooms.ts';
import { markRead, markUnread } from '../../../actions/read-marks.ts';
import type { Call, Handlers } from '../../../core/call.ts';
import { presentFound, presentRows } from './history-rows.ts';

type History = 'messages' | 'get' | 'thread' | 'acknowledge' | 'mark_unread';

export const history: Pick<Handlers<'chat'>, History> = {
  async messages(call) {
    const { hub, user, input } = call;
    const conversation = await roomToRead(call, input.entity_id, 'ROOM_NOT_FOUND');
    if (!conversation.room) return [];
    const { room, pointer } = conversation;
    const views = await listHistory(hub, user.id, room.id, await pageOf(call, room.id));
    const marks = input.mark_read === 1;
    const rows = await presentRows(call, views, new Map([[room.id, conversation]]), {
      page: input.page,
      marks,
    });
    const [newest] = views;
    if (marks && newest && newest.ordinal > pointer)
      await (await markRead(call, room.id, newest.ordinal, newest.id)).announce();
    return rows;
  },

  async get(call) {
    const { input, fail } = call;
    const ids = [...new Set(input.message_ids)];
    const views = await messagesInSight(call, ids);
    if (views.size === 0)
      fail('MESSAGE_NOT_FOUND', 'message_ids: name no message that you can see');
    return presentFound(
      call,
      ids.flatMap((id) => views.get(id) ?? []),
    );
  },

  async thread(call) {
    const { hub, user, input, fail } = call;
    const { rootId, roomId } = await threadToRead(call, input.thread_id);
    const views = await listThread(hub, user.id, rootId, await pageOf(call, roomId));
    const isThere =
      views.length > 0 ||
      (await listThread(hub, user.id, rootId, { offset: 0, limit: 1 })).length > 0;
    return isThere ? presentFound(call, views, input.page) : fail('INVALID_THREAD', noThread);
  },

  acknowledge: (call) => move(call, markRead),
  mark_unread: (call) => move(call, markUnread),
};

/** Move the caller's pointer to a message, or before it. */
async function move(
  call: Call<Spec<'chat.acknowledge'>> & Call<Spec<'chat.mark_unread'>>,
  mark: typeof markRead,
): Promise<Output<Spec<'chat.acknowledge'>>> {
  const { hub, user, input } = call;
  const message = await messageToRead(call, input.message_id, 'MESSAGE_NOT_FOUND');
  const room = (await findRoom(hub, message.roomId)) ?? call.fail('MESSAGE_NOT_FOUND');
  const { pointer, announce } = await mark(call, room.id, message.ordinal, message.id);
  const unread = await countUnread(hub, user.id, room.id);
  await announce();
  return {
    message_id: message.id,
    entity_id: entityOf(room, user.id),
    room_id: room.id,
    user_id: user.id,
    ordinal: pointer,
    unread,
  };
}

type Paged = Call<Spec<'chat.messages'>> | Call<Spec<'chat.thread'>>;

/** The page of a room's history that was asked for: by number, or before and after a place. */
async function pageOf(call: Paged, roomId: string): Promise<HistoryFilter> {
  const { input } = call;
  const isNumbered = input.before === undefined && input.after === undefined;
  const { before, after } = {
    ...(await position(call, roomId, 'before')),
    ...(await position(call, roomId, 'after')),
  };
  const dates = await between(call, roomId);
  const [lower, upper] = [
    [after, dates.after].filter((one) => one !== undefined),
    [before, dates.before].filter((one) => one !== undefined),
  ];
  return {
    ...(upper.length > 0 ? { before: Math.min(...upper) } : {}),
    ...(lower.length > 0 ? { after: Math.max(...lower) } : {}),
    offset: isNumbered ? (input.page - 1) * input.limit : 0,
    limit: input.limit,
  };
}

/** The dates that were asked for, as places: a room's messages have their times in the order of their ordinals. */
async function between(
  { hub, input }: Paged,
  roomId: string,
): Promise<{ before?: number; after?: number }> {
  const { before_ms: before, after_ms: after } = input;
  const times = [before, after].filter((ms) => ms !== undefined);
  if (times.length === 0) return {};
  const places = await findOrdinalsAt(hub, roomId, times);
  const end = Number.MAX_SAFE_INTEGER;
  return {
    ...(before === undefined ? {} : { before: places[0] ?? end }),
    ...(after === undefined ? {} : { after: (places.at(-1) ?? end) - 1 }),
  };
}

/** A place in the history: a row's cursor, or any message of the room. */
async function position(
  { hub, input, fail }: Paged,
  roomId: string,
  which: 'before' | 'after',
): Promise<{ before?: number; after?: number }> {
  const given = input[which];
  if (given === undefined) return {};
  if (/^\d{1,15}$/.test(given)) return { [which]: Number(given) };
  const ordinal =
    (await findOrdinal(hub, roomId, given)) ??
    fail('MESSAGE_NOT_FOUND', `${which}: names no message of this conversation`);
  return { [which]: ordinal };
}
