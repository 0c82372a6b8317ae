import { build } from '../../connection/statements.ts';
import type { Transaction } from '../../connection/transaction.ts';
import { audit } from '../../tables/index.ts';

export async function insertAudit(
  tx: Transaction,
  entry: typeof audit.$inferInsert,
): Promise<void> {
  await tx.write(build.insert(audit).values(entry));
}
