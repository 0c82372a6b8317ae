import type { DatabaseAddress } from '../../db/connection/connect.ts';
import { createGateways } from '../../gateways/index.ts';
import { type App, type AppOptions, startApp } from '../../service/app.ts';
import { readConfig } from '../../service/config.ts';
import { createLog } from '../../service/log.ts';
import { createSchema, urlOf } from './database.ts';

export const operatorToken = 'operator-token-of-the-tests-0123456789';

/** What the run provides: the database, and the service that most tests share. */
export const shared: { database?: DatabaseAddress; app?: App; dataDir?: string } = {};

export function database(): DatabaseAddress {
  if (!shared.database) throw new Error('the database of the tests is not running');
  return shared.database;
}

/** A schema other than the one where the shared service runs its jobs. */
export const ownSchema = () => createSchema(urlOf(database()));

/** The folder for the files of the tests. */
export function dataDir(): string {
  if (!shared.dataDir) throw new Error('the folder of the tests is not there');
  return shared.dataDir;
}

export function app(): App {
  if (!shared.app) throw new Error('the service of the tests is not running');
  return shared.app;
}

const clocks = new WeakMap<App, () => number>();

/** The current time of a service started by ownApp. */
export const nowOf = (app: App): number => (clocks.get(app) ?? Date.now)();

/**
 * Another service on the same database, for a test that needs its own settings or clock. Closed by
 * `await using`.
 */
export async function ownApp(
  environment: Record<string, string> = {},
  clock?: () => number,
  address: DatabaseAddress = database(),
  parts: Pick<AppOptions, 'answerMs' | 'limits' | 'retentionEveryMs' | 'steadyClock'> = {},
): Promise<App & AsyncDisposable> {
  const config = readConfig({
    PORT: '0',
    LIMIT_ANONYMOUS_CALLS: '0',
    HUBCHAT_DATA: dataDir(),
    ...environment,
  });
  const started = await startApp({
    config: { ...config, operatorToken },
    database: address,
    gateways: createGateways(config.limits),
    log: createLog(environment.LOG_LEVEL ?? 'silent'),
    ...(clock ? { clock } : {}),
    ...parts,
  });
  const app = { ...started, [Symbol.asyncDispose]: () => started.close() };
  if (clock) clocks.set(app, clock);
  return app;
}
