import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

/*
 * A process of many chat clients, each a plain WebSocket that speaks as much Socket.IO as it needs:
 * `connect` opens all at once from many addresses of this machine, and `cut` drops all.
 */

export interface StormSetting {
  url: string;
  hubId: string;
  /** One client for each token: the same token may be there several times. */
  tokens: readonly string[];
  /** What has not become ready within this time counts as closed. */
  withinMs: number;
}

export type StormOrder = { order: 'connect'; setting: StormSetting } | { order: 'cut' };

export interface StormReport {
  ready: number;
  /** By reason: those that were closed or refused before they were ready. */
  failed: Record<string, number>;
  /** Milliseconds until the half, 99 of 100, and all were ready. */
  halfMs: number;
  p99Ms: number;
  allMs: number;
}

interface ChatClient {
  socket: WebSocket;
  /** The last seq that it has seen. */
  seq: number | undefined;
}

let clients: ChatClient[] = [];
/** Across a cut. */
const seqs = new Map<number, number>();

/** Client n calls from this address of 127.0.0.0/8: ten clients from each of at most 62,500. */
const addressOf = (n: number): string => {
  const place = Math.floor(n / 10);
  return `127.10.${Math.floor(place / 250)}.${1 + (place % 250)}`;
};

/** Resolves to undefined once the client is ready, else to why it failed. */
function open(setting: StormSetting, n: number): Promise<string | undefined> {
  const url = `${setting.url.replace('http', 'ws')}/-/socket.io/?EIO=4&transport=websocket`;
  const socket = new WebSocket(url, {
    localAddress: addressOf(n),
    perMessageDeflate: false,
    handshakeTimeout: setting.withinMs,
  });
  const client: ChatClient = { socket, seq: seqs.get(n) };
  clients[n] = client;
  return new Promise((resolve) => {
    socket.on('error', (error) => resolve(error.message));
    socket.on('close', (code) => resolve(`closed ${code}`));
    socket.on('message', (bytes: Buffer) => {
      const text = bytes.toString();
      if (text === '2') return socket.send('3');
      if (text.startsWith('0')) {
        const auth = { token: setting.tokens[n], hub_id: setting.hubId, since: client.seq };
        return socket.send(`40${JSON.stringify(auth)}`);
      }
      if (text.startsWith('44')) return resolve(`refused ${text.slice(2, 60)}`);
      if (!text.startsWith('42["ready"')) return;
      const [, ready] = JSON.parse(text.slice(2)) as [string, { seq: number }];
      seqs.set(n, ready.seq);
      resolve(undefined);
    });
  });
}

async function connect(setting: StormSetting): Promise<StormReport> {
  const began = performance.now();
  const times: number[] = [];
  const failed: Record<string, number> = {};
  const late = sleep(setting.withinMs, 'not ready in time', { ref: false });
  clients = [];
  const outcomes = setting.tokens.map(async (_, n) => {
    const failure = await Promise.race([open(setting, n), late]);
    if (failure === undefined) times.push(performance.now() - began);
    else failed[failure] = (failed[failure] ?? 0) + 1;
  });
  await Promise.all(outcomes);
  const at = (share: number) => Math.round(times[Math.ceil(times.length * share) - 1] ?? 0);
  return { ready: times.length, failed, halfMs: at(0.5), p99Ms: at(0.99), allMs: at(1) };
}

function cut(): void {
  for (const { socket } of clients) {
    socket.removeAllListeners('close');
    socket.on('error', () => {});
    socket.terminate();
  }
}

process.on('message', (order: StormOrder) => {
  if (order.order === 'cut') {
    cut();
    process.send?.({});
  } else void connect(order.setting).then((report) => process.send?.(report));
});
process.once('disconnect', () => process.exit());
