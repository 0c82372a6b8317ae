import type { Duplex } from 'node:stream';
import { cut } from '../connections.ts';
import { type Connection, maxUnsentBytes, webSocketOf } from '../outflow.ts';
import { streamOf, textFrame } from '../websockets.ts';
import type { LiveUser } from './live-sockets.ts';

/** Sends an event to all sockets of users. */
export type FanOut = (users: Iterable<LiveUser>, name: string, payload: object) => void;

/** An event, encoded once for all its sockets. */
interface Packet {
  /** As Engine.IO takes it. */
  text: string;
  /** As a frame of a WebSocket. */
  frame: Buffer;
}

/** An EVENT of Socket.IO, which Engine.IO sends as a message. */
function encode(name: string, payload: object): Packet {
  const text = `2${JSON.stringify([name, payload])}`;
  return { text, frame: textFrame(`4${text}`) };
}

/**
 * Creates a fan-out with fewer steps for each socket than Socket.IO's own broadcast, of which the
 * system's write is the largest part: frames go to the streams below the WebSockets, and all those
 * of one turn of the event loop leave a stream in one write.
 */
export function createFanOut(): FanOut {
  const outbox = createOutbox();

  function write(connection: Connection, { text, frame }: Packet): void {
    const stream = idleStreamOf(connection);
    if (!stream) connection.write(text);
    else if (stream.writableLength > maxUnsentBytes) cut(connection);
    else outbox.add(stream, frame);
  }

  return (users, name, payload) => {
    const packet = encode(name, payload);
    for (const { sockets } of users) for (const { conn } of sockets) write(conn, packet);
  };
}

/**
 * Returns the stream below the WebSocket of a connection, undefined for one that polls or closes.
 * While packets wait in Engine.IO they come first, so then there is none either.
 */
function idleStreamOf(connection: Connection): Duplex | undefined {
  const socket = webSocketOf(connection);
  if (!socket || socket.readyState !== socket.OPEN) return undefined;
  if (connection.readyState !== 'open' || hasWaiting(connection)) return undefined;
  return streamOf(socket);
}

// biome-ignore lint/complexity/useLiteralKeys: Engine.IO declares it private
const hasWaiting = (connection: Connection): boolean => connection['writeBuffer'].length > 0;

/** Bytes that are held back for a stream at most. */
const maxHeldBytes = 64 * 1024;
/** What is written at once, in milliseconds: other work is delayed by that much. */
const sliceMs = 2;

/**
 * Holds frames until the end of the turn of the event loop, so that a stream writes several of them
 * at once. Where there are many streams, their writes are spread over the next turns. The order of
 * what is written to a stream does not change: it is the stream that is held back.
 */
function createOutbox() {
  const held = new Set<Duplex>();

  function release(stream: Duplex): void {
    held.delete(stream);
    stream.uncork();
  }

  function releaseAll(): void {
    const untilMs = performance.now() + sliceMs;
    for (const stream of held) {
      release(stream);
      if (performance.now() > untilMs) break;
    }
    if (held.size > 0) setImmediate(releaseAll);
  }

  return {
    add(stream: Duplex, frame: Buffer): void {
      if (held.size === 0) process.nextTick(releaseAll);
      if (!held.has(stream)) {
        held.add(stream);
        stream.cork();
      }
      stream.write(frame);
      if (stream.writableLength > maxHeldBytes) release(stream);
    },
  };
}
