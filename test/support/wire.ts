import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseAddress } from '../../db/connect.ts';
import { database } from './app.ts';

/** A wire to the database of the tests, which a test may break. */
export interface Wire extends AsyncDisposable {
  address: DatabaseAddress;
  /** The database answers no more, on connections that stay. */
  freeze(): void;
  /** The connections break, and nobody takes new ones. */
  cut(): void;
}

export async function wireToDatabase(): Promise<Wire> {
  const folder = await mkdtemp(join(tmpdir(), 'hubchat-wire-'));
  const socketPath = join(folder, 'sock');
  const real = database();
  const ends = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(targetOf(real));
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(end);
      end.on('error', () => {}).on('close', () => other.destroy());
      end.pipe(other);
    }
  });
  server.listen(socketPath);
  await once(server, 'listening');
  const cut = () => {
    server.close();
    for (const end of ends) end.destroy();
  };
  return {
    address: throughSocket(real, socketPath),
    freeze: () => {
      for (const end of ends) end.unpipe().pause();
    },
    cut,
    [Symbol.asyncDispose]: () => {
      cut();
      return rm(folder, { recursive: true });
    },
  };
}

function targetOf(address: DatabaseAddress) {
  if (!('uri' in address)) return { path: address.socketPath };
  const { hostname, port, searchParams } = new URL(address.uri);
  const path = searchParams.get('socketPath');
  return path === null ? { host: hostname, port: Number(port || 3306) } : { path };
}

function throughSocket(address: DatabaseAddress, socketPath: string): DatabaseAddress {
  if (!('uri' in address)) return { ...address, socketPath };
  const url = new URL(address.uri);
  url.searchParams.set('socketPath', socketPath);
  return { uri: url.href };
}
