import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { WebSocket } from 'ws';
import { repeat, type Scenario } from '../scenario.ts';

/* What callers who are not known can do. They come from other addresses than the neighbours. */

const environment = { LIMIT_ANONYMOUS_CALLS: '', TRUST_PROXY: '1' };
const engine = '/-/socket.io/?EIO=4&transport=';

const post = async (url: string, sent: RequestInit): Promise<void> => {
  await (await fetch(url, { method: 'POST', ...sent })).text();
};

/** Polling bodies that hold as many CONNECT packets as fit. */
export const connectFloods: Scenario = {
  name: 'CONNECTs',
  environment,
  async prepare({ url }) {
    const headers = { 'x-forwarded-for': '203.0.113.1' };
    const body = Array.from({ length: 220 }, () => '40{"token":"x","hub_id":"x"}').join('\x1e');
    const flood = async () => {
      const opened = await fetch(`${url}${engine}polling`, { headers });
      const { sid } = JSON.parse((await opened.text()).slice(1));
      await post(`${url}${engine}polling&sid=${sid}`, { headers, body });
    };
    return (signal) => repeat(flood, 1, signal);
  },
};

/** WebSockets of tiny frames, of Socket.IO and of RTT, until they are cut. */
export const frameFloods: Scenario = {
  name: 'tiny frames',
  environment,
  async prepare({ url }) {
    const headers = { 'x-forwarded-for': '203.0.113.2' };
    const kinds: readonly [path: string, send: (socket: WebSocket) => void][] = [
      [`${engine}websocket`, (socket) => socket.send('40/nowhere,')],
      [`${engine}websocket`, (socket) => socket.send('3')],
      ['/', (socket) => socket.ping()],
      ['/', (socket) => socket.send('', { fin: false })],
    ];
    let opened = 0;
    const flood = async () => {
      const [path, send] = kinds[opened++ % kinds.length] as (typeof kinds)[number];
      const socket = new WebSocket(url.replace('http', 'ws') + path, { headers });
      socket.on('error', () => {});
      const closed = once(socket, 'close');
      await Promise.race([once(socket, 'open'), closed]);
      for (let n = 0; n < 3000 && socket.readyState === WebSocket.OPEN; n++) send(socket);
      await closed;
      throw new Error('cut');
    };
    return (signal) => repeat(flood, 1, signal);
  },
};

/** Large bodies at the gateways, plain and packed. */
export const anonymousBodies: Scenario = {
  name: 'bodies',
  environment,
  async prepare({ url }) {
    const headers = { 'x-forwarded-for': '203.0.113.3', 'content-type': 'application/json' };
    const body = JSON.stringify({ messages: Array.from({ length: 40_000 }, () => ({ a: [1] })) });
    const packed = { headers: { ...headers, 'content-encoding': 'gzip' }, body: gzipSync(body) };
    let sent = 0;
    const flood = async () => {
      const route = sent++ % 2 === 0 ? '/dispatcherv2' : '/s2sdispatcher';
      await post(url + route, sent % 4 < 2 ? { headers, body } : packed);
      throw new Error('refused');
    };
    return (signal) => repeat(flood, 8, signal);
  },
};

/** Calls with tokens that do not exist, side by side. */
export const tokenGuesses: Scenario = {
  name: 'guesses',
  environment,
  async prepare({ url }) {
    const guess = async () => {
      const authorization = `Bearer hcs_${crypto.randomUUID()}`;
      const headers = { authorization, 'x-forwarded-for': '203.0.113.4' };
      await post(`${url}/-/svc/chat.count_all`, { headers });
      throw new Error('refused');
    };
    return (signal) => repeat(guess, 16, signal);
  },
};
