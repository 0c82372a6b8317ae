import { ServiceError } from '../../../acl/language/errors.ts';
import type { Services } from '../../../service/gateways/port.ts';
import { presentRefusal, refusalOf } from '../errors.ts';
import type { Response } from './packet.ts';

/**
 * Returns the response to one message. Its error does not affect other messages, except when the
 * service is unavailable: then it is thrown, so that the whole packet is sent again.
 */
export async function respond(
  work: () => Promise<unknown>,
  report: Services['report'],
): Promise<Response> {
  try {
    return { data: (await work()) ?? null, status: 200 };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal.reason === 'PACKET_IN_PROGRESS') throw error;
    // The dispatcher has reported the cause of a ServiceError already.
    if (refusal.reason === 'UNEXPECTED' && !(error instanceof ServiceError))
      report(error, 'braincloud');
    return presentRefusal(refusal);
  }
}
