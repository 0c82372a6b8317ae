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

/** The names of the Socket.IO rooms by which sockets are addressed. */
export const socketRooms = {
  /** All live sockets in a hub. */
  hub: (hubId: string) => `hub:${hubId}`,
  /** The live sockets of one member. */
  user: (hubId: string, userId: string) => `user:${hubId}:${userId}`,
  /** The live sockets of a chat room's participants. */
  chat: (hubId: string, roomId: string) => `room:${hubId}:${roomId}`,
  /** All sockets of one member, also those that are catching up. */
  member: (hubId: string, userId: string) => `member:${hubId}:${userId}`,
  /** All sockets opened with one session or key, also those that are catching up. */
  session: (id: string) => `session:${id}`,
};
