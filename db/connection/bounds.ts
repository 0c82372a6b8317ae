import type { Statement } from './statements.ts';

/** How many seconds a statement may run, by its class. Lock waits count too. */
export const statementSeconds = {
  /** A read of a call that travels with those of others, who wait for it. */
  joined: 1,
  /** A page of a list, which may have to skip or compare many rows. */
  page: 5,
  /** A search by a client's criteria or by part of a name. */
  search: 2,
  /** Any other read or write of a call. */
  call: 10,
  /** A statement of a job, of a script or of the service itself. */
  job: 60,
};

/**
 * How long the service waits for a connection, and for the answer to statements that it sent
 * together, in milliseconds. Longer than one statement may run: it is for servers that are stopped,
 * and for networks that lose everything.
 */
export const answerMs = { call: 12_000, job: 75_000 };

/**
 * Returns a statement that bounds all statements of a session: in MariaDB every one, in MySQL those
 * that only read. Each server ignores the comments of the other.
 */
export const boundSession = (seconds: number): string =>
  `/*M! SET SESSION max_statement_time = ${seconds} */
   /*!80000 SET SESSION max_execution_time = ${seconds * 1000} */`;

/** Returns the beginning of a SELECT that may run for so many seconds. */
export const boundedSelect = (seconds: number): string =>
  `/*M! SET STATEMENT max_statement_time=${seconds} FOR */ ` +
  `SELECT /*+ MAX_EXECUTION_TIME(${Math.round(seconds * 1000)}) */`;

/** Whether a statement has a bound of its own. */
export const isBounded = ({ sql }: Statement): boolean => sql.startsWith('/*M!');

/** Returns a statement with a bound of its own, unless it has one already. */
export function bounded(statement: Statement, seconds: number): Statement {
  if (isBounded(statement)) return statement;
  const { sql, params } = statement;
  const plain = sql.trimStart();
  const rest = plain.startsWith('SELECT ')
    ? boundedSelect(seconds) + plain.slice('SELECT'.length)
    : `/*M! SET STATEMENT max_statement_time=${seconds} FOR */ ${plain}`;
  return { sql: rest, params };
}
