import type { ServerResponse } from 'node:http';
import type { WebSocket } from 'ws';
import type { ChatSocket } from './socket.ts';

/** An Engine.IO connection. */
export type Connection = ChatSocket['conn'];

/**
 * Bytes that may wait for a client that does not read: beyond them it is cut, and catches up when
 * it connects again. They are compared before an event is added, so one event is never too much.
 */
export const maxUnsentBytes = 1024 * 1024;

interface Packet {
  data?: string | Buffer;
}

/** The bytes that wait for the client of one connection. */
export interface Outflow {
  unsentBytes(): number;
  /** The client polls: it gets what waits with this response. */
  polled(response: ServerResponse): void;
}

/** Watches what is sent on a connection; `cut` is called once too much waits for the client. */
export function watchOutflow(connection: Connection, cut: () => void): Outflow {
  /** Bytes of packets that Engine.IO keeps until the transport is writable. */
  let queued = 0;
  /** Bytes of responses to polls that have not left yet. */
  let responding = 0;
  let poll: ServerResponse | undefined;

  const unsentBytes = () => queued + responding + (webSocketOf(connection)?.bufferedAmount ?? 0);

  connection.on('packetCreate', (packet: Packet) => {
    if (unsentBytes() > maxUnsentBytes) cut();
    else if (!connection.transport.writable) queued += bytesOf(packet);
  });
  connection.on('flush', (packets: readonly Packet[]) => {
    queued = 0;
    if (!poll || connection.transport.name !== 'polling') return;
    const bytes = packets.reduce((sum, packet) => sum + bytesOf(packet), 0);
    responding += bytes;
    poll.once('close', () => {
      responding -= bytes;
    });
  });
  return {
    unsentBytes,
    polled(response) {
      poll = response;
    },
  };
}

/** The WebSocket of a connection; undefined while it polls. */
export const webSocketOf = ({ transport }: Connection): WebSocket | undefined =>
  'socket' in transport ? (transport.socket as WebSocket) : undefined;

const bytesOf = ({ data = '' }: Packet): number => Buffer.byteLength(data);
