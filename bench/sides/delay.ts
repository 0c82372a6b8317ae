import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { AtEnd } from '../ending.ts';
import type { Database } from './database.ts';

/** Forwards the bytes of one end to the other, each after a time in ms. */
function forward(from: Socket, to: Socket, ms: number): void {
  from.on('data', (bytes) => void setTimeout(() => to.write(bytes), ms));
  from.on('error', () => {}).on('close', () => void setTimeout(() => to.destroy(), ms));
}

/** Returns a port by which another one is as if it were so many ms away, in each direction. */
export async function delayedPort(port: number, ms: number, atEnd: AtEnd): Promise<number> {
  const ends = new Set<Socket>();
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port, host: '127.0.0.1', noDelay: true });
    for (const end of [near, far]) ends.add(end.once('close', () => ends.delete(end)));
    forward(near, far, ms);
    forward(far, near, ms);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(async () => {
    server.close();
    for (const end of ends) end.destroy();
  });
  return (server.address() as AddressInfo).port;
}

/** Returns the database by another of its ports. */
export const atPort = (database: Database, port: number): Pick<Database, 'create'> => ({
  async create(schema) {
    const url = new URL(await database.create(schema));
    url.port = String(port);
    return url.href;
  },
});
