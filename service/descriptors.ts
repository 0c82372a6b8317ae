import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from './log.ts';

/** Below this many open files a start warns. */
export const fewFiles = 1024;
/** Where the system does not say how many a process may have. */
const assumedFiles = 1024;
/** What the service holds open without any client: its modules, log, secrets, processes, jobs. */
const forService = 75;
/** Calls that are served at once at most, each by a connection and a file. */
const mostCalls = 1024;
const warnEveryMs = 60_000;

/** Returns how many files, connections included, this process may have open. */
export function openFilesLimit(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    const found = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1] ?? assumedFiles;
    return found === 'unlimited' ? Number.POSITIVE_INFINITY : Number(found);
  } catch {
    return assumedFiles;
  }
}

/** Connections of clients that may be open at once. */
export interface ClientShare {
  /** WebSockets. */
  sockets: number;
  /** All of them. */
  connections: number;
}

/**
 * Divides what is left of the open files beside the database's connections: a half, or what calls
 * cannot use, is for WebSockets.
 */
export function shareFiles(databaseConnections: number, files = openFilesLimit()): ClientShare {
  const left = Math.max(files - databaseConnections - forService, 16);
  const calls = Math.min(Math.floor(left / 4), mostCalls);
  const sockets = left - 2 * calls;
  return { sockets, connections: sockets + calls };
}

export interface BoundedClients {
  /** Counts a WebSocket until it closes; returns false if there are too many. */
  takeSocket(stream: Duplex): boolean;
}

/** Refuses connections of a server beyond the share of clients. The log says so once a minute. */
export function boundClients(
  server: Server,
  { sockets, connections }: ClientShare,
  log: Pick<Logger, 'warn'>,
): BoundedClients {
  let openSockets = 0;
  let refused = 0;
  let warnedMs = Number.NEGATIVE_INFINITY;
  const refuse = () => {
    refused += 1;
    if (performance.now() < warnedMs + warnEveryMs) return;
    warnedMs = performance.now();
    log.warn(
      { refused, sockets: openSockets, mostSockets: sockets, mostConnections: connections },
      'too few open files: connections are refused; raise the limit (ulimit -n)',
    );
  };
  if (Number.isFinite(connections)) server.maxConnections = connections;
  server.on('drop', () => {
    refuse();
    // Those that wait for another request make room for clients that have one.
    server.closeIdleConnections();
  });
  return {
    takeSocket(stream) {
      if (openSockets >= sockets) {
        refuse();
        return false;
      }
      openSockets += 1;
      stream.once('close', () => {
        openSockets -= 1;
      });
      return true;
    },
  };
}
