import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Longer than the 60 s for which proxies keep connections that they may use again. */
const keepAliveTimeoutMs = 75_000;
/** Holds also for a connection that has sent nothing yet, which a proxy may have opened ahead. */
const headersTimeoutMs = 80_000;
/** For files over a slow line; other bodies have a minute. */
const requestTimeoutMs = 3_600_000;
const lookEveryMs = 50;

export interface KeptConnections {
  /** Closes connections without a request, and others once theirs is answered, until `stop`. */
  closeIdle(): { stop(): void };
}

/** Sets how long a server keeps connections on which nothing happens. */
export function keepConnections(server: Server): KeptConnections {
  server.keepAliveTimeout = keepAliveTimeoutMs;
  server.headersTimeout = headersTimeoutMs;
  server.requestTimeout = requestTimeoutMs;
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    // upgrades.ts has some connections read again from a later request on.
    if (open.has(socket)) return;
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return {
    closeIdle() {
      const close = () => {
        server.closeIdleConnections();
        // Node does not count those as idle that have sent nothing at all.
        for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
      };
      close();
      const timer = setInterval(close, lookEveryMs);
      return { stop: () => clearInterval(timer) };
    },
  };
}
