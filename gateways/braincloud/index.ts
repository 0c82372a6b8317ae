import { errors } from '../../acl/language/errors.ts';
import type { Gateway, Services } from '../../service/gateways/port.ts';
import { presentRefusal, refusalOf } from './errors.ts';
import { PacketProcessor } from './packets/processor.ts';
import { clientRoute } from './routes/client.ts';
import { serverRoute } from './routes/server.ts';
import { Connections } from './rtt/connections.ts';
import { RttSockets } from './rtt/sockets.ts';
import { createSessionQueue } from './sessions/queue.ts';

const sweepIntervalMs = 1000;

export interface BraincloudOptions {
  /** Sockets of a user at most; zero: no limit. */
  socketLimit: number;
}

/** Serves brainCloud's Chat and Messaging to its published clients and to servers. */
export function braincloud(services: Services, { socketLimit }: BraincloudOptions): Gateway {
  const connections = new Connections(services.clock, socketLimit);
  const deps = { services, connections, queue: createSessionQueue() };
  const sockets = new RttSockets(deps);
  const unlisten = services.apps.listen((publication) => connections.publish(publication));
  const sweeping = setInterval(() => {
    connections.sweep();
    sockets.sweep();
  }, sweepIntervalMs);
  sweeping.unref();
  return {
    name: 'braincloud',
    routes: [
      clientRoute(services, new PacketProcessor('client', deps)),
      serverRoute({ services, connections, processor: new PacketProcessor('server', deps) }),
    ],
    prefixes: ['/dispatcherv2', '/s2sdispatcher'],
    refuse: (error) => ({
      status: errors[error.code].status,
      body: presentRefusal(refusalOf(error), 'bundle'),
    }),
    cors: {
      verbs: [],
      requestHeaders: ['X-SIG', 'X-APPID', 'Content-Encoding'],
      responseHeaders: [],
    },
    sockets: { path: '/', open: (socket) => sockets.open(socket) },
    stop() {
      clearInterval(sweeping);
      unlisten();
      connections.closeAll();
    },
  };
}
