import pLimit, { type LimitFunction } from 'p-limit';
import { networkOf } from './addresses.ts';
import { createCounts } from './counts.ts';
import { createKnownTokens } from './known-tokens.ts';
import { createLimiter } from './limiter.ts';

/**
 * What counts as an anonymous call of its address until its caller is known: a call with a token,
 * a packet of a gateway, a connection.
 */
export interface Visit {
  /** Counts that much more. Fails with RATE_LIMITED once the calls of the address are used up. */
  charge(amount: number): Promise<void>;
  /**
   * Runs `lookUp`, which finds out who the caller is, and takes the counted call back if it
   * succeeds. Once the calls of the address are used up, only tokens that were valid within the
   * last hour go on. Other tokens wait in a short line; beyond it, and if they turn out to be
   * unknown, they fail with RATE_LIMITED. `isUnknown` tells which errors mean an unknown caller.
   */
  identify<T>(
    token: string | undefined,
    lookUp: () => Promise<T>,
    isUnknown: (error: unknown) => boolean,
  ): Promise<T>;
}

/** The anonymous calls of each address. */
export interface Strangers {
  /** Counts an anonymous call. Fails with RATE_LIMITED once those of the address are used up. */
  count(address: string): Promise<void>;
  /** Counts a visit before its token is known. Never rejects: `identify` does. */
  visit(address: string): Promise<Visit>;
  /** Counts a visit with this token; one that was valid within the last hour costs nothing. */
  visitWith(address: string, token: string): Promise<Visit>;
  /**
   * Counts a connection before it shows a token. Once the calls of the address are used up, a few
   * such connections may be open: where `explains` is set, because the client learns the error in
   * the connection only, else if a token from there was valid within the last hour. Others fail
   * with RATE_LIMITED.
   */
  connect(address: string, explains: boolean): Promise<Visit & { closed(): void }>;
}

/** Look-ups, and connections, that an address has at the same time once its calls are used up. */
const lineLength = 8;

/** Allows `points` anonymous calls of each address in so many seconds; 0 points: no limit. */
export function createStrangers(points: number, seconds: number): Strangers {
  const limiter = createLimiter(points, seconds);
  const known = createKnownTokens();
  const lines = createLines();
  const waitingConnections = createCounts();

  /** Counts a call; returns the error if the limit is reached. */
  const count = (network: string): Promise<unknown> =>
    limiter.count(network).then(
      () => undefined,
      (refusal: unknown) => refusal,
    );

  /** `refusal` is the error if the limit was reached when the visit was counted. */
  function visitOf(network: string, isCounted: boolean, refusal?: unknown): Visit {
    let counted = isCounted ? 1 : 0;

    async function giveBack() {
      if (counted > 0) await limiter.giveBack(network, counted);
      counted = 0;
    }

    return {
      async charge(amount) {
        if (refusal && amount > 0) throw refusal;
        await limiter.count(network, amount);
        counted += amount;
      },
      async identify(token, lookUp, isUnknown) {
        const isKnown = token !== undefined && known.has(token);
        if (refusal && token === undefined) throw refusal;
        try {
          const waits = refusal !== undefined && !isKnown;
          const found = await (waits ? lines.run(network, lookUp, refusal) : lookUp());
          if (token !== undefined) known.add(token, network);
          await giveBack();
          return found;
        } catch (error) {
          if (!isUnknown(error)) {
            await giveBack();
            throw error;
          }
          if (token !== undefined) known.delete(token);
          if (counted === 0) await count(network);
          throw refusal && !isKnown ? refusal : error;
        }
      },
    };
  }

  async function visit(network: string): Promise<Visit> {
    const refusal = await count(network);
    return visitOf(network, refusal === undefined, refusal);
  }

  return {
    count: (address) => limiter.count(networkOf(address)),
    visit: (address) => visit(networkOf(address)),
    async visitWith(address, token) {
      const network = networkOf(address);
      return known.has(token) ? visitOf(network, false) : visit(network);
    },
    async connect(address, explains) {
      const network = networkOf(address);
      const refusal = await count(network);
      if (refusal === undefined) return { ...visitOf(network, true), closed() {} };
      const mayWait = explains || known.hasFrom(network);
      if (!mayWait || waitingConnections.of(network) >= lineLength) throw refusal;
      const visit = visitOf(network, false, refusal);
      const release = waitingConnections.add(network);
      return {
        charge: visit.charge,
        identify: (...args) => visit.identify(...args).finally(release),
        closed: release,
      };
    },
  };
}

/** Runs the look-ups of each network one after the other. */
function createLines() {
  const lines = new Map<string, LimitFunction>();
  return {
    /** Rejects with `refusal` if the line is full. */
    async run<T>(network: string, lookUp: () => Promise<T>, refusal: unknown): Promise<T> {
      const line = lines.get(network) ?? pLimit(1);
      if (line.activeCount + line.pendingCount >= lineLength) throw refusal;
      lines.set(network, line);
      try {
        return await line(lookUp);
      } finally {
        if (line.activeCount + line.pendingCount === 0) lines.delete(network);
      }
    },
  };
}
