import { mysqlTable } from 'drizzle-orm/mysql-core';
import { ascii, time } from './columns.ts';

/** Steps of migrations, as db/setup/migration-steps.ts notes them; `done_ms` 0: begun. */
export const migrationSteps = mysqlTable('migration_steps', {
  name: ascii(64)('name').primaryKey(),
  doneMs: time('done_ms').notNull(),
});
