import { ServiceError } from '../../acl/language/errors.ts';
import type { Pool } from '../../db/connection/connect.ts';
import { DatabaseUnavailable, OutcomeUnknown, transact } from '../../db/connection/transaction.ts';
import { findRemembered, listAppKeys, remember } from '../../db/rows/identity/sessions.ts';
import type { Limits } from '../core/limits.ts';
import type { Seal } from '../core/secrets.ts';
import type { Publication } from '../events/publisher.ts';
import type { Apps, Told } from './port.ts';

export interface AppsDependencies {
  seal: Seal;
  limits: Pick<Limits, 'userCall'>;
  clock: () => number;
}

/** A database that does not answer now is no fault. */
const through = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    throw error instanceof DatabaseUnavailable || error instanceof OutcomeUnknown
      ? new ServiceError('UNAVAILABLE')
      : error;
  });

export function createApps(
  pool: Pool,
  { seal, limits, clock }: AppsDependencies,
): Apps & { publish(publication: Publication): void } {
  const listeners = new Set<(told: Told) => void>();
  return {
    async secretsOf(hubId) {
      const keys = await through(transact(pool, (tx) => listAppKeys(tx, hubId)));
      return keys.flatMap((key) => seal.decrypt(key.appSecret) ?? []);
    },
    async recall(token) {
      const found = await through(transact(pool, (tx) => findRemembered(tx, token)));
      if (found) await limits.userCall(found.userId || found.sessionId);
      return found;
    },
    async remember(sessionId, data, forMs) {
      const expiresMs = clock() + forMs;
      await through(transact(pool, (tx) => remember(tx, sessionId, { data, expiresMs })));
      return expiresMs;
    },
    listen(hear) {
      listeners.add(hear);
      return () => void listeners.delete(hear);
    },
    publish({ signals = [], ...told }) {
      // The dispatcher has held each event against what its name promises.
      for (const hear of listeners) hear({ ...told, signals } as Told);
    },
  };
}
