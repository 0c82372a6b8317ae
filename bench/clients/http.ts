import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface Reply {
  status: number;
  body: Buffer;
}

const headEnd = '\r\n\r\n';

/**
 * A connection for one request at a time. It knows only what the measured servers send: a body with
 * a length, or in chunks. It costs a small part of Node's own client, so that the servers are what
 * limits the rate.
 */
export class HttpConnection {
  readonly #socket: Socket;
  readonly #host: string;
  #received: Buffer = Buffer.alloc(0);
  #waiting: { resolve(reply: Reply): void; reject(error: Error): void } | undefined;

  private constructor(socket: Socket, host: string) {
    this.#socket = socket.setNoDelay(true);
    this.#host = host;
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the connection was closed')));
  }

  static async open(port: number): Promise<HttpConnection> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new HttpConnection(socket, `127.0.0.1:${port}`);
  }

  /** Posts JSON; rejects with the reply unless its status is 200. */
  async post(path: string, headers: string, body: string): Promise<Buffer> {
    const reply = await new Promise<Reply>((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(
        `POST ${path} HTTP/1.1\r\nHost: ${this.#host}\r\nContent-Type: application/json\r\n` +
          `${headers}Content-Length: ${Buffer.byteLength(body)}${headEnd}${body}`,
      );
    });
    if (reply.status !== 200) throw new Error(`${path}: ${reply.status} ${reply.body}`);
    return reply.body;
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #fail(error: Error): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(error);
  }

  #receive(chunk: Buffer): void {
    const all = this.#received.length > 0 ? Buffer.concat([this.#received, chunk]) : chunk;
    const reply = readReply(all);
    this.#received = reply ? Buffer.alloc(0) : all;
    if (!reply) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(reply);
  }
}

/** Returns the reply once it is complete. */
function readReply(all: Buffer): Reply | undefined {
  const end = all.indexOf(headEnd);
  if (end < 0) return undefined;
  const head = all.toString('latin1', 0, end);
  const rest = all.subarray(end + headEnd.length);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  const body =
    length === undefined
      ? readChunks(rest)
      : rest.length >= Number(length)
        ? rest.subarray(0, Number(length))
        : undefined;
  return body && { status: Number(head.slice(9, 12)), body };
}

function readChunks(rest: Buffer): Buffer | undefined {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = rest.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(rest.toString('latin1', at, lineEnd), 16);
    const start = lineEnd + 2;
    if (rest.length < start + size + 2) return undefined;
    if (size === 0) return Buffer.concat(parts);
    parts.push(rest.subarray(start, start + size));
    at = start + size + 2;
  }
}
