import { audit } from './tables.ts';
import type { Transaction } from './transaction.ts';

export async function insertAudit(tx: Transaction, entry: typeof audit.$inferInsert): Promise<void> {
  await tx.db.insert(audit).values(entry);
}
