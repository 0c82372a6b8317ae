import { once } from 'node:events';
import { WebSocket } from 'ws';
import { app } from './app.ts';
import { request } from './request.ts';

const path = '/-/socket.io/?EIO=4&transport=';

/** A WebSocket to Socket.IO's path that speaks Engine.IO by hand. */
export interface RawConnection extends Disposable {
  socket: WebSocket;
  received: string[];
  closed: Promise<unknown>;
  /** A CONNECT to the only namespace. */
  connect(auth: object): void;
  /** Resolves once a received packet has this beginning. */
  next(beginning: string): Promise<string>;
}

/** Opens a connection; rejects if the handshake is refused. */
export async function openRaw(url = app().url): Promise<RawConnection> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${path}websocket`);
  const received: string[] = [];
  const waiting = new Set<() => void>();
  socket.on('message', (data) => {
    received.push(String(data));
    for (const look of [...waiting]) look();
  });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await once(socket, 'open');
  socket.on('error', () => {});
  return {
    socket,
    received,
    closed,
    connect: (auth) => socket.send(`40${JSON.stringify(auth)}`),
    next: (beginning) =>
      new Promise((resolve) => {
        const look = () => {
          const found = received.find((packet) => packet.startsWith(beginning));
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    [Symbol.dispose]: () => socket.terminate(),
  };
}

/** A connection that polls. */
export async function openPolling(url = app().url) {
  const opened = await request(`${path}polling`, { verb: 'GET' }, url);
  const { sid } = JSON.parse(opened.text.slice(1));
  return {
    sid: sid as string,
    post: (body: string) => request(`${path}polling&sid=${sid}`, { body }, url),
    poll: () => request(`${path}polling&sid=${sid}`, { verb: 'GET' }, url),
  };
}
