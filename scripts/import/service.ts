import type { Config } from '../../service/config.ts';
import { readOperatorToken } from '../../service/core/operator-token.ts';
import { runService } from '../../service/start.ts';

export interface Service {
  url: string;
  token: string;
  close(): Promise<void>;
}

/** The running service at the address; else one of our own, on the configured database, for as long as it is needed. */
export async function reachService(
  config: Config,
  given: { url?: string | undefined; token?: string | undefined },
  say: (line: string) => void,
): Promise<Service> {
  const url = (given.url ?? `http://127.0.0.1:${config.port}`).replace(/\/+$/, '');
  const answers = await isHubchat(url);
  if (given.url !== undefined && !answers) throw new Error(`No hubchat answers at ${given.url}.`);
  const token = given.token ?? config.operatorToken;
  if (!answers) return startOwn({ ...config, port: 0, operatorToken: token }, url, say);
  return { url, token: token ?? (await tokenOfFolder(config.dataDir)), close: async () => {} };
}

async function isHubchat(url: string): Promise<boolean> {
  const answer = fetch(`${url}/-/healthz`, { signal: AbortSignal.timeout(5000) });
  const body: unknown = await answer.then((response) => response.json()).catch(() => undefined);
  return JSON.stringify(body) === '{"status":"ok"}';
}

const tokenOfFolder = (dataDir: string): Promise<string> =>
  readOperatorToken(dataDir).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT'
      ? new Error(
          `There is no operator token in ${dataDir}; give --token, HUBCHAT_OPERATOR_TOKEN or HUBCHAT_DATA.`,
        )
      : error;
  });

/** The service as `npm start` runs it, on a free port. */
async function startOwn(
  config: Config,
  url: string,
  say: (line: string) => void,
): Promise<Service> {
  say(`No hubchat answers at ${url}; running one for the import…`);
  const logLevel = config.logLevel === 'info' ? 'warn' : config.logLevel;
  const running = await runService({ ...config, host: '127.0.0.1', logLevel }, say).catch(explain);
  const token = running.operatorToken ?? (await tokenOfFolder(config.dataDir));
  return { url: running.app.url, token, close: running.stop };
}

function explain(error: Error): never {
  if (!/^Another hubchat/.test(error.message)) throw error;
  throw new Error(`${error.message} If it runs, give --url its address (or PORT its port).`);
}
