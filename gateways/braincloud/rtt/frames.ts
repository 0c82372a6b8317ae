import { type Refusal, reasons } from '../errors.ts';

export const frameOf = (service: string, operation: string, data: unknown): Buffer =>
  Buffer.from(JSON.stringify({ service, operation, data }));

/** The last frame of a socket: why it is closed. */
export const disconnectFrame = ({ reason, message }: Refusal): Buffer =>
  frameOf('rtt', 'DISCONNECT', { reason: message, reasonCode: reasons[reason].code });
