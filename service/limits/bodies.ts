import { RateLimited } from '../../acl/language/errors.ts';
import { networkOf } from './addresses.ts';
import { createCounts } from './counts.ts';

/** The bytes of bodies that are being received before their caller is known. */
export interface Bodies {
  /**
   * Counts bytes of the address that are on their way, or have arrived while the rest of the body
   * has not. Returns how to release them. Fails with RATE_LIMITED beyond the limit of the address.
   */
  reserve(address: string, bytes: number): () => void;
}

const maxBytes = 2 * 1024 * 1024;

export function createBodies(): Bodies {
  const underWay = createCounts();
  return {
    reserve(address, bytes) {
      const network = networkOf(address);
      if (underWay.of(network) + bytes > maxBytes) throw new RateLimited(1);
      return underWay.add(network, bytes);
    },
  };
}
