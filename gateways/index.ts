import type { Gateway } from '../service/gateway.ts';
import { genesys } from './genesys/index.ts';

export interface GatewayOptions {
  /** How many participants a room may have; zero: as many as want to. */
  participantLimit: number;
}

/** Every foreign face of the service. */
export const createGateways = (options: GatewayOptions): Gateway[] => [genesys(options)];
