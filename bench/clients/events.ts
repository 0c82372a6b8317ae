import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/**
 * A Socket.IO client over a WebSocket that hands each event on as the bytes of its packet:
 * `42["name",{…}]`. It parses nothing, so that a thousand of them cost little.
 */
export interface EventSocket {
  close(): void;
}

interface Options {
  port: number;
  path: string;
  auth: object;
  onEvent(packet: Buffer): void;
}

/** Connects, and resolves at `ready`: the socket gets every event from then on. */
export async function openEvents({ port, path, auth, onEvent }: Options): Promise<EventSocket> {
  const socket = connect(port, '127.0.0.1').setNoDelay(true);
  await once(socket, 'connect');
  socket.write(
    `GET ${path}/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n` +
      'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n' +
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
  );
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject).once('close', () => reject(new Error('the socket was refused')));
    const onPacket = (packet: Buffer): void => {
      const type = packet.toString('latin1', 0, 2);
      if (type.startsWith('0')) sendText(socket, `40${JSON.stringify(auth)}`);
      else if (type === '2') sendText(socket, '3');
      else if (type === '44') reject(new Error(`refused: ${packet}`));
      else if (type === '42') {
        onEvent(packet);
        if (packet.toString('latin1', 2, readyMark.length + 2) === readyMark) resolve();
      }
    };
    readFrames(socket, onPacket, reject);
  });
  return { close: () => socket.destroy() };
}

const readyMark = '["ready"';

/** Frames of a client are masked; the mask may be zero. */
function sendText(socket: Socket, text: string): void {
  const payload = Buffer.from(text);
  const head =
    payload.length < 126
      ? [0x81, 0x80 | payload.length]
      : [0x81, 0x80 | 126, payload.length >> 8, payload.length & 0xff];
  socket.write(Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), payload]));
}

/** Cuts what the server sends after its 101 into frames. */
function readFrames(
  socket: Socket,
  onPacket: (packet: Buffer) => void,
  reject: (error: Error) => void,
): void {
  let rest: Buffer = Buffer.alloc(0);
  let isOpen = false;
  socket.on('data', (chunk: Buffer) => {
    let all = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    if (!isOpen) {
      const end = all.indexOf('\r\n\r\n');
      rest = all;
      if (end < 0) return;
      const status = all.toString('latin1', 9, 12);
      if (status !== '101') return reject(new Error(`the upgrade was answered by ${status}`));
      isOpen = true;
      all = all.subarray(end + 4);
    }
    for (let frame = readFrame(all); frame; frame = readFrame(all)) {
      all = all.subarray(frame.end);
      onPacket(frame.payload);
    }
    rest = all;
  });
}

function readFrame(all: Buffer): { payload: Buffer; end: number } | undefined {
  if (all.length < 2) return undefined;
  const short = (all[1] ?? 0) & 0x7f;
  const start = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (all.length < start) return undefined;
  const length =
    short < 126 ? short : short === 126 ? all.readUInt16BE(2) : Number(all.readBigUInt64BE(2));
  const end = start + length;
  return all.length < end ? undefined : { payload: all.subarray(start, end), end };
}
