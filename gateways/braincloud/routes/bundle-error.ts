import type { Services } from '../../../service/gateways/port.ts';
import { type ErrorResponse, presentRefusal, type Reason, refusalOf } from '../errors.ts';

/** Errors of callers that are not known; their packets count against their address. */
const anonymousReasons: readonly Reason[] = [
  'INVALID_REQUEST',
  'INVALID_APP_ID',
  'INVALID_HEADER_APP_ID',
  'BAD_SIGNATURE',
  'NO_SESSION',
  'MALFORMED',
  'SERVER_SESSION_EXPIRED',
];

export const isAnonymous = (error: unknown): boolean =>
  anonymousReasons.includes(refusalOf(error).reason);

/**
 * Presents an error of a whole packet. Clients send a packet again after status 503 and stop for
 * good after any other status than 200.
 */
export function presentBundleError(
  error: unknown,
  report: Services['report'],
): { body: ErrorResponse; status: 200 | 503 } {
  const refusal = refusalOf(error);
  if (refusal.reason === 'UNEXPECTED') report(error, 'braincloud');
  return {
    body: presentRefusal(refusal, 'bundle'),
    status: refusal.reason === 'PACKET_IN_PROGRESS' ? 503 : 200,
  };
}
