import { Outage } from '../../acl/language/errors.ts';
import type { Pool } from '../../db/connection/connect.ts';
import { inHub, type Transaction, transact } from '../../db/connection/transaction.ts';
import { listMembers } from '../../db/reading/identity/members.ts';
import { isBlocked } from '../../db/rows/identity/blocks.ts';
import { listAppKeys } from '../../db/rows/identity/keys.ts';
import { findSessionMemory, saveSessionMemory } from '../../db/rows/identity/sessions.ts';
import { asServiceError } from '../core/errors.ts';
import type { Publication } from '../events/publication.ts';
import type { Limits } from '../limits/limits.ts';
import type { Seal } from '../secrets/seal.ts';
import type { Apps } from './port.ts';

export interface AppsDependencies {
  seal: Seal;
  limits: Pick<Limits, 'countUserCall' | 'billOf'>;
  clock: () => number;
}

/** The port's services for gateways with sessions of their own kind. */
export function createApps(
  pool: Pool,
  { seal, limits, clock }: AppsDependencies,
): Apps & { deliver(publication: Publication): void } {
  const listeners = new Set<(publication: Publication) => void>();

  const inTransaction = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> =>
    transact(pool, work, 'lookup').catch((error: unknown) => {
      throw error instanceof Outage ? asServiceError(error) : error;
    });

  return {
    async secretsOf(hubId) {
      const keys = await inTransaction((tx) => listAppKeys(tx, hubId));
      return keys.flatMap((key) => seal.decrypt(key.appSecret) ?? []);
    },
    async recall(token, bodyBytes = 0) {
      const found = await inTransaction((tx) => findSessionMemory(tx, token));
      if (!found) return undefined;
      const userId = found.userId || found.sessionId;
      await limits.countUserCall(userId);
      await limits.billOf({ userId, hubId: found.hubId ?? '' }).body(bodyBytes);
      return found;
    },
    async remember(sessionId, data, forMs) {
      const expiresMs = clock() + forMs;
      await inTransaction((tx) => saveSessionMemory(tx, sessionId, { data, expiresMs }));
      return expiresMs;
    },
    canWriteTo: (hubId, userId, otherId) =>
      inTransaction(async (tx) => {
        const hub = inHub(tx, hubId);
        const [[other], isClosed] = await Promise.all([
          listMembers(hub, [otherId]),
          isBlocked(hub, userId, [otherId]),
        ]);
        return other !== undefined && !isClosed;
      }),
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    deliver(publication) {
      for (const listener of listeners) listener(publication);
    },
  };
}
