import { errors } from '../../acl/language/errors.ts';
import type { Gateway, Services } from '../../service/gateways/port.ts';
import { failureOf, refusalOf } from './errors.ts';
import { createPackets } from './packets/run.ts';
import { clientRoute } from './routes/client.ts';
import { serverRoute } from './routes/server.ts';
import { createConnections } from './rtt/connections.ts';
import { createRtt } from './rtt/sockets.ts';
import { createTurns } from './sessions/queue.ts';

/** How often it is looked who is silent, or has expired. */
const sweepEveryMs = 1000;

export interface BraincloudOptions {
  /** How many sockets a user may have; zero: as many as he wants. */
  socketLimit: number;
}

/** brainCloud's chat and messaging, for its published clients and for servers. */
export function braincloud(services: Services, { socketLimit }: BraincloudOptions): Gateway {
  const { apps } = services;
  const connections = createConnections(services, socketLimit);
  const turns = createTurns();
  const forget = apps.listen(connections.hear);
  const rtt = createRtt(services, connections, turns);
  const sweeping = setInterval(() => {
    connections.sweep();
    rtt.sweep();
  }, sweepEveryMs);
  sweeping.unref();
  const packetsOf = (kind: 'client' | 'server') =>
    createPackets(services, connections, turns, kind);
  return {
    name: 'braincloud',
    routes: [
      clientRoute(services, packetsOf('client')),
      serverRoute(services, connections, packetsOf('server')),
    ],
    prefixes: ['/dispatcherv2', '/s2sdispatcher'],
    refuse: (error) => ({
      status: errors[error.code].status,
      body: failureOf(refusalOf(error), 'bundle'),
    }),
    cors: {
      verbs: [],
      requestHeaders: ['X-SIG', 'X-APPID', 'Content-Encoding'],
      responseHeaders: [],
    },
    sockets: { path: '/', open: rtt.open },
    stop() {
      clearInterval(sweeping);
      forget();
      connections.closeAll();
    },
  };
}
