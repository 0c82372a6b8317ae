import type { Publication } from '../../../service/gateways/port.ts';
import { channelIdOf } from '../ids.ts';
import { presentMail, presentMessage, presentUnrecorded } from '../models.ts';
import { frameOf } from './frames.ts';

type Event = Publication['events'][number];
type Signal = Publication['signals'][number];

/** A frame for the sockets of a user or of a channel's subscribers; made if there are any. */
export type Push = { frame(): Buffer } & (
  | { channelId: string; isForServers: boolean }
  | { userId: string }
);

/** Subscriptions of a channel that end: those of some users, or all. */
export interface Unsubscription {
  channelId: string;
  userIds?: readonly string[];
}

export interface SocketChange {
  push?: Push | undefined;
  unsubscription?: Unsubscription | undefined;
}

/** Lists in order what a committed call changes for sockets. */
export function* socketChangesOf({ hubId, events, signals }: Publication): Generator<SocketChange> {
  for (const event of events)
    yield { push: pushOf(hubId, event), unsubscription: unsubscriptionOf(hubId, event) };
  for (const signal of signals) yield { push: pushOfSignal(signal) };
}

function pushOf(hubId: string, event: Event): Push | undefined {
  const chId = channelIdOf(hubId, event.room);
  switch (event.name) {
    case 'messaging.send': {
      const { data: mail } = event;
      if (!('box' in mail) || mail.box !== 'inbox') return undefined;
      return {
        userId: mail.owner_id,
        frame: () => frameOf('messaging', 'INCOMING', presentMail(mail)),
      };
    }
    case 'chat.post':
    case 'chat.forward':
    case 'chat.edit': {
      const { data: message } = event;
      if (chId === undefined || 'deleted' in message) return undefined;
      const operation = event.name === 'chat.edit' ? 'UPDATE' : 'INCOMING';
      return {
        channelId: chId,
        isForServers: mayServersRead(event, message.ordinal),
        frame: () => frameOf('chat', operation, presentMessage(chId, message)),
      };
    }
    case 'chat.delete': {
      const { message_id: msgId, option, ordinal } = event.data;
      if (chId === undefined || option !== 'all') return undefined;
      return {
        channelId: chId,
        isForServers: mayServersRead(event, ordinal),
        frame: () => frameOf('chat', 'DELETE', { chId, msgId }),
      };
    }
    default:
      return undefined;
  }
}

/** Whether a group room lets the application's server read the message. */
function mayServersRead({ room }: Event, ordinal: number): boolean {
  if (room?.kind !== 'group') return true;
  return room.systemAccessAt !== null && ordinal > room.systemAccessAt;
}

function pushOfSignal({ name, data }: Signal): Push | undefined {
  if (name !== 'channel.post') return undefined;
  return {
    channelId: data.channel_id,
    // Servers have no subscription to group rooms that they may not read.
    isForServers: true,
    frame: () => frameOf('chat', 'INCOMING', presentUnrecorded(data)),
  };
}

function unsubscriptionOf(
  hubId: string,
  { name, data, room, actorId }: Event,
): Unsubscription | undefined {
  if (name === 'channel.delete') return { channelId: data.channel_id };
  if (name === 'room.delete') return { channelId: `${hubId}:gr:${data.room_id}` };
  const channelId = channelIdOf(hubId, room);
  if (channelId === undefined) return undefined;
  // The sessions of servers have no user.
  if (name === 'room.update' && data.system_access === 0) return { channelId, userIds: [''] };
  if (name !== 'room.remove') return undefined;
  // A user who disconnects from a channel can still read it, so their other sessions stay
  // subscribed. Only the membership of a group ends for all of them.
  const userIds = data.user_ids.filter((userId) => room?.kind === 'group' || userId !== actorId);
  return { channelId, userIds };
}
