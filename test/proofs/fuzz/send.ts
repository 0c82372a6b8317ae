import { connect, type Socket } from 'node:net';

/** The bytes to send, and what to expect. */
export interface Shot {
  /** The mutation, for the table and for a failure. */
  kind: string;
  method?: string;
  bytes: Buffer;
  /**
   * `keep`: a whole request. `once`: on its own connection. `half`: may be incomplete; the client
   * closes its side, and the server must follow.
   */
  mode: 'keep' | 'once' | 'half';
  isHead?: boolean;
}

export interface Answer {
  /** 0: the connection was closed without a response. */
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

export const hangMs = 10_000;
/** How long the end of a possibly complete request is held back, in ms. */
const halfMs = 60;

interface Parsed {
  answer: Answer;
  isWhole: boolean;
  closes: boolean;
}

/** The first final response in the received bytes, as far as it is complete. */
function parse(bytes: Buffer, isHead: boolean): Parsed | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? -1);
  if (status >= 100 && status < 200 && status !== 101)
    return parse(bytes.subarray(end + 4), isHead);
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
  const body = bytes.subarray(end + 4);
  const length = headers['content-length'];
  const hasNone = isHead || status === 204 || status === 304 || status === 101;
  const chunked = headers['transfer-encoding'] === 'chunked';
  const isWhole =
    hasNone ||
    (length !== undefined && body.length >= Number(length)) ||
    (chunked && body.subarray(-7).toString('latin1').endsWith('0\r\n\r\n'));
  return { answer: { status, headers, body }, isWhole, closes: headers.connection === 'close' };
}

export class Hang extends Error {}

export interface Gun {
  fire(shot: Shot): Promise<Answer>;
  close(): void;
}

export function createGun(port: number): Gun {
  const idle: Socket[] = [];
  const open = () => connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });

  function exchange(
    socket: Socket,
    { bytes, mode, isHead = false }: Shot,
  ): Promise<Answer | 'stale'> {
    return new Promise((resolve, reject) => {
      let got: Buffer[] = [];
      let parsed: Parsed | undefined;
      const hang = setTimeout(
        () => finish(() => reject(new Hang(`no answer within ${hangMs} ms`)), false),
        hangMs,
      );
      const half = mode === 'half' ? setTimeout(() => socket.end(), halfMs) : undefined;
      const finish = (resolveOrReject: () => void, keep: boolean) => {
        clearTimeout(hang);
        clearTimeout(half);
        socket.removeAllListeners('data').removeAllListeners('close').removeAllListeners('end');
        if (keep) {
          socket.once(
            'close',
            () => void (idle.includes(socket) && idle.splice(idle.indexOf(socket), 1)),
          );
          socket.once('end', () => socket.destroy());
          idle.push(socket);
        } else socket.destroy();
        resolveOrReject();
      };
      const over = () => {
        const answer = parsed?.answer ?? { status: 0, headers: {}, body: Buffer.concat(got) };
        finish(() => resolve(got.length === 0 && mode === 'keep' ? 'stale' : answer), false);
      };
      socket.on('data', (chunk: Buffer) => {
        got.push(chunk);
        const all = Buffer.concat(got);
        got = [all];
        parsed = parse(all, isHead);
        const whole = parsed;
        if (whole?.isWhole && mode !== 'half')
          finish(
            () => resolve(whole.answer),
            mode === 'keep' && !whole.closes && !socket.destroyed,
          );
        else if (whole?.isWhole) socket.end();
      });
      socket.once('close', over).once('end', () => {
        socket.end();
        over();
      });
      socket.write(bytes, () => {});
    });
  }

  return {
    async fire(shot) {
      for (let attempt = 0; ; attempt++) {
        const kept = shot.mode === 'keep' && attempt === 0 ? idle.pop() : undefined;
        const socket = kept ?? open();
        if (kept) socket.removeAllListeners('close').removeAllListeners('end');
        else socket.on('error', () => {});
        const answer = await exchange(socket, shot);
        if (answer !== 'stale') return answer;
        if (!kept) return { status: 0, headers: {}, body: Buffer.alloc(0) };
      }
    },
    close() {
      for (const socket of idle.splice(0)) socket.destroy();
    },
  };
}
