import { startEmbedded } from '../../db/embedded/server.ts';
import { startApp } from '../../service/app.ts';
import type { Config } from '../../service/config.ts';
import { makeDemo } from '../../service/demo.ts';
import { createLog } from '../../service/log.ts';
import { keepOperatorToken, readOperatorToken } from '../../service/operator.ts';

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
      ? new Error(`There is no operator token in ${dataDir}; give --token, HUBCHAT_OPERATOR_TOKEN or HUBCHAT_DATA.`)
      : error;
  });

/** The service as `npm start` runs it, on a free port. */
async function startOwn(config: Config, url: string, say: (line: string) => void): Promise<Service> {
  const { dataDir, databaseUrl, embeddedPort } = config;
  say(`No hubchat answers at ${url}; running one for the import…`);
  const port = embeddedPort === undefined ? {} : { port: embeddedPort };
  const embedded =
    databaseUrl === undefined ? await startEmbedded({ dataDir, say, ...port }).catch(explain) : undefined;
  try {
    const token = config.operatorToken ?? (await keepOperatorToken(dataDir));
    const database = embedded?.connection ?? { uri: databaseUrl ?? '' };
    const log = createLog(config.logLevel === 'info' ? 'warn' : config.logLevel);
    const app = await startApp({ config: { ...config, host: '127.0.0.1', operatorToken: token }, database, log });
    const logins = config.demo ? await makeDemo(app.pool, Date.now()) : undefined;
    if (logins) say('A demo hub was made. Its logins, shown this once:');
    for (const { email, password } of logins ?? []) say(`  ${email}  ${password}`);
    const close = async () => {
      await app.close();
      await embedded?.stop();
    };
    return { url: app.url, token, close };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

function explain(error: Error): never {
  if (!/^Another hubchat/.test(error.message)) throw error;
  throw new Error(`${error.message} If it runs, give --url its address (or PORT its port).`);
}
