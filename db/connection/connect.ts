import mysql from 'mysql2/promise';

export type Pool = mysql.Pool;
export type Connection = mysql.PoolConnection;

/** Where the database is: a URL (`mysql://user:password@host:port/name`) or the embedded server's socket. */
export type DatabaseAddress =
  | { uri: string }
  | { socketPath: string; user: string; password?: string; database: string };

const session =
  "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION', group_concat_max_len = 1048576, innodb_lock_wait_timeout = 3";

/** A pool of READ COMMITTED connections in strict mode. Broken connections leave it by themselves. */
export function connect(address: DatabaseAddress, connections: number): Pool {
  const pool = mysql.createPool({
    ...address,
    charset: 'utf8mb4',
    timezone: 'Z',
    connectionLimit: connections,
    connectTimeout: 10_000,
    maxIdle: connections,
    enableKeepAlive: true,
    decimalNumbers: true,
    stringifyObjects: true,
    // A transaction's last writes travel with its COMMIT in one round trip.
    multipleStatements: true,
  });
  // Queued before anything else that the new connection is asked.
  pool.pool.on('connection', (connection) => {
    connection.query(session, () => {});
  });
  return pool;
}
