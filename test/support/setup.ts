import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownApp, shared } from './app.ts';
import { createSchema, startServer } from './database.ts';

let stop = async (): Promise<void> => {};

/** Starts what the tests of this process share: a schema, a folder of files and the service. */
export async function startTests(): Promise<void> {
  const server = await startServer();
  const schema = await createSchema(server.url);
  const dataDir = await mkdtemp(join(tmpdir(), 'hubchat-files-'));
  Object.assign(shared, { database: schema.address, dataDir });
  const app = await ownApp({ LOG_LEVEL: process.env.TEST_LOG ?? 'silent' });
  shared.app = app;
  stop = async () => {
    await app.close();
    await schema[Symbol.asyncDispose]();
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}

export const stopTests = (): Promise<void> => stop();

// Where Mocha itself runs files: npm run test:one.
export { startTests as mochaGlobalSetup, stopTests as mochaGlobalTeardown };
