import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseAddress } from '../../db/connection/connect.ts';
import { startEmbedded } from '../../db/embedded/server.ts';

/** A database server of a test alone, which the test can stop (SIGSTOP) and let go on. */
export interface StoppableDatabase extends AsyncDisposable {
  address: DatabaseAddress;
  stop(): void;
  goOn(): void;
}

export async function startStoppable(): Promise<StoppableDatabase> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hubchat-stoppable-'));
  const server = await startEmbedded({ dataDir, say: () => {} });
  const send = (signal: NodeJS.Signals) => void process.kill(server.pid, signal);
  return {
    address: server.connection,
    stop: () => send('SIGSTOP'),
    goOn: () => send('SIGCONT'),
    async [Symbol.asyncDispose]() {
      send('SIGCONT');
      await server.stop();
      await rm(dataDir, { recursive: true });
    },
  };
}
