import type { UserKey } from '../../db/rows/identity/keys.ts';
import type { SessionRecord } from '../../db/rows/identity/sessions.ts';
import { toSeconds } from './time.ts';

/** Returns a session as its user sees it. */
export const presentSession = (session: SessionRecord, currentId: string | null) => ({
  session_id: session.id,
  kind: session.kind,
  hub_id: session.hubId,
  user_agent: session.userAgent,
  ctime: toSeconds(session.createdMs),
  expires: toSeconds(session.expiresMs),
  is_current: session.id === currentId ? (1 as const) : (0 as const),
});

/** Returns a key that acts as a user as a row among their sessions; its name is the user agent. */
export const presentUserKey = (key: UserKey, currentId: string | null) => ({
  session_id: key.id,
  kind: 'key',
  hub_id: key.hubId,
  user_agent: key.name,
  ctime: toSeconds(key.createdMs),
  expires: null,
  is_current: key.id === currentId ? (1 as const) : (0 as const),
});
