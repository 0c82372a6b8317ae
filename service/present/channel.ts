import type { Channel } from '../../acl/entities/channel.ts';
import type { MessageData } from '../../acl/entities/message.ts';
import type { MessageView } from '../../db/reading/messages/views.ts';
import type { ChannelView } from '../../db/reading/rooms/channels.ts';
import type { ReactionView } from '../../db/rows/messages/reactions.ts';
import type { RoomRecord } from '../../db/rows/rooms/rooms.ts';
import { presentMessage } from './message.ts';

/** Returns the id that callers know a channel by: `<hub>:<type>:<sub id>`. */
export const channelIdOf = (hubId: string, room: Pick<RoomRecord, 'id' | 'channelKey'>): string =>
  `${hubId}:${room.channelKey ?? `gr:${room.id}`}`;

/** Returns a room as a channel; a group room is a channel of type `gr`, under its own id. */
export function presentChannel(hubId: string, view: ChannelView): Channel {
  const [type = 'gr', subId = view.id] = view.channelKey?.split(':') ?? [];
  return {
    channel_id: channelIdOf(hubId, view),
    type: type as Channel['type'],
    sub_id: subId,
    entity_id: view.id,
    name: view.name,
    description: view.description,
    num_msgs: view.messageCount,
    listeners: type === 'gl' ? null : view.memberCount,
    history_limit: view.historyLimit,
    expire_days: view.expireDays,
  };
}

export const presentChannelMessage = (
  view: MessageView,
  reactions: readonly ReactionView[] | undefined,
  channelId: string,
): MessageData & { channel_id: string } =>
  Object.assign(presentMessage(view, reactions), { channel_id: channelId });
