import type { Spec } from '../../../acl/index.ts';
import { keyToIssueWith } from '../../../db/access/keys.ts';
import { findEntry } from '../../../db/reading/identity/entries.ts';
import { findUser } from '../../../db/rows/identity/users.ts';
import type { Call, Handler } from '../../core/call.ts';
import { insertNewSession } from './new-session.ts';

type Issue = Spec<'session.issue'>;

export const issue: Handler<Issue> = async (call) => {
  const { hub, input, caller, fail } = call;
  const hubId = caller.kind === 'key' ? caller.hubId : (input.hub_id ?? null);
  const found = privilegeOf(call, hubId);
  // A key is locked before the member.
  if (caller.kind === 'key' && hub)
    await keyToIssueWith(hub, caller.keyId ?? '', (await found) ?? fail(...notMember), fail);
  const [privilege, session] = await Promise.all([
    found,
    insertNewSession(call, {
      kind: 'issued',
      userId: input.user_id,
      hubId,
      cap: caller.cap,
      ttl: input.ttl,
      grants: input.grants,
      keyId: caller.keyId,
    }),
  ]);
  return privilege !== undefined && session ? session : fail(...notMember);
};

const notMember = ['INVALID_CONTACT', 'user_id: is not a member of the hub'] as const;

/** Returns the user's privilege in the hub; undefined for who is not a member or does not exist. */
async function privilegeOf(
  { tx, hub, input }: Call<Issue>,
  hubId: string | null,
): Promise<number | undefined> {
  if (hubId === null) return (await findUser(tx, input.user_id)) ? 0 : undefined;
  if (hub?.id !== hubId) return undefined;
  const entry = await findEntry(tx, input.user_id, { id: hubId }, null);
  return entry?.privilege || undefined;
}
