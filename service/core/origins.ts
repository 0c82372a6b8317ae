import type { Pool } from '../../db/connection/connect.ts';
import { transact } from '../../db/connection/transaction.ts';
import { findOrigins, type HubReference } from '../../db/reading/identity/entries.ts';
import { isAllowedSomewhere } from '../../db/rows/hubs/hubs.ts';

/** Which pages of other origins may read what callers with a bearer token receive. */
export interface Origins {
  /** Whether the configuration allows the origin in every hub. */
  isConfigured(origin: string): boolean;
  /** Whether a hub allows the origin, or any hub where it is not known which one is meant. */
  isAllowed(origin: string, hub: HubName | undefined): Promise<boolean>;
  /** The origins that are allowed in a hub; undefined if there is no such hub. */
  of(hub: HubName): Promise<string[] | undefined>;
}

type HubName = Pick<HubReference, 'id' | 'host'>;

export function createOrigins(pool: Pool, configured: readonly string[]): Origins {
  const isConfigured = (origin: string) => configured.includes(origin);
  return {
    isConfigured,
    async isAllowed(origin, hub) {
      if (origin === '' || isConfigured(origin)) return origin !== '';
      return transact(
        pool,
        async (tx) =>
          hub
            ? ((await findOrigins(tx, hub)) ?? []).includes(origin)
            : isAllowedSomewhere(tx, origin),
        'lookup',
      );
    },
    async of(hub) {
      const allowed = await transact(pool, (tx) => findOrigins(tx, hub), 'lookup');
      return allowed && [...new Set([...configured, ...allowed])];
    },
  };
}
