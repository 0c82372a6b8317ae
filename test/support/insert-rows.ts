import type { MySqlTable } from 'drizzle-orm/mysql-core';
import type { Pool } from '../../db/connection/connect.ts';
import { insertRows } from '../../db/connection/statements.ts';
import { transact } from '../../db/connection/transaction.ts';

/** Inserts rows in one transaction, in statements of a size that the server accepts. */
export async function insertMany<T extends MySqlTable>(
  pool: Pool,
  table: T,
  rows: readonly T['$inferInsert'][],
): Promise<void> {
  await transact(pool, async (tx) => {
    for (let from = 0; from < rows.length; from += 1000)
      tx.atCommit(insertRows(table, rows.slice(from, from + 1000)));
  });
}
