import type { Spec } from '../../../acl/index.ts';
import { deleteSessions } from '../../../db/rows/identity/sessions.ts';
import type { Handler } from '../../core/call.ts';

export const logout: Handler<Spec<'session.logout'>> = async ({ tx, caller, revoke }) => {
  if (caller.sessionId) {
    await deleteSessions(tx, caller.userId ?? '', [caller.sessionId]);
    revoke({ sessionIds: [caller.sessionId] });
  }
  return { ok: 1 };
};
