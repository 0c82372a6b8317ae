import type { Gateway, Services } from '../service/gateways/port.ts';
import { braincloud } from './braincloud/index.ts';
import { genesys } from './genesys/index.ts';

export interface GatewayOptions {
  /** How many participants a room may have; zero: as many as want to. */
  participants: number;
  /** How many sockets a user may have; zero: as many as he wants. */
  sockets: number;
}

/** Every foreign face of the service. */
export const createGateways =
  ({ participants, sockets }: GatewayOptions) =>
  (services: Services): Gateway[] => [
    genesys({ participantLimit: participants }),
    braincloud(services, { socketLimit: sockets }),
  ];
