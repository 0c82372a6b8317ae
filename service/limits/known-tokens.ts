import { createHash } from 'node:crypto';

/** The tokens that were valid lately, and the networks that they came from. */
export interface KnownTokens {
  has(token: string): boolean;
  /** Whether a token from the network was valid lately. */
  hasFrom(network: string): boolean;
  add(token: string, network: string): void;
  delete(token: string): void;
}

const lifetimeMs = 3_600_000;
const maxEntries = 100_000;

/** Keeps hashes in memory, so that no token can be read from it. */
export function createKnownTokens(): KnownTokens {
  const tokens = createRecent();
  const networks = createRecent();
  return {
    has: (token) => tokens.has(hashOf(token)),
    hasFrom: networks.has,
    add(token, network) {
      tokens.add(hashOf(token));
      networks.add(network);
    },
    delete: (token) => tokens.delete(hashOf(token)),
  };
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64');

/** Keys that were added within the lifetime; beyond the maximum the oldest are forgotten. */
function createRecent() {
  const addedMs = new Map<string, number>();
  return {
    has: (key: string) =>
      (addedMs.get(key) ?? Number.NEGATIVE_INFINITY) > performance.now() - lifetimeMs,
    add(key: string): void {
      // Deleted first, so that the order of the map stays that of the times.
      addedMs.delete(key);
      addedMs.set(key, performance.now());
      const [oldest] = addedMs.keys();
      if (addedMs.size > maxEntries && oldest !== undefined) addedMs.delete(oldest);
    },
    delete: (key: string) => void addedMs.delete(key),
  };
}
