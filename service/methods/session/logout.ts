import type { Spec } from '../../../acl/index.ts';
import { saveEndedJwt } from '../../../db/rows/identity/ended-jwts.ts';
import { endSessions, queueUserEpochs } from '../../../db/rows/identity/sessions.ts';
import { lockUser } from '../../../db/rows/identity/users.ts';
import type { Handler } from '../../core/call.ts';

export const logout: Handler<Spec<'session.logout'>> = async (call) => {
  const { tx, caller, user, confirm, revoke } = call;
  const { sessionId, jwtHash, expiresMs } = caller;
  await lockUser(tx, user.id);
  await confirm();
  if (sessionId !== null) await endSessions(tx, user.id, [sessionId], 'ended');
  if (jwtHash !== null) {
    await saveEndedJwt(tx, jwtHash, expiresMs ?? 0);
    queueUserEpochs(tx, user.id);
  }
  const ended = sessionId ?? jwtHash;
  if (ended !== null) revoke({ sessionIds: [ended] });
  return { ok: 1 };
};
