import type { Spec } from '../../../acl/index.ts';
import { pageRows } from '../../../acl/language/limits.ts';
import { listUserKeys } from '../../../db/rows/identity/keys.ts';
import { listSessions } from '../../../db/rows/identity/sessions.ts';
import type { Handler } from '../../core/call.ts';
import { presentSession, presentUserKey } from '../../present/session.ts';

export const list: Handler<Spec<'session.list'>> = async ({ tx, user, caller, input, now }) => {
  const { after } = input;
  const filter = { onlyHubId: caller.hubId, after, limit: pageRows, now };
  const [sessions, keys] = await Promise.all([
    listSessions(tx, user.id, filter),
    listUserKeys(tx, user.id, caller.hubId),
  ]);
  // Ids rise with time.
  return [
    ...sessions.map((session) => presentSession(session, caller.sessionId)),
    ...keys
      .filter((key) => after === undefined || key.id < after)
      .map((key) => presentUserKey(key, caller.keyId)),
  ]
    .sort((a, b) => (a.session_id < b.session_id ? 1 : -1))
    .slice(0, pageRows);
};
