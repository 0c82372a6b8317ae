import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { socketPath } from '../../acl/paths.ts';
import { type EventSocket, openEvents } from '../clients/events.ts';
import { HttpConnection } from '../clients/http.ts';
import type { AtEnd } from '../ending.ts';
import { freePort, startChild, untilReady, workerOf } from './child.ts';
import type { Database } from './database.ts';

export interface User {
  id: string;
  token: string;
}

/** A server that speaks hubchat's protocol: the service, or a floor. */
export interface Target {
  name: string;
  pid: number;
  port: number;
}

/** A running service of a checkout. */
export interface Hubchat extends Target {
  checkout: string;
  operatorToken: string;
  /** Where Node's inspector listens after SIGUSR1. */
  inspectorPort: number;
  /** The clients' fetch is enough here: nothing of this is measured. */
  call<T>(method: string, params: object, as?: { token?: string; hubId?: string }): Promise<T>;
}

interface Options {
  name: string;
  checkout: string;
  database: Pick<Database, 'create'>;
  /** A new folder for its files and its log. */
  folder: string;
  atEnd: AtEnd;
}

export const operatorToken = 'operator-token-of-the-benchmark-0123456789';

/** Starts the service of a checkout as `npm start` does, without limits. */
export async function startHubchat({
  name,
  checkout,
  database,
  folder,
  atEnd,
}: Options): Promise<Hubchat> {
  const [port, inspectorPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const child = startChild({
    command: ['sh', '-c', await startScript(checkout)],
    atEnd,
    cwd: checkout,
    log: join(folder, `${name}.log`),
    environment: {
      ...(await noLimits(checkout)),
      NODE_ENV: 'production',
      NODE_OPTIONS: `--inspect-port=127.0.0.1:${inspectorPort}`,
      PORT: String(port),
      DATABASE_URL: await database.create(`hubchat_bench_${name}`),
      HUBCHAT_DATA: join(folder, name),
      HUBCHAT_OPERATOR_TOKEN: operatorToken,
      HUBCHAT_DEMO: '0',
      LOG_LEVEL: 'warn',
    },
  });
  await untilReady(name, child, async () => (await fetch(`${url}/-/readyz`)).ok);
  return {
    name,
    checkout,
    port,
    operatorToken,
    inspectorPort,
    pid: workerOf(child),
    async call(method, params, { token = operatorToken, hubId } = {}) {
      const reply = await fetch(`${url}/-/svc/${method}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          ...(hubId === undefined ? {} : { 'x-hub-id': hubId }),
        },
        body: JSON.stringify(params),
      });
      if (!reply.ok) throw new Error(`${name}, ${method}: ${await reply.text()}`);
      return ((await reply.json()) as { data: never }).data;
    },
  };
}

/** Returns the command of `npm start`, which builds the service and runs it. */
async function startScript(checkout: string): Promise<string> {
  const { scripts } = JSON.parse(await readFile(join(checkout, 'package.json'), 'utf8'));
  return scripts.start;
}

/** Sets the limits that a checkout knows to 0: it refuses to start with others. */
async function noLimits(checkout: string): Promise<Record<string, string>> {
  const declaration = await readFile(join(checkout, 'service/config.ts'), 'utf8');
  const names = declaration.match(/\bLIMIT_[A-Z_]+/g) ?? [];
  return Object.fromEntries(names.map((name) => [name, '0']));
}

/** Returns a caller's function for one method, on a connection of its own. */
export const openCaller = (target: Target, method: string, user: User, hubId: string) =>
  openPath(target, `/-/svc/${method}`, user, hubId);

/** Returns a caller's function for one path, on a connection of its own. */
export async function openPath(target: Target, path: string, user: User, hubId: string) {
  const connection = await HttpConnection.open(target.port);
  const headers = `Authorization: Bearer ${user.token}\r\nX-Hub-Id: ${hubId}\r\n`;
  return {
    call: (body: string) => connection.post(path, headers, body),
    close: () => connection.close(),
  };
}

/** Opens a socket of a user that calls back for each new message. */
export const openReceiver = (
  { port }: Target,
  user: User,
  hubId: string,
  onPost: (packet: Buffer) => void,
): Promise<EventSocket> =>
  openEvents({
    port,
    path: socketPath,
    auth: { token: user.token, hub_id: hubId },
    onEvent: (packet) => {
      if (packet.toString('latin1', 2, postMark.length + 2) === postMark) onPost(packet);
    },
  });

const postMark = '["chat.post"';
