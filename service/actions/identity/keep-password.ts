import type { Transaction } from '../../../db/connection/transaction.ts';
import { StaleRead } from '../../../db/log/append.ts';
import { isStillPassword, queueNewHash } from '../../../db/rows/identity/identities.ts';

/** A user's password hash as it was read, and what replaces it; null: nothing. */
interface ComparedPassword {
  passwordHash: string | null;
  newHash: string | null;
}

/**
 * Locks the user with the password that was compared. One that is changed meanwhile ends what the
 * old one gives, so the call must compare again: throws StaleRead.
 */
export async function keepPassword(
  tx: Transaction,
  userId: string,
  { passwordHash, newHash }: ComparedPassword,
): Promise<void> {
  if (!(await isStillPassword(tx, userId, passwordHash))) throw new StaleRead();
  if (passwordHash === null || newHash === null) return;
  const identity = { issuer: 'password', subject: userId };
  queueNewHash(tx, identity, { from: passwordHash, to: newHash });
}
