/** A room as an event describes it. */
interface EventRoom {
  id: string;
  kind: 'direct' | 'group' | 'channel' | 'deleted';
  channelKey: string | null;
}

/** Returns the id of the channel that a room is; undefined if it is none, or no longer one. */
export function channelIdOf(hubId: string, room: EventRoom | undefined): string | undefined {
  if (room?.kind === 'channel')
    return room.channelKey === null ? undefined : `${hubId}:${room.channelKey}`;
  return room?.kind === 'group' ? `${hubId}:gr:${room.id}` : undefined;
}

/** Returns the parts of the id of a channel that servers create; undefined for other channels. */
export function systemChannelOf(
  appId: string,
  channelId: string,
): { type: 'dy' | 'sy'; subId: string } | undefined {
  const [, app, type, subId] = /^([^:]+):(dy|sy):([A-Za-z0-9_-]{1,100})$/.exec(channelId) ?? [];
  if (app !== appId || subId === undefined) return undefined;
  return { type: type === 'dy' ? 'dy' : 'sy', subId };
}

/** Returns when a user was created (Unix ms): their id, a UUID of version 7, begins with it. */
export function createdMsOf(userId: string, fallback: number): number {
  const [, time] = /^([0-9a-f]{8}-[0-9a-f]{4})-7/.exec(userId) ?? [];
  return time === undefined ? fallback : Number.parseInt(time.replace('-', ''), 16);
}
