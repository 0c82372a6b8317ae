import type { Spec } from '../../../acl/index.ts';
import { findEntry } from '../../../db/reading/identity/entries.ts';
import { findUser } from '../../../db/rows/identity/users.ts';
import type { Call, Handler } from '../../core/call.ts';
import { insertNewSession } from './new-session.ts';

type Issue = Spec<'session.issue'>;

export const issue: Handler<Issue> = async (call) => {
  const { tx, user, input, caller, origin, fail, now } = call;
  const hubId = caller.kind === 'key' ? caller.hubId : (input.hub_id ?? null);
  if (!(await isUserOf(call, hubId)))
    fail('INVALID_CONTACT', 'user_id: is not a member of the hub');
  return insertNewSession(
    tx,
    {
      kind: 'issued',
      userId: input.user_id,
      hubId,
      // The member that a key acts as may have fewer rights by now than the key was made with.
      cap: caller.kind === 'key' ? user.privilege : caller.cap,
      ttl: input.ttl,
      grants: input.grants,
      keyId: caller.keyId,
      userAgent: origin.userAgent,
    },
    now,
  );
};

/** Whether the user is a member of the hub; without a hub, whether they exist. */
async function isUserOf({ tx, hub, input }: Call<Issue>, hubId: string | null): Promise<boolean> {
  if (hubId === null) return (await findUser(tx, input.user_id)) !== undefined;
  if (hub?.id !== hubId) return false;
  const entry = await findEntry(tx, input.user_id, { id: hubId }, null);
  return Boolean(entry?.privilege);
}
