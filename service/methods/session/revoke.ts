import type { Spec } from '../../../acl/index.ts';
import { listUserKeys } from '../../../db/rows/identity/keys.ts';
import { endSessions, listSessionIds } from '../../../db/rows/identity/sessions.ts';
import { lockUser } from '../../../db/rows/identity/users.ts';
import { endUserKeys } from '../../actions/identity/end-keys.ts';
import type { Handler } from '../../core/call.ts';

export const revoke: Handler<Spec<'session.revoke'>> = async (call) => {
  const { tx, user, caller, input, fail, now } = call;
  const { session_id: named } = input;
  const isMeant = (id: string) =>
    named === undefined ? id !== caller.sessionId && id !== caller.keyId : id === named;
  await lockUser(tx, user.id);
  await call.confirm();
  const [sessions, userKeys] = await Promise.all([
    listSessionIds(tx, user.id, caller.hubId, now),
    listUserKeys(tx, user.id, caller.hubId),
  ]);
  const ended = sessions.filter(isMeant);
  const keys = userKeys.filter(({ id }) => isMeant(id));
  const count = ended.length + keys.length;
  if (named !== undefined && count === 0)
    fail('SESSION_NOT_FOUND', 'session_id: is not one of your sessions');
  await endSessions(tx, user.id, ended, 'revoked');
  const cutIds = await endUserKeys(tx, user.id, keys, now);
  call.revoke({ sessionIds: [...ended, ...cutIds] });
  return { revoked: count };
};
