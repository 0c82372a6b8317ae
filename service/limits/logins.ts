import { setImmediate } from 'node:timers/promises';
import { RateLimited } from '../../acl/language/errors.ts';
import { createLimiter } from './limiter.ts';

/** A comparison of a secret that was let through. */
export interface LoginTry {
  /** Takes back the points of a try that was not a wrong guess, and lets the next one begin. */
  end(isWrong: boolean): Promise<void>;
}

export interface LoginTries {
  /**
   * Begins a try of an account's secret from a network, before it is compared: guesses that run
   * side by side are no more than those that come one after the other. Only failed tries stay
   * counted. Fails with RATE_LIMITED once the account has too many of them from this network, or
   * from all networks together; the latter does not hold for a network that the account knows.
   */
  begin(account: string, network: string, isKnown: boolean): Promise<LoginTry>;
}

/** Where all points are taken by running tries, so many further ones wait for those to end. */
const maxWaiting = 100;
const windowSeconds = 900;

interface LoginLimits {
  /** Failed tries of an account from one network. */
  perNetwork: number;
  /** Failed tries of an account from all networks. */
  perAccount: number;
}

/** Returns the tries of secrets; a limit of 0 is switched off. */
export function createLoginTries(limits: LoginLimits): LoginTries {
  const points = createPoints(limits);
  /** The tries of an account and network that are running, and those that wait for them. */
  const running = new Map<string, { count: number; waiting: (() => void)[] }>();
  /** How many tries have ended: points may have come free while others were being refused. */
  let ended = 0;

  async function takeOrWait(account: string, pair: string, isKnown: boolean): Promise<void> {
    for (;;) {
      const endedBefore = ended;
      try {
        return await points.take(account, pair, isKnown);
      } catch (error) {
        // Those that have just taken the last points are running then.
        await setImmediate();
        if (ended !== endedBefore) continue;
        const others = running.get(pair);
        if (!(error instanceof RateLimited) || !others || others.waiting.length >= maxWaiting)
          throw error;
        await new Promise<void>((resolve) => others.waiting.push(resolve));
      }
    }
  }

  function enter(pair: string): void {
    const others = running.get(pair) ?? { count: 0, waiting: [] };
    others.count += 1;
    running.set(pair, others);
  }

  function leave(pair: string): void {
    ended += 1;
    const others = running.get(pair);
    if (!others) return;
    others.count -= 1;
    if (others.count === 0) running.delete(pair);
    for (const resolve of others.waiting.splice(0)) resolve();
  }

  return {
    async begin(account, network, isKnown) {
      const pair = `${account} ${network}`;
      await takeOrWait(account, pair, isKnown);
      enter(pair);
      return {
        async end(isWrong) {
          if (!isWrong) await points.giveBack(account, pair);
          leave(pair);
        },
      };
    },
  };
}

/** The points that tries take. Refused tries give theirs back, or they would use up others'. */
function createPoints({ perNetwork, perAccount }: LoginLimits) {
  const networks = createLimiter(perNetwork, windowSeconds);
  const accounts = createLimiter(perAccount, windowSeconds);
  const giveBack = async (account: string, pair: string): Promise<void> => {
    await Promise.all([networks.giveBack(pair), accounts.giveBack(account)]);
  };
  return {
    giveBack,
    async take(account: string, pair: string, isKnown: boolean): Promise<void> {
      await networks.count(pair).catch(async (error: unknown) => {
        await networks.giveBack(pair);
        throw error;
      });
      await accounts.count(account).catch(async (error: unknown) => {
        if (isKnown) return;
        await giveBack(account, pair);
        throw error;
      });
    },
  };
}
