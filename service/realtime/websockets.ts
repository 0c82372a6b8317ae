import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';

/** Bytes of one frame or one polling body from a client: clients send tokens and heartbeats. */
export const maxFrameBytes = 8 * 1024;
/** Frames or packets that a client may send in one second. */
const maxPerSecond = 50;
/** Bytes, frame headers included, that a WebSocket may send at once, and each second after that. */
const burstBytes = 16 * 1024;
const bytesPerSecond = 1024;

const streams = new WeakMap<WebSocket, Duplex>();

/** Returns the stream below a WebSocket of the service. */
export const streamOf = (socket: WebSocket): Duplex | undefined => streams.get(socket);

const [finalText, twoBytes, eightBytes] = [0x81, 126, 127];

/** Returns a text as the one frame that a WebSocket without extensions sends of it. */
export function textFrame(text: string): Buffer {
  const bytes = Buffer.byteLength(text);
  const headBytes = bytes < twoBytes ? 2 : bytes < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headBytes + bytes);
  frame[0] = finalText;
  frame[1] = headBytes === 2 ? bytes : headBytes === 4 ? twoBytes : eightBytes;
  if (headBytes === 4) frame.writeUInt16BE(bytes, 2);
  if (headBytes === 10) frame.writeBigUInt64BE(BigInt(bytes), 2);
  frame.write(text, headBytes);
  return frame;
}

/** A WebSocket server whose sockets are cut if they send much more than clients need to. */
export class BoundedWebSocketServer extends WebSocketServer {
  constructor(options: ServerOptions) {
    super({
      ...options,
      // A chunk of thousands of frames is handled frame by frame, among other work.
      allowSynchronousEvents: false,
      // See answerPings.
      autoPong: false,
      maxFragments: maxPerSecond,
    });
  }

  override handleUpgrade(
    request: IncomingMessage,
    stream: Duplex,
    head: Buffer,
    done: (socket: WebSocket, request: IncomingMessage) => void,
  ): void {
    super.handleUpgrade(request, stream, head, (socket) => {
      streams.set(socket, stream);
      cutWhenFlooded(socket, stream);
      answerPings(socket);
      done(socket, request);
    });
  }
}

/** Counts bytes, because pings and fragments of frames cost time, too, and raise no message. */
function cutWhenFlooded(socket: WebSocket, stream: Duplex): void {
  let allowance = burstBytes;
  let countedMs = performance.now();
  stream.on('data', (chunk: Buffer) => {
    const now = performance.now();
    const gained = ((now - countedMs) * bytesPerSecond) / 1000;
    allowance = Math.min(burstBytes, allowance + gained) - chunk.length;
    countedMs = now;
    if (allowance < 0) terminate(socket);
  });
}

/** ws would answer pings by itself, without a limit, and also those that are left after a cut. */
function answerPings(socket: WebSocket): void {
  const count = createPacketCounter();
  socket.on('ping', (data) => {
    if (count()) socket.pong(data);
    else terminate(socket);
  });
}

/** Cuts a socket. What has arrived of it is not handled any more. */
export function terminate(socket: WebSocket): void {
  for (const name of ['message', 'ping']) socket.removeAllListeners(name);
  socket.terminate();
}

/** Returns a function that counts one frame or packet, and tells whether it is allowed. */
export function createPacketCounter(): () => boolean {
  let startedMs = performance.now();
  let count = 0;
  return () => {
    const now = performance.now();
    if (now - startedMs >= 1000) {
      startedMs = now;
      count = 0;
    }
    count += 1;
    return count <= maxPerSecond;
  };
}
