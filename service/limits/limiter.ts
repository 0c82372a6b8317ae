import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { RateLimited } from '../../acl/language/errors.ts';

/** Returns a limiter of `points` in so many seconds for each key; 0 points: no limit. */
export function createLimiter(points: number, seconds: number) {
  const limiter = points > 0 ? new RateLimiterMemory({ points, duration: seconds }) : undefined;
  // No longer than the window, also after the clock was set back.
  const refusal = ({ msBeforeNext }: RateLimiterRes) =>
    new RateLimited(Math.min(Math.ceil(msBeforeNext / 1000) || 1, seconds));
  return {
    async count(key: string, amount = 1): Promise<void> {
      await limiter?.consume(key, amount).catch((error: unknown) => {
        throw error instanceof RateLimiterRes ? refusal(error) : error;
      });
    },
    /**
     * Takes points for something whose cost is known late: all of them if one is left, or if it is
     * forced.
     */
    async charge(key: string, amount: number, isForced: boolean): Promise<void> {
      const used = isForced ? null : await limiter?.get(key);
      if (used && used.consumedPoints > points) throw refusal(used);
      await limiter?.penalty(key, amount);
    },
    async check(key: string): Promise<void> {
      const used = await limiter?.get(key);
      if (used && used.consumedPoints >= points) throw refusal(used);
    },
    /** Takes back points that were counted; none of them twice, if their time has passed. */
    async giveBack(key: string, amount = 1): Promise<void> {
      const used = (await limiter?.get(key))?.consumedPoints ?? 0;
      if (used > 0) await limiter?.reward(key, Math.min(amount, used));
    },
  };
}
