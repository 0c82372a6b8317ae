import type { Config } from '../../service/config.ts';
import { readOperatorToken } from '../../service/secrets/files.ts';
import { runService } from '../../service/start.ts';

/** A service to import to. */
export interface Service {
  url: string;
  token: string;
  /** Stops the service if it was started for the import. */
  close(): Promise<void>;
}

/** Returns the service at the address; if none runs there, starts one with the configuration. */
export async function reachService(
  config: Config,
  options: { url?: string | undefined; token?: string | undefined },
  print: (line: string) => void,
): Promise<Service> {
  const url = (options.url ?? `http://127.0.0.1:${config.port}`).replace(/\/+$/, '');
  const isRunning = await isHubchat(url);
  if (options.url !== undefined && !isRunning)
    throw new Error(`No hubchat is reachable at ${options.url}.`);
  const token = options.token ?? config.operatorToken;
  if (!isRunning) return startOwn({ ...config, port: 0, operatorToken: token }, url, print);
  return { url, token: token ?? (await tokenOfFolder(config.dataDir)), close: async () => {} };
}

async function isHubchat(url: string): Promise<boolean> {
  const response = fetch(`${url}/-/healthz`, { signal: AbortSignal.timeout(5000) });
  const body: unknown = await response.then((reply) => reply.json()).catch(() => undefined);
  return JSON.stringify(body) === '{"status":"ok"}';
}

const tokenOfFolder = (dataDir: string): Promise<string> =>
  readOperatorToken(dataDir).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new Error(
      `There is no operator token in ${dataDir}; ` +
        'set --token, HUBCHAT_OPERATOR_TOKEN or HUBCHAT_DATA.',
    );
  });

/** Starts the service like `npm start`, on a free port. */
async function startOwn(
  config: Config,
  url: string,
  print: (line: string) => void,
): Promise<Service> {
  print(`No hubchat is reachable at ${url}; starting one for the import…`);
  const logLevel = config.logLevel === 'info' ? 'warn' : config.logLevel;
  const options = { ...config, host: '127.0.0.1', logLevel };
  const running = await runService(options, print).catch(explain);
  const token = running.operatorToken ?? (await tokenOfFolder(config.dataDir));
  return { url: running.app.url, token, close: running.stop };
}

function explain(error: Error): never {
  if (!/^Another hubchat/.test(error.message)) throw error;
  throw new Error(
    `${error.message} If it is running, set --url to its address or PORT to its port.`,
  );
}
