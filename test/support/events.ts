import type { Member } from './hub.ts';

/** The seq of the hub's last event. */
export const position = async (member: Member): Promise<number> =>
  (await member.chat.sync({ since: 0 })).seq;

/** The member's events after a position, from chat.sync. */
export const synced = async (member: Member, since = 0) =>
  (await member.chat.sync({ since, limit: 1000 })).events;

export const namesOf = (events: readonly { name: string }[]): string[] =>
  events.map((event) => event.name);
