import type { Publication } from '../../../service/gateways/port.ts';
import { expiresAt, messageOf } from '../operations/channels.ts';
import { itemOf } from '../operations/messages.ts';

type Event = Publication['events'][number];
type Signal = Publication['signals'][number];

/** What a socket is told, made once there is one, and who hears it: whoever has connected to a channel, or one user. */
export type Push = { frame(): Buffer } & ({ channelId: string } | { userId: string });

export const frameOf = (service: string, operation: string, data: unknown): Buffer =>
  Buffer.from(JSON.stringify({ service, operation, data }));

/** The channel that a room is; undefined: none, or none any more. */
export function channelOf(hubId: string, room: Event['room']): string | undefined {
  if (room?.kind === 'channel')
    return room.channelKey === null ? undefined : `${hubId}:${room.channelKey}`;
  return room?.kind === 'group' ? `${hubId}:gr:${room.id}` : undefined;
}

/** What there is to push of an event, if anything. */
function pushOf(hubId: string, event: Event): Push | undefined {
  const chId = channelOf(hubId, event.room);
  switch (event.name) {
    case 'messaging.send': {
      const { data: mail } = event;
      if (!('box' in mail) || mail.box !== 'inbox') return undefined;
      return { userId: mail.owner_id, frame: () => frameOf('messaging', 'INCOMING', itemOf(mail)) };
    }
    case 'chat.post':
    case 'chat.forward':
    case 'chat.edit': {
      const { data: message } = event;
      if (chId === undefined || 'deleted' in message) return undefined;
      const operation = event.name === 'chat.edit' ? 'UPDATE' : 'INCOMING';
      return { channelId: chId, frame: () => frameOf('chat', operation, messageOf(chId, message)) };
    }
    case 'chat.delete': {
      const { message_id: msgId, option } = event.data;
      if (chId === undefined || option !== 'all') return undefined;
      return { channelId: chId, frame: () => frameOf('chat', 'DELETE', { chId, msgId }) };
    }
    default:
      return undefined;
  }
}

/** A message of a channel that nobody keeps. */
function pushOfSignal(signal: Signal): Push | undefined {
  if (signal.name !== 'channel.post') return undefined;
  const {
    channel_id: chId,
    message_id: msgId,
    user_id: id,
    from,
    content,
    ctime_ms: date,
  } = signal.data;
  const message = { chId, msgId, date, ver: 1, from: { id, ...from }, content };
  const times = { expiresAt: expiresAt(date), updatedAt: date };
  return { channelId: chId, frame: () => frameOf('chat', 'INCOMING', { ...message, ...times }) };
}

/** Who may hear a channel no more: some users, or nobody may. */
export type Stop = { channelId: string; userIds?: readonly string[] };

/** Whoever leaves a channel by himself may read it as before: his other sessions go on. */
function stopOf(hubId: string, { name, data, room, actorId }: Event): Stop | undefined {
  if (name === 'channel.delete') return { channelId: data.channel_id };
  const channelId = name === 'room.remove' ? channelOf(hubId, room) : undefined;
  if (name !== 'room.remove' || channelId === undefined) return undefined;
  return {
    channelId,
    userIds: data.user_ids.filter((userId) => room?.kind === 'group' || userId !== actorId),
  };
}

/** What sockets hear of a committed call, in order, and what they hear no more after each. */
export function* heardOf({
  hubId,
  events,
  signals,
}: Publication): Generator<{ push?: Push; stop?: Stop }> {
  for (const event of events) {
    const [push, stop] = [pushOf(hubId, event), stopOf(hubId, event)];
    yield { ...(push ? { push } : {}), ...(stop ? { stop } : {}) };
  }
  for (const signal of signals) {
    const push = pushOfSignal(signal);
    if (push) yield { push };
  }
}
