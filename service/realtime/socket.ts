import type { DefaultEventsMap, Server, Socket } from 'socket.io';
import type { Caller } from '../core/call.ts';

/** Who a socket belongs to, as the handshake found it. */
export interface SocketUser {
  hubId: string;
  userId: string;
  caller: Caller;
}

// Names and payloads of events belong together where payloads are made, so they are not typed here.
export type ChatServer = Server<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, SocketUser>;
export type ChatSocket = Socket<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, SocketUser>;

/**
 * The names of the Socket.IO rooms by which sockets are counted and cut, also those that are
 * catching up. What is published goes to the live sockets of delivery/live-sockets.ts.
 */
export const socketRooms = {
  /** The sockets of one member. */
  member: (hubId: string, userId: string) => `member:${hubId}:${userId}`,
  /** The sockets opened with one session or key. */
  session: (id: string) => `session:${id}`,
};
