import { createHash } from 'node:crypto';

/** The tokens that were valid lately, and the networks that they came from. */
export interface KnownTokens {
  /** Returns by what a token is known: its hash, so that no token can be read from memory. */
  keyOf(token: string): string;
  has(key: string): boolean;
  /** Whether a token from the network was valid lately. */
  hasFrom(network: string): boolean;
  add(key: string, network: string): void;
  delete(key: string): void;
}

const lifetimeMs = 3_600_000;
/** What was added again within this time keeps its time, so that most calls change nothing. */
const renewedAfterMs = 60_000;
const maxEntries = 100_000;

export function createKnownTokens(): KnownTokens {
  const tokens = createRecent();
  const networks = createRecent();
  return {
    keyOf: (token) => createHash('sha256').update(token).digest('base64'),
    has: tokens.has,
    hasFrom: networks.has,
    add(key, network) {
      tokens.add(key);
      networks.add(network);
    },
    delete: tokens.delete,
  };
}

/** Keys that were added within the lifetime; beyond the maximum the oldest are forgotten. */
function createRecent() {
  const addedMs = new Map<string, number>();
  const ageOf = (key: string): number =>
    performance.now() - (addedMs.get(key) ?? Number.NEGATIVE_INFINITY);
  return {
    has: (key: string) => ageOf(key) < lifetimeMs,
    add(key: string): void {
      if (ageOf(key) < renewedAfterMs) return;
      // Deleted first, so that the order of the map stays that of the times.
      addedMs.delete(key);
      addedMs.set(key, performance.now());
      const [oldest] = addedMs.keys();
      if (addedMs.size > maxEntries && oldest !== undefined) addedMs.delete(oldest);
    },
    delete: (key: string) => void addedMs.delete(key),
  };
}
