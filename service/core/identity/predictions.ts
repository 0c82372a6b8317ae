import type { Authenticated } from './auth.ts';
import { type Credentials, tokenOf } from './credentials.ts';

/**
 * Who a caller is taken to be before the database is asked: what it said at an earlier call. The
 * call reads it again with its own first round trip, and nothing is answered that rests on a
 * prediction which does not hold.
 */
export interface Prediction {
  /** The hub in which the caller was looked up; undefined: that of the host or of the token. */
  hubId: string | undefined;
  found: Authenticated;
  /** It was read for this call, before everything that the call reads. */
  isRead: boolean;
  isConfirmed: boolean;
}

/** A prediction was not confirmed: the caller must be read, and the call begun again. */
export class StaleCaller extends Error {}

const maxCallers = 10_000;
/** Clients may name hubs and hosts that no length limits. */
const maxUseLength = 500;

/** Keeps who the callers of the last calls were. */
export class Predictions {
  /** By use of a token, the longest known first. */
  readonly #found = new Map<string, Authenticated>();

  of(credentials: Credentials, hubId: string | undefined): Prediction | undefined {
    const use = useOf(credentials, hubId);
    const found = this.#found.get(use);
    if (!found) return undefined;
    return { hubId, found, isRead: false, isConfirmed: false };
  }

  keep(credentials: Credentials, hubId: string | undefined, found: Authenticated): void {
    const use = useOf(credentials, hubId);
    if (found.caller.kind === 'anonymous' || use.length > maxUseLength) return;
    this.#found.set(use, found);
    for (const oldest of this.#found.keys()) {
      if (this.#found.size <= maxCallers) break;
      this.#found.delete(oldest);
    }
  }

  /**
   * Compares a prediction with what the database says now, and forgets it if it does not hold. An
   * epoch that has risen is taken over for sessions, whose rights are read in one statement.
   */
  confirm(
    credentials: Credentials,
    prediction: Prediction,
    found: Authenticated | string,
  ): boolean {
    const use = useOf(credentials, prediction.hubId);
    const holds = isSameCaller(found, prediction.found);
    prediction.isConfirmed = holds;
    if (!holds || typeof found === 'string') this.#found.delete(use);
    else if (found.entry?.epoch !== prediction.found.entry?.epoch) {
      prediction.found = found;
      if (this.#found.has(use)) this.#found.set(use, found);
    }
    return holds;
  }
}

/** Whether a look-up found what an earlier one did. Of sessions the epoch may have risen. */
function isSameCaller(found: Authenticated | string, earlier: Authenticated): boolean {
  if (typeof found === 'string') return false;
  const isSession = earlier.caller.sessionId !== null;
  return (
    isSame(found.caller, earlier.caller) &&
    isSame(found.entry, earlier.entry, isSession ? 'epoch' : undefined) &&
    isSame(found.hostHub, earlier.hostHub)
  );
}

/** Compares values as JSON has them; the equality of node:util takes ten times as long. */
function isSame(a: unknown, b: unknown, except?: string): boolean {
  if (!isObject(a) || !isObject(b)) return a === b;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => name === except || isSame(a[name], b[name]))
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** Names all that a look-up depends on. Of the token the hash: none can be read from memory. */
function useOf(credentials: Credentials, hubId: string | undefined): string {
  const { page } = credentials;
  const { host, prefersOwn } = credentials.hub;
  const place = hubId === undefined ? `host ${prefersOwn ?? false} ${host}` : `id ${hubId}`;
  return `${tokenOf(credentials)?.hash} ${page !== undefined} ${place}`;
}
