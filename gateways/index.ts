import type { Gateway, Services } from '../service/gateways/port.ts';
import { braincloud } from './braincloud/index.ts';
import { genesys } from './genesys/index.ts';

export interface GatewayOptions {
  /** Participants of a room at most; zero: no limit. */
  participants: number;
  /** Sockets of a user at most; zero: no limit. */
  sockets: number;
}

/** Creates every gateway: the foreign APIs that the service offers beside its own. */
export const createGateways =
  ({ participants, sockets }: GatewayOptions) =>
  (services: Services): Gateway[] => [
    genesys({ participantLimit: participants }),
    braincloud(services, { socketLimit: sockets }),
  ];
