import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type DatabaseAddress } from '../../db/connection/connect.ts';
import { startEmbedded } from '../../db/embedded/server.ts';

/** A database server for the tests; each process creates its own schema on it. */
export interface Server {
  url: string;
  stop(): Promise<void>;
}

/**
 * The server of TEST_DATABASE_URL, or else a private MariaDB, which is removed at the end. It syncs
 * its log at each commit only if it must survive faults.
 */
export async function startServer({ isDurable = false } = {}): Promise<Server> {
  const url = process.env.TEST_DATABASE_URL;
  if (url) return { url, stop: async () => {} };
  const dataDir = await mkdtemp(join(tmpdir(), 'hubchat-test-'));
  const embedded = await startEmbedded({ dataDir, say: () => {}, isDurable });
  return {
    url: urlOf(embedded.connection),
    async stop() {
      await embedded.stop();
      await rm(dataDir, { recursive: true });
    },
  };
}

let schemas = 0;

/** A fresh schema on a server, dropped at the end. */
export async function createSchema(
  serverUrl: string,
): Promise<{ address: DatabaseAddress } & AsyncDisposable> {
  const name = `hubchat_test_${process.pid}_${++schemas}`;
  const pool = connect({ uri: serverUrl }, 1);
  await pool.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    address: { uri: url.href },
    async [Symbol.asyncDispose]() {
      await pool.query(`DROP DATABASE ${name}`);
      await pool.end();
    },
  };
}

/** An address in the form of DATABASE_URL. */
export function urlOf(address: DatabaseAddress): string {
  if ('uri' in address) return address.uri;
  const url = new URL('mysql://localhost');
  url.username = address.user;
  url.password = address.password ?? '';
  url.pathname = `/${address.database}`;
  url.searchParams.set('socketPath', address.socketPath);
  return url.href;
}
