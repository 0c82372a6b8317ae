import { values } from './guesses.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const roomAddress = /^adhoc-([0-9a-f-]{36})@conference\.([^@/]+)$/;
const userAddress = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})@([^@/]+)$/;

const domainOf = (hubId: string): string => `${hubId}.${values.domain}`;

export const userJid = (hubId: string, userId: string): string =>
  `${userId.replaceAll('-', '')}@${domainOf(hubId)}`;
export const roomJid = (hubId: string, roomId: string): string =>
  `adhoc-${roomId}@conference.${domainOf(hubId)}`;

/** As XMPP compares them: regardless of case, without the resource. */
const bare = (text: string): string => text.toLowerCase().replace(/\/.*$/s, '');

/** The room that a path names; undefined: none of this hub can be called so. */
export function roomIdOf(text: string, hubId: string): string | undefined {
  const [, id, domain] = roomAddress.exec(bare(text)) ?? [];
  if (id !== undefined) return domain === domainOf(hubId) && uuid.test(id) ? id : undefined;
  return uuidOf(text);
}

/** The user that a path names; undefined: none of this hub can be called so. */
export function userIdOf(text: string, hubId: string): string | undefined {
  const [, ...parts] = userAddress.exec(bare(text)) ?? [];
  if (parts.length === 0) return uuidOf(text);
  return parts.pop() === domainOf(hubId) ? parts.join('-') : undefined;
}

function uuidOf(text: string): string | undefined {
  const id = text.toLowerCase();
  return uuid.test(id) ? id : undefined;
}

/** Ids as a body names them, each once. */
export const distinct = (ids: readonly string[]): string[] => [
  ...new Set(ids.map((id) => id.toLowerCase())),
];
