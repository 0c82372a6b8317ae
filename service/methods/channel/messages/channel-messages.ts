import type { Output, Spec } from '../../../../acl/index.ts';
import { withoutEarlierQuote } from '../../../../db/access/channels.ts';
import type { Hub } from '../../../../db/connection/transaction.ts';
import { listRoomHistory } from '../../../../db/reading/messages/history.ts';
import type { MessageView } from '../../../../db/reading/messages/views.ts';
import { listReactionsOf } from '../../../../db/rows/messages/reactions.ts';
import type { RoomRecord } from '../../../../db/rows/rooms/rooms.ts';
import { channelIdOf, presentChannelMessage } from '../../../present/channel.ts';

type Message = Output<Spec<'channel.get_message'>>;

/** Returns the newest messages of a channel after an ordinal, oldest first. */
export async function recentMessages(
  { hub, user }: { hub: Hub; user: { id: string } },
  room: RoomRecord,
  after: number,
  limit: number,
): Promise<Message[]> {
  if (limit === 0) return [];
  const newest = { before: Number.MAX_SAFE_INTEGER, after, limit };
  const views = await listRoomHistory(hub, user.id, room.id, newest);
  const shown = views.reverse().map((view) => withoutEarlierQuote(view, after));
  return channelMessages(hub, room, shown);
}

/** Returns messages of a channel with their reactions, in the order given. */
export async function channelMessages(
  hub: Hub,
  room: RoomRecord,
  views: readonly MessageView[],
): Promise<Message[]> {
  const reactions = await listReactionsOf(hub, views);
  const channelId = channelIdOf(hub.id, room);
  return views.map((view) => presentChannelMessage(view, reactions.get(view.id), channelId));
}
