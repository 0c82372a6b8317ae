import type { Ended, Expiring } from '../../acl/events.ts';
import type { Prolonged } from '../events/publication.ts';
import { type ChatServer, type ChatSocket, socketRooms } from './socket.ts';

export interface SessionEnds {
  /** Warns the socket before its token ends, and disconnects it then. */
  watch(socket: ChatSocket): void;
  /** Lets the sockets of a renewed session stay for as long as the session. */
  prolong(session: Prolonged): void;
}

const warningMs = 60_000;
const longestTimerMs = 2 ** 31 - 1;

/** Creates what ends sockets with their tokens, by the given clock. */
export function createSessionEnds(io: ChatServer, clock: () => number): SessionEnds {
  const timers = new WeakMap<ChatSocket, NodeJS.Timeout>();

  function at(socket: ChatSocket, timeMs: number, work: () => void): void {
    clearTimeout(timers.get(socket));
    const waitMs = Math.min(Math.max(timeMs - clock(), 0), longestTimerMs);
    const timer = setTimeout(
      () => (timeMs > clock() ? at(socket, timeMs, work) : work()),
      waitMs,
    ).unref();
    timers.set(socket, timer);
  }

  function warn(socket: ChatSocket, expiresMs: number): void {
    const seconds = Math.max(Math.ceil((expiresMs - clock()) / 1000), 0);
    socket.emit('session.expiring', { seconds } satisfies Expiring);
    at(socket, expiresMs, () => end(socket));
  }

  return {
    watch(socket) {
      const { expiresMs } = socket.data.caller;
      if (expiresMs === null) return;
      socket.once('disconnect', () => clearTimeout(timers.get(socket)));
      at(socket, expiresMs - warningMs, () => warn(socket, expiresMs));
    },
    prolong({ sessionId, expiresMs }) {
      // A client that renews at each warning must not be warned at once of a short lifetime.
      const warnMs = Math.max(expiresMs - warningMs, (clock() + expiresMs) / 2);
      for (const id of io.sockets.adapter.rooms.get(socketRooms.session(sessionId)) ?? []) {
        const socket = io.sockets.sockets.get(id);
        // One that is not watched yet reads when its session ends before it is.
        if (!socket || !timers.has(socket)) continue;
        socket.data.caller = { ...socket.data.caller, expiresMs };
        at(socket, warnMs, () => warn(socket, expiresMs));
      }
    },
  };
}

function end(socket: ChatSocket): void {
  const ended: Ended = { code: 'NOT_AUTHENTICATED', details: ['token: ended'] };
  socket.emit('session.ended', ended);
  socket.disconnect(true);
}
