import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type DatabaseAddress } from '../../db/connection/connect.ts';
import { startEmbedded } from '../../db/embedded/server.ts';
import { ownApp, shared } from './app.ts';

let stop = async (): Promise<void> => {};

/** One database for the whole run: a private MariaDB, or a fresh schema on the server that TEST_DATABASE_URL names. */
async function startDatabase(): Promise<{ address: DatabaseAddress; stop: () => Promise<void> }> {
  const url = process.env.TEST_DATABASE_URL;
  if (url) {
    const name = `hubchat_test_${process.pid}`;
    const pool = connect({ uri: url }, 1);
    await pool.query(
      `CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
    );
    const address = new URL(url);
    address.pathname = `/${name}`;
    const drop = async () => {
      await pool.query(`DROP DATABASE ${name}`);
      await pool.end();
    };
    return { address: { uri: address.href }, stop: drop };
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'hubchat-test-'));
  const embedded = await startEmbedded({ dataDir, say: () => {} });
  const remove = async () => {
    await embedded.stop();
    await rm(dataDir, { recursive: true });
  };
  return { address: embedded.connection, stop: remove };
}

export async function mochaGlobalSetup(): Promise<void> {
  const { address, stop: stopDatabase } = await startDatabase();
  shared.database = address;
  shared.dataDir = await mkdtemp(join(tmpdir(), 'hubchat-files-'));
  const app = await ownApp({ LOG_LEVEL: process.env.TEST_LOG ?? 'silent' });
  shared.app = app;
  stop = async () => {
    await app.close();
    await stopDatabase();
    await rm(shared.dataDir ?? '', { recursive: true, force: true });
  };
}

export const mochaGlobalTeardown = (): Promise<void> => stop();
