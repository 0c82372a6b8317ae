import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { RateLimited } from '../../acl/language/errors.ts';
import type { Config } from '../config.ts';

export interface Limits {
  userCall(id: string): Promise<void>;
  hubCall(hubId: string): Promise<void>;
  anonymousCall(address: string): Promise<void>;
  /** Refuses an address whose anonymous calls are spent, without counting one. */
  beforeHandshake(address: string): Promise<void>;
  /** Before a file of the user's is taken. */
  file(userId: string): Promise<void>;
  /** Whether a user may tell a conversation one more thing that is not kept, such as that he types. */
  signal(userId: string, entityId: string): Promise<boolean>;
  /** Zero: as many as the contract takes. */
  filesPerMessage: number;
  /** Of a group room; zero: as many as come. */
  participants: number;
  /** Of a member's message to others' boxes; zero: any number. */
  recipients: number;
  /** Before a password is tried: refuses when too many failed already. */
  beforeLogin(account: string, address: string): Promise<void>;
  /** Counts it; refuses when others tried at once have spent what there was. */
  failedLogin(account: string, address: string): Promise<void>;
}

// A window of ten seconds holds what a user may burst; on average it is the rate.
const window = 10;
const quarterHour = 900;
const minute = 60;
const signalsPerSecond = 5;

export function createLimits(config: Config['limits']): Limits {
  const limiter = (points: number, duration: number) =>
    points > 0 ? new RateLimiterMemory({ points, duration }) : undefined;
  const users = limiter(config.userCalls * window, window);
  const hubs = limiter(config.hubCalls, 1);
  const addresses = limiter(config.anonymousCalls * window, window);
  const accounts = limiter(config.loginsPerAccount, quarterHour);
  const files = limiter(config.files, minute);
  const signals = limiter(signalsPerSecond, 1);
  const loginAddresses = limiter(config.loginsPerAddress, quarterHour);

  const consume = async (limit: RateLimiterMemory | undefined, key: string) => {
    try {
      await limit?.consume(key);
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes)
        throw new RateLimited(Math.ceil(refusal.msBeforeNext / 1000) || 1);
      throw refusal;
    }
  };
  const refuseSpent = async (limit: RateLimiterMemory | undefined, key: string) => {
    const spent = await limit?.get(key);
    if (limit && spent && spent.consumedPoints >= limit.points)
      throw new RateLimited(Math.ceil(spent.msBeforeNext / 1000) || 1);
  };

  return {
    userCall: (id) => consume(users, id),
    hubCall: (hubId) => consume(hubs, hubId),
    anonymousCall: (address) => consume(addresses, address),
    file: (userId) => consume(files, userId),
    signal: (userId, entityId) =>
      consume(signals, `${userId} ${entityId}`).then(
        () => true,
        () => false,
      ),
    filesPerMessage: config.filesPerMessage,
    participants: config.participants,
    recipients: config.recipients,
    beforeHandshake: (address) => refuseSpent(addresses, address),
    async beforeLogin(account, address) {
      await refuseSpent(accounts, account);
      await refuseSpent(loginAddresses, address);
    },
    async failedLogin(account, address) {
      await consume(accounts, account);
      await consume(loginAddresses, address);
    },
  };
}
