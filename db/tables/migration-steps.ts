import { mysqlTable } from 'drizzle-orm/mysql-core';
import { ascii, time } from './columns.ts';

/** Steps of migrations that SQL cannot do, once they are done: see db/connection/migrate.ts. */
export const migrationSteps = mysqlTable('migration_steps', {
  name: ascii(64)('name').primaryKey(),
  doneMs: time('done_ms').notNull(),
});
