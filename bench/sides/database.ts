import { createConnection } from 'mysql2/promise';
import { startEmbedded } from '../../db/embedded/server.ts';
import { freePort } from './child.ts';

/** A private MariaDB that syncs its log at each commit, as the service runs its own. */
export interface Database {
  readonly pid: number;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Creates a schema, and runs SQL in it; returns its URL. */
  create(schema: string, sql?: string): Promise<string>;
  stop(): Promise<void>;
}

export async function startDatabase(dataDir: string): Promise<Database> {
  const port = await freePort();
  const server = await startEmbedded({ dataDir, port, say: () => {}, isDurable: true });
  const { user, password, socketPath } = server.connection;
  return {
    port,
    user,
    password,
    get pid() {
      return server.pid;
    },
    async create(schema, sql = '') {
      const connection = await createConnection({
        socketPath,
        user,
        password,
        multipleStatements: true,
      });
      await connection.query(`CREATE DATABASE ${schema} CHARACTER SET utf8mb4; USE ${schema}`);
      if (sql) await connection.query(sql);
      await connection.end();
      return `mysql://${user}:${password}@127.0.0.1:${port}/${schema}`;
    },
    stop: () => server.stop(),
  };
}
