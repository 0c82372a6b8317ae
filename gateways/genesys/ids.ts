import { values } from './guesses.ts';

/** Every operation's path begins so. */
export const basePath = '/api/v2';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const roomAddress = /^adhoc-([0-9a-f-]{36})@conference\.([^@/]+)$/;
const userAddress = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})@([^@/]+)$/;

const domainOf = (hubId: string): string => `${hubId}.${values.domain}`;

export const userJid = (hubId: string, userId: string): string =>
  `${userId.replaceAll('-', '')}@${domainOf(hubId)}`;
export const roomJid = (hubId: string, roomId: string): string =>
  `adhoc-${roomId}@conference.${domainOf(hubId)}`;

/** XMPP compares JIDs without regard to case and without the resource. */
const bareJid = (text: string): string => text.toLowerCase().replace(/\/.*$/s, '');

/** Returns the room's id of a JID or UUID; undefined if it cannot name a room of this hub. */
export function roomIdOf(text: string, hubId: string): string | undefined {
  const [, id, domain] = roomAddress.exec(bareJid(text)) ?? [];
  if (id !== undefined) return domain === domainOf(hubId) && uuid.test(id) ? id : undefined;
  return uuidOf(text);
}

/** Returns the user's id of a JID or UUID; undefined if it cannot name a user of this hub. */
export function userIdOf(text: string, hubId: string): string | undefined {
  const [, ...parts] = userAddress.exec(bareJid(text)) ?? [];
  if (parts.length === 0) return uuidOf(text);
  return parts.pop() === domainOf(hubId) ? parts.join('-') : undefined;
}

function uuidOf(text: string): string | undefined {
  const id = text.toLowerCase();
  return uuid.test(id) ? id : undefined;
}

/** Returns the ids in lower case, each once. */
export const distinctIds = (ids: readonly string[]): string[] => [
  ...new Set(ids.map((id) => id.toLowerCase())),
];
