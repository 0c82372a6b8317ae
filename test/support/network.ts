import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A network between a client and the service that a test can break. */
export interface Network extends AsyncDisposable {
  /** The address of the service through this network. */
  url: string;
  /** Accepts no connection, and ends those that are open. */
  cut(): void;
  /** Works again. */
  mend(): void;
  /** Lets so many requests reach the service, and ends their connections before the reply. */
  loseReplies(count: number): void;
  /** Holds back all that the service sends, until `mend`. */
  stall(): void;
}

/** Opens a network to the service at this address, or at the one that it has at each connection. */
export async function openNetwork(address: string | (() => string)): Promise<Network> {
  const addressNow = typeof address === 'string' ? () => address : address;
  const open = new Set<Socket>();
  let [isCut, isStalled, lost] = [false, false, 0];

  const server = createServer((client) => {
    if (isCut) return void client.destroy();
    const { hostname, port } = new URL(addressNow());
    const upstream = connect(Number(port), hostname);
    const end = () => {
      for (const socket of [client, upstream]) {
        open.delete(socket);
        socket.destroy();
      }
    };
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', end).on('close', end);
    }
    client.pipe(upstream);
    upstream.on('data', (bytes: Buffer) => {
      if (lost > 0) {
        lost -= 1;
        end();
      } else if (!isStalled) client.write(bytes);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: ownPort } = server.address() as AddressInfo;

  function cut(): void {
    isCut = true;
    for (const socket of open) socket.destroy();
  }

  return {
    url: `http://127.0.0.1:${ownPort}`,
    cut,
    mend() {
      // A stalled connection has lost bytes.
      if (isStalled) cut();
      [isCut, isStalled] = [false, false];
    },
    loseReplies(count) {
      lost = count;
    },
    stall() {
      isStalled = true;
    },
    async [Symbol.asyncDispose]() {
      cut();
      server.close();
    },
  };
}
