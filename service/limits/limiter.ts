import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { RateLimited } from '../../acl/language/errors.ts';

/** Returns a limiter of `points` in so many seconds for each key; 0 points: no limit. */
export function createLimiter(points: number, seconds: number) {
  const limiter = points > 0 ? new RateLimiterMemory({ points, duration: seconds }) : undefined;
  const refusal = ({ msBeforeNext }: RateLimiterRes) =>
    new RateLimited(Math.ceil(msBeforeNext / 1000) || 1);
  return {
    async count(key: string): Promise<void> {
      await limiter?.consume(key).catch((error: unknown) => {
        throw error instanceof RateLimiterRes ? refusal(error) : error;
      });
    },
    async check(key: string): Promise<void> {
      const used = await limiter?.get(key);
      if (used && used.consumedPoints >= points) throw refusal(used);
    },
  };
}
