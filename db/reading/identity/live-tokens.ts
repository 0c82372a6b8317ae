import type { Transaction } from '../../connection/transaction.ts';

/** By what a token is known in the database; null where that does not apply to it. */
export interface TokenRows {
  userId: string | null;
  hubId: string | null;
  sessionId: string | null;
  /** The key that the token is, or that issued it. */
  viaKeyId: string | null;
  jwtHash: string | null;
}

/**
 * Whether a token that was accepted before has not been ended since. Nobody ends it before the
 * transaction ends: sessions and keys are locked, and JWTs end under the lock of their user's row.
 */
export async function isTokenStillLive(
  tx: Transaction,
  { userId, hubId, sessionId, viaKeyId, jwtHash }: TokenRows,
): Promise<boolean> {
  const [, sessions, keys, endedJwts] = await Promise.all([
    tx.lock('SELECT 1 FROM users WHERE id = ? LOCK IN SHARE MODE', [userId]),
    tx.lock('SELECT 1 FROM sessions WHERE id = ? AND ended_as IS NULL LOCK IN SHARE MODE', [
      sessionId,
    ]),
    tx.lock(
      `SELECT 1 FROM \`keys\`
       WHERE hub_id = ? AND id = ? AND revoked_ms IS NULL LOCK IN SHARE MODE`,
      [hubId, viaKeyId],
    ),
    tx.read('SELECT 1 FROM ended_jwts WHERE hash = ?', [jwtHash]),
  ]);
  return (
    (sessionId === null || sessions.length > 0) &&
    (viaKeyId === null || keys.length > 0) &&
    endedJwts.length === 0
  );
}
