import { inHub } from '../../../db/connection/transaction.ts';
import { isStayingMember } from '../../../db/rows/identity/members.ts';
import {
  deleteSessions,
  endSessions,
  lockSessionGroup,
  queueSession,
} from '../../../db/rows/identity/sessions.ts';
import { newId } from '../../../db/rows/ids.ts';
import type { AnyCall } from '../../core/call.ts';
import { toSeconds } from '../../present/time.ts';
import { newSessionToken } from '../../secrets/tokens.ts';

interface NewSession {
  kind: 'password' | 'issued' | 'client' | 'app';
  userId: string;
  /** The only hub that the session is good for; null: every hub of the user. */
  hubId: string | null;
  /** The privilege bits that the session has at most. */
  cap: number;
  /** Seconds. */
  ttl: number;
  grants?: string[] | undefined;
  keyId?: string | null;
}

const maxUserAgent = 255;
/** Live sessions of a user, kind and hub; the oldest ones beyond it are ended. */
const maxSessions = 100;

/**
 * Inserts a session. Returns its token and the Unix seconds at which it expires; undefined if its
 * user is not a member of its hub.
 */
export async function insertNewSession(
  call: Pick<AnyCall, 'tx' | 'origin' | 'now' | 'revoke'>,
  { kind, userId, hubId, cap, ttl, grants, keyId = null }: NewSession,
): Promise<{ token: string; expires: number } | undefined> {
  const { tx, origin, now } = call;
  const isMember = hubId === null || userId === '' || isStayingMember(inHub(tx, hubId), userId);
  const [isGoodFor, others] = await Promise.all([
    isMember,
    lockSessionGroup(tx, { kind, userId, hubId, keyId }, now),
  ]);
  if (!isGoodFor) return undefined;
  await endOldest(call, userId, others);
  const token = newSessionToken();
  const expiresMs = now + ttl * 1000;
  queueSession(tx, {
    id: newId(),
    token,
    kind,
    userId,
    hubId,
    privilegeCap: cap,
    grants: grants ?? null,
    keyId,
    userAgent: origin.userAgent.slice(0, maxUserAgent),
    createdMs: now,
    expiresMs,
  });
  return { token, expires: toSeconds(expiresMs) };
}

/**
 * Makes room for one more session, and forgets ended ones beyond the same number. Expired ones are
 * left to the cleaning job, which makes sure of the time before.
 */
async function endOldest(
  { tx, revoke }: Pick<AnyCall, 'tx' | 'revoke'>,
  userId: string,
  rows: Awaited<ReturnType<typeof lockSessionGroup>>,
): Promise<void> {
  const idsOf = (state: 'live' | 'ended') =>
    rows.filter((row) => row.state === state).map((row) => row.id);
  const oldest = idsOf('live').slice(maxSessions - 1);
  await endSessions(tx, userId, oldest, 'ended');
  if (oldest.length > 0) revoke({ sessionIds: oldest });
  await deleteSessions(tx, idsOf('ended').slice(maxSessions));
}
