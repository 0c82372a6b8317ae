import { getTableColumns, getTableName } from 'drizzle-orm';
import type { MySqlTable } from 'drizzle-orm/mysql-core';
import { drizzle } from 'drizzle-orm/mysql2';

/** SQL text and its parameters. A list as a parameter fills `IN (?)`. */
export interface Statement {
  sql: string;
  params: readonly unknown[];
  /**
   * Its last parameter is a list of keys, and it may be sent once for several calls: it returns the
   * rows of all their keys.
   */
  isShared?: true;
}

/** A part of a statement, with its parameters. */
export type Part = readonly [sql: string, ...params: unknown[]];

/** A statement, or a query of drizzle's builder that nothing has run yet. */
export type Query = Statement | { toSQL(): Statement };

/**
 * Builds INSERT, UPDATE and DELETE for `write` and `atCommit`; it has no connection.
 *
 * Writes to one table use this builder, which checks their columns and encodes their values.
 * Plain SQL with `columnsOf(table)` is for everything that reads or locks, where the builder would
 * hide joins and the order of locks, and for the few writes that join tables.
 */
export const build = drizzle.mock();

export const statementOf = (query: Query): Statement => ('toSQL' in query ? query.toSQL() : query);

/**
 * Returns the INSERT of rows that all have the same columns. Builds it many times faster than the
 * builder, which takes half a second for a thousand messages.
 */
export function insertRows<T extends MySqlTable>(
  table: T,
  rows: readonly T['$inferInsert'][],
): Statement {
  const [first = {}] = rows;
  const columns = Object.entries(getTableColumns(table)).filter(
    ([name]) => first[name as keyof typeof first] !== undefined,
  );
  const names = columns.map(([, column]) => `\`${column.name}\``).join(', ');
  const values = rows.map((row: Record<string, unknown>) =>
    columns.map(([name, column]) => {
      const value = row[name] ?? null;
      return value === null ? null : column.mapToDriverValue(value);
    }),
  );
  return { sql: `INSERT INTO \`${getTableName(table)}\` (${names}) VALUES ?`, params: [values] };
}
