import { expect } from 'chai';
import { type Connection, connect, type Pool } from '../../../db/connection/connect.ts';
import { migrate } from '../../../db/setup/migrate.ts';
import { ownSchema } from '../../support/app.ts';

async function rowsOf(pool: Pool, sql: string): Promise<unknown[][]> {
  const [rows] = await pool.query({ sql, rowsAsArray: true });
  return rows as unknown[][];
}

/** A connection that is lost after some more statements, at once when there are none left. */
function losing(connection: Connection, statements: number): Connection {
  let left = statements;
  const query = async (...args: Parameters<Connection['query']>): Promise<unknown> => {
    if (left === 0) {
      connection.destroy();
      throw new Error('lost');
    }
    left -= 1;
    return connection.query(...args);
  };
  return Object.create(connection, { query: { value: query } }) as Connection;
}

/** The columns and indexes of all tables. */
const schemaOf = async (pool: Pool) => [
  await rowsOf(
    pool,
    `SELECT table_name, column_name, ordinal_position, column_type, is_nullable, column_default,
       collation_name
     FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY 1, 2`,
  ),
  await rowsOf(
    pool,
    `SELECT table_name, index_name, seq_in_index, column_name, non_unique
     FROM information_schema.statistics WHERE table_schema = DATABASE() ORDER BY 1, 2, 3`,
  ),
];

/** How far a migration has come. */
const progressOf = (pool: Pool): Promise<string> =>
  rowsOf(
    pool,
    `SELECT COUNT(*), SUM(done_ms > 0), (SELECT COUNT(*) FROM __drizzle_migrations)
     FROM migration_steps`,
  ).then(
    (rows) => JSON.stringify(rows),
    () => 'none',
  );

/** Migrates until the connection is lost; returns whether it was not. */
async function migrateFor(pool: Pool, statements: number): Promise<boolean> {
  const getConnection = async () => losing(await pool.getConnection(), statements);
  return migrate(Object.create(pool, { getConnection: { value: getConnection } })).then(
    () => true,
    (error: Error) => {
      if (error.message !== 'lost') throw error;
      return false;
    },
  );
}

describe('A migration whose process ends', () => {
  it('is continued by the next one, after each statement of all migrations', async () => {
    await using whole = await ownSchema();
    await using cut = await ownSchema();
    const expected = connect(whole.address, 2);
    const pool = connect(cut.address, 2);
    try {
      await migrate(expected);
      let before = await progressOf(pool);
      for (let allowed = 1; !(await migrateFor(pool, allowed)); ) {
        const after = await progressOf(pool);
        allowed = after === before ? allowed + 1 : 1;
        before = after;
      }
      expect(await schemaOf(pool)).to.deep.equal(await schemaOf(expected));
    } finally {
      await Promise.all([pool.end(), expected.end()]);
    }
  });
});
