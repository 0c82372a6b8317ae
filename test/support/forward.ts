import type { App, AppOptions } from '../../service/app.ts';
import { database, ownApp } from './app.ts';

export const dayMs = 86_400_000;

/**
 * A service whose clock can be put forward, so that no test waits for a receipt's second or for
 * years.
 */
export interface ForwardApp extends AsyncDisposable {
  app: App;
  now(): number;
  putForward(ms: number): void;
}

export async function forwardApp(
  environment: Record<string, string> = {},
  parts: Pick<AppOptions, 'retentionEveryMs' | 'steadyClock'> = {},
): Promise<ForwardApp> {
  // One hour ahead, so that a service on the same database finds no due receipts of this one, whose
  // sockets it does not have.
  let ahead = 3_600_000;
  const now = () => Date.now() + ahead;
  // That the clock is put forward is no jump here: it stands for time that passes.
  const steadyClock = { forRun: async () => now };
  const limits = {
    LIMIT_USER_CALLS: '0',
    LIMIT_HUB_CALLS: '0',
    LIMIT_FILES: '0',
    LIMIT_SOCKETS: '0',
  };
  const app = await ownApp({ ...limits, ...environment }, now, database(), {
    steadyClock,
    ...parts,
  });
  const putForward = (ms: number) => {
    ahead += ms;
  };
  return { app, now, putForward, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
}
