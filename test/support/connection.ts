import { connect } from 'node:net';
import { app } from './app.ts';
import { type Json, untyped } from './untyped.ts';

export interface RawReply {
  status: number;
  headers: Record<string, string>;
  body: Json;
}

/** A connection to the service on which a test sends bytes, for any number of requests. */
export interface RawHttp extends Disposable {
  /** Sends a request with these lines, and a body as it is. */
  send(lines: readonly string[], body?: string): void;
  write(bytes: string): void;
  /** Sends nothing more. */
  end(): void;
  /** Resolves with the next reply; rejects when the connection closes before. */
  reply(): Promise<RawReply>;
  closed: Promise<void>;
}

export function openHttp(url = app().url): RawHttp {
  const { port, hostname } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname });
  let received = Buffer.alloc(0);
  let wake = () => {};
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    wake();
  });
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));

  /** Takes a reply from what was received, once it is complete. */
  function take(): RawReply | undefined {
    const end = received.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const [first = '', ...lines] = received.subarray(0, end).toString().split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => [
        line.slice(0, line.indexOf(':')).toLowerCase(),
        line.slice(line.indexOf(':') + 1).trim(),
      ]),
    );
    const length = Number(headers['content-length'] ?? 0);
    if (received.length < end + 4 + length) return undefined;
    const text = received.subarray(end + 4, end + 4 + length).toString();
    received = received.subarray(end + 4 + length);
    const isJson = headers['content-type']?.includes('json');
    const body: Json = isJson ? JSON.parse(text) : untyped<Json>(text);
    return { status: Number(first.split(' ')[1]), headers, body };
  }

  return {
    closed,
    send: (lines, body = '') => void socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`),
    write: (bytes) => void socket.write(bytes),
    end: () => void socket.end(),
    async reply() {
      for (;;) {
        const taken = take();
        if (taken) return taken;
        const more = new Promise<void>((resolve) => {
          wake = resolve;
        });
        const isClosed = await Promise.race([more.then(() => false), closed.then(() => true)]);
        if (isClosed) throw new Error(`closed after ${JSON.stringify(received.toString())}`);
      }
    },
    [Symbol.dispose]: () => void socket.destroy(),
  };
}
