import type { Spec } from '../../../acl/index.ts';
import { listSessions } from '../../../db/rows/identity/sessions.ts';
import type { Handler } from '../../core/call.ts';
import { toSeconds } from '../../present/time.ts';

export const list: Handler<Spec<'session.list'>> = async ({ tx, user, caller, now }) => {
  const sessions = await listSessions(tx, user.id, caller.hubId, now);
  return sessions.map((session) => ({
    session_id: session.id,
    kind: session.kind,
    hub_id: session.hubId,
    user_agent: session.userAgent,
    ctime: toSeconds(session.createdMs),
    expires: toSeconds(session.expiresMs),
    is_current: session.id === caller.sessionId ? 1 : 0,
  }));
};
