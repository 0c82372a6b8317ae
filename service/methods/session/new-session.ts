import type { Transaction } from '../../../db/connection/transaction.ts';
import { insertSession } from '../../../db/rows/identity/sessions.ts';
import { newId } from '../../../db/rows/ids.ts';
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
  userAgent: string;
}

const maxUserAgent = 255;

/** Inserts a session. Returns its token and the Unix seconds at which it expires. */
export async function insertNewSession(
  tx: Transaction,
  { kind, userId, hubId, cap, ttl, grants, keyId, userAgent }: NewSession,
  now: number,
): Promise<{ token: string; expires: number }> {
  const token = newSessionToken();
  const expiresMs = now + ttl * 1000;
  await insertSession(tx, {
    id: newId(),
    token,
    kind,
    userId,
    hubId,
    privilegeCap: cap,
    grants: grants ?? null,
    keyId: keyId ?? null,
    userAgent: userAgent.slice(0, maxUserAgent),
    createdMs: now,
    expiresMs,
  });
  return { token, expires: toSeconds(expiresMs) };
}
