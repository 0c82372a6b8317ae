import { lt } from 'drizzle-orm';
import { build } from '../../connection/statements.ts';
import type { Transaction } from '../../connection/transaction.ts';
import { endedJwts } from '../../tables/index.ts';

/** Keeps that a JWT has ended, until it expires. Ending it again changes nothing. */
export async function saveEndedJwt(
  tx: Transaction,
  hash: string,
  expiresMs: number,
): Promise<void> {
  await tx.write(
    build
      .insert(endedJwts)
      .values({ hash, expiresMs })
      .onDuplicateKeyUpdate({ set: { expiresMs } }),
  );
}

/** Deletes up to a thousand that have expired; returns how many. */
export const deleteExpiredJwts = (tx: Transaction, now: number): Promise<number> =>
  tx.write(build.delete(endedJwts).where(lt(endedJwts.expiresMs, now)).limit(1000));
