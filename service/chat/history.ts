import type { MessageRow } from '../../acl/entities.ts';
import type { Spec } from '../../acl/index.ts';
import { countUnread } from '../../db/conversations.ts';
import { messageToRead, roomToRead } from '../../db/loaders.ts';
import { findOrdinal, listHistory } from '../../db/messages.ts';
import { leastPointer } from '../../db/pointers.ts';
import { entityOf, findRoom } from '../../db/rooms.ts';
import type { Call, Handlers } from '../call.ts';
import { presentMessage } from '../present.ts';
import { markRead, receiptAudience } from '../receipts.ts';

type History = 'messages' | 'acknowledge';

export const history: Pick<Handlers<'chat'>, History> = {
  async messages(call) {
    const { hub, user, input } = call;
    const { room, entityId, ...mine } = await roomToRead(call, input.entity_id, 'ROOM_NOT_FOUND');
    if (!room || !('pointer' in mine)) return [];
    const { pointer } = mine;
    const isPaged = input.before === undefined && input.after === undefined;
    const views = await listHistory(hub, user.id, room.id, {
      ...(await position(call, room.id, 'before')),
      ...(await position(call, room.id, 'after')),
      offset: isPaged ? (input.page - 1) * input.limit : 0,
      limit: input.limit,
    });
    const seenUpTo =
      room.memberCount <= receiptAudience && views.some((view) => view.authorId === user.id)
        ? await leastPointer(hub, room.id, user.id)
        : 0;
    const [newest] = views;
    if (input.mark_read && newest && newest.ordinal > pointer)
      await (await markRead(call, room.id, newest.ordinal, newest.id)).announce();
    return views.map(
      (view): MessageRow => ({
        ...presentMessage(view),
        entity_id: entityId,
        seq: view.seq,
        cursor: String(view.ordinal),
        page: input.page,
        status: 'active',
        is_notify: view.authorId !== user.id && view.ordinal > pointer ? 1 : 0,
        is_readed: view.authorId === user.id || view.ordinal <= pointer || input.mark_read ? 1 : 0,
        is_seen: view.authorId === user.id && view.ordinal <= seenUpTo ? 1 : 0,
      }),
    );
  },

  async acknowledge(call) {
    const { hub, user, input } = call;
    const message = await messageToRead(call, input.message_id, 'MESSAGE_NOT_FOUND');
    const room = (await findRoom(hub, message.roomId)) ?? call.fail('MESSAGE_NOT_FOUND');
    const { pointer, announce } = await markRead(call, room.id, message.ordinal, message.id);
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
  },
};

/** A place in the history: a row's cursor, or any message of the room. */
async function position(
  { hub, input, fail }: Call<Spec<'chat.messages'>>,
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
