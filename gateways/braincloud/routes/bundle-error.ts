import type { GatewayRequest, Services } from '../../../service/gateways/port.ts';
import { type ErrorResponse, presentRefusal, type Reason, refusalOf } from '../errors.ts';

/** Errors of callers that could not be identified; they count against the caller's address. */
const anonymousReasons: readonly Reason[] = [
  'INVALID_APP_ID',
  'BAD_SIGNATURE',
  'NO_SESSION',
  'MALFORMED',
  'SERVER_SESSION_EXPIRED',
];

/**
 * Presents an error of a whole packet. Clients send a packet again after status 503 and stop for
 * good after any other status than 200.
 */
export async function presentBundleError(
  request: GatewayRequest,
  error: unknown,
  report: Services['report'],
): Promise<{ body: ErrorResponse; status: 200 | 503 }> {
  const refusal = refusalOf(error);
  if (refusal.reason === 'UNEXPECTED') report(error, 'braincloud');
  if (anonymousReasons.includes(refusal.reason)) await request.stranger.count().catch(() => {});
  return {
    body: presentRefusal(refusal, 'bundle'),
    status: refusal.reason === 'PACKET_IN_PROGRESS' ? 503 : 200,
  };
}
