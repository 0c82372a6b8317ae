import { sql } from 'drizzle-orm';
import { build } from '../../connection/statements.ts';
import type { Transaction } from '../../connection/transaction.ts';
import { lastSeen } from '../../tables/index.ts';

export type Seen = typeof lastSeen.$inferSelect;

/** Saves when members were seen, unless they were seen later than that. */
export async function saveLastSeen(tx: Transaction, rows: readonly Seen[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.write(
    build
      .insert(lastSeen)
      .values([...rows])
      .onDuplicateKeyUpdate({ set: { seenMs: sql`GREATEST(seen_ms, VALUES(seen_ms))` } }),
  );
}
