import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { RateLimited } from '../../acl/language/errors.ts';

/** Counts points of keys; what is counted above the limit fails with RATE_LIMITED. */
export interface Limiter {
  count(key: string, amount?: number): Promise<void>;
  /**
   * Takes points for something whose cost is known late: all of them if one is left, or if it is
   * forced.
   */
  charge(key: string, amount: number, isForced: boolean): Promise<void>;
  check(key: string): Promise<void>;
  /** Takes back points that were counted; none of them twice, if their time has passed. */
  giveBack(key: string, amount?: number): Promise<void>;
}

const nothing = async (): Promise<void> => {};
/** A limit that is switched off. */
const unlimited: Limiter = {
  count: nothing,
  charge: nothing,
  check: nothing,
  giveBack: nothing,
};

/** Returns a limiter of `points` in so many seconds for each key; 0 points: no limit. */
export function createLimiter(points: number, seconds: number): Limiter {
  if (points <= 0) return unlimited;
  const limiter = new RateLimiterMemory({ points, duration: seconds });
  // No longer than the window, also after the clock was set back.
  const refusal = ({ msBeforeNext }: RateLimiterRes) =>
    new RateLimited(Math.min(Math.ceil(msBeforeNext / 1000) || 1, seconds));
  return {
    async count(key, amount = 1) {
      await limiter.consume(key, amount).catch((error: unknown) => {
        throw error instanceof RateLimiterRes ? refusal(error) : error;
      });
    },
    async charge(key, amount, isForced) {
      const used = isForced ? null : await limiter.get(key);
      if (used && used.consumedPoints > points) throw refusal(used);
      await limiter.penalty(key, amount);
    },
    async check(key) {
      const used = await limiter.get(key);
      if (used && used.consumedPoints >= points) throw refusal(used);
    },
    async giveBack(key, amount = 1) {
      const used = (await limiter.get(key))?.consumedPoints ?? 0;
      if (used > 0) await limiter.reward(key, Math.min(amount, used));
    },
  };
}
