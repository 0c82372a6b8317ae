import type { Spec } from '../../../acl/index.ts';
import { oldTokenSeconds, passwordSessionDays } from '../../../acl/language/limits.ts';
import { dayMs } from '../../../acl/language/time.ts';
import { keyToIssueWith } from '../../../db/access/keys.ts';
import { inHub } from '../../../db/connection/transaction.ts';
import { findEntry } from '../../../db/reading/identity/entries.ts';
import { hashOf } from '../../../db/rows/hash.ts';
import { lockLiveKey } from '../../../db/rows/identity/keys.ts';
import { isStayingMember } from '../../../db/rows/identity/members.ts';
import {
  findSession,
  lockSession,
  type SessionRecord,
  saveRenewal,
} from '../../../db/rows/identity/sessions.ts';
import { lockUser } from '../../../db/rows/identity/users.ts';
import type { Call, Handler } from '../../core/call.ts';
import { toSeconds } from '../../present/time.ts';
import { firstTokenOf, nextToken } from '../../secrets/tokens.ts';

type Renew = Spec<'session.renew'>;

export const renew: Handler<Renew> = async (call) => {
  const { tx, caller, input, fail, now } = call;
  const token = input.token ?? (caller.userId === null ? undefined : call.token);
  if (token === undefined)
    return fail('INVALID_INPUT', 'token: required: the caller has no session of its own');
  const found = await findSession(tx, hashOf(firstTokenOf(token)));
  if (!found) return fail('SESSION_NOT_FOUND', notYours);
  // What ends sessions of the user waits until this one is renewed, or has ended it before.
  await lockUser(tx, found.userId);
  if (caller.userId !== null) await call.confirm();
  await checkRight(call, found);
  const session = await lockSession(tx, found.id);
  const renewal = session && renewalOf(call, session, token);
  if (!session || !renewal || !(await isOfMember(call, session)))
    return fail('SESSION_NOT_FOUND', notYours);
  const expiresMs = now + session.expiresMs - (session.renewedMs ?? session.createdMs);
  await saveRenewal(tx, session.id, { ...renewal.hashes, renewedMs: now, expiresMs });
  call.prolong({ sessionId: session.id, expiresMs });
  return { token: renewal.token, expires: toSeconds(expiresMs) };
};

const notYours = 'token: is not one of a live session that you can renew';

/** Checks that the caller may renew this session, if it is live. */
async function checkRight(call: Call<Renew>, session: SessionRecord): Promise<void> {
  const { tx, hub, caller, fail, now } = call;
  const { kind, userId, hubId, keyId } = session;
  if (caller.userId !== null) {
    if (userId !== caller.userId) fail('SESSION_NOT_FOUND', notYours);
    if (kind !== 'password')
      fail('PERMISSION_DENIED', 'token: only what issued the session can renew it');
    if (now > session.createdMs + passwordSessionDays * dayMs)
      fail('PERMISSION_DENIED', `token: the log-in is over ${passwordSessionDays} days ago`);
    return;
  }
  const isIssuedByCaller =
    caller.kind === 'operator' || (keyId === caller.keyId && hubId === caller.hubId);
  if (kind !== 'issued' || !isIssuedByCaller) fail('SESSION_NOT_FOUND', notYours);
  if (caller.kind === 'key' && hub) {
    const entry = await findEntry(tx, userId, { id: hub.id }, null);
    await keyToIssueWith(hub, caller.keyId ?? '', entry?.privilege ?? 0, fail);
  } else if (keyId !== null && !(await lockLiveKey(inHub(tx, hubId ?? ''), keyId)))
    fail('SESSION_NOT_FOUND', notYours);
}

/** A session for one hub ends when its user leaves that hub. */
const isOfMember = async ({ tx }: Call<Renew>, { hubId, userId }: SessionRecord) =>
  hubId === null || isStayingMember(inHub(tx, hubId), userId);

/**
 * Returns the token that a session has after its renewal, and what its row keeps of it; undefined
 * if the presented token is not valid. While the token before it is still valid, the newest one is
 * kept: that one would end early.
 */
function renewalOf(
  { seal, now }: Call<Renew>,
  session: SessionRecord,
  token: string,
):
  | { token: string; hashes: Partial<Pick<SessionRecord, 'renewedHash' | 'oldHash' | 'oldEndsMs'>> }
  | undefined {
  const { tokenHash, renewedHash, oldHash, oldEndsMs } = session;
  if (session.expiresMs <= now) return undefined;
  const hash = hashOf(token);
  const isOldValid = oldEndsMs !== null && now < oldEndsMs;
  const isCurrent = hash === (renewedHash ?? tokenHash);
  if (isCurrent && isOldValid) return { token, hashes: {} };
  const next = nextToken(seal, token);
  if (isCurrent)
    return {
      token: next,
      hashes: {
        renewedHash: hashOf(next),
        oldHash: hash,
        oldEndsMs: now + oldTokenSeconds * 1000,
      },
    };
  // Another token than the first call returned only if the service's secret was changed meanwhile.
  return isOldValid && hash === oldHash
    ? { token: next, hashes: { renewedHash: hashOf(next) } }
    : undefined;
}
