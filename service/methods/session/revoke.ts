import type { Spec } from '../../../acl/index.ts';
import { deleteSessions, listSessions } from '../../../db/rows/identity/sessions.ts';
import type { Handler } from '../../core/call.ts';

export const revoke: Handler<Spec<'session.revoke'>> = async (call) => {
  const { tx, user, caller, input, fail, now } = call;
  const mine = (await listSessions(tx, user.id, caller.hubId, now)).map((session) => session.id);
  const ended =
    input.session_id === undefined
      ? mine.filter((id) => id !== caller.sessionId)
      : mine.filter((id) => id === input.session_id);
  if (input.session_id !== undefined && ended.length === 0)
    fail('SESSION_NOT_FOUND', 'session_id: is not one of your sessions');
  await deleteSessions(tx, user.id, ended);
  call.revoke({ sessionIds: ended });
  return { revoked: ended.length };
};
