import { build } from '../../connection/statements.ts';
import type { Transaction } from '../../connection/transaction.ts';
import { audit } from '../../tables/index.ts';

export const queueAudit = (tx: Transaction, entry: typeof audit.$inferInsert): void =>
  tx.atCommit(build.insert(audit).values(entry));
