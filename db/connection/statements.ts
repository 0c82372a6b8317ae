import { drizzle } from 'drizzle-orm/mysql2';

/** SQL text and its parameters. A list as a parameter fills `IN (?)`. */
export interface Statement {
  sql: string;
  params: readonly unknown[];
}

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
