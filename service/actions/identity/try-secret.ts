import { dayMs } from '../../../acl/language/time.ts';
import { findKnownNetwork, queueKnownNetwork } from '../../../db/rows/identity/known-networks.ts';
import type { AnyCall } from '../../core/call.ts';
import { networkOf } from '../../limits/addresses.ts';

/** How long a network stays known after a log-in from it. */
export const knownNetworkMs = 30 * dayMs;

/** Log-ins within this time of one that was kept are not kept again. */
const refreshMs = 60_000;

/**
 * Whose secret is tried. Each kind of id has a prefix, so that nobody uses up the tries of one
 * account by naming its id as one of another kind. `client` is any client that does not exist: it
 * counts for the network only.
 */
type Account =
  | `user:${string}`
  | `email:${string}`
  | `app-user:${string}`
  | `client:${string}`
  | `maker:${string}`
  | typeof noClient;
export const noClient = 'client';

type Trying = Pick<AnyCall, 'tx' | 'origin' | 'limits' | 'now'>;

/**
 * Compares a secret as one of the tries that the account has, see LoginTries. Every comparison of a
 * secret that people choose goes through it. Returns what `compare` does; undefined is a wrong
 * secret. The network of a right secret becomes known to the account.
 */
export async function trySecret<T>(
  call: Trying,
  account: Account,
  compare: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const { tx, origin, now } = call;
  const network = networkOf(origin.address);
  const seenMs = await findKnownNetwork(tx, account, network);
  const found = await tryCounted(call, account, network, isRecent(seenMs, now), compare);
  if (found !== undefined && (seenMs ?? 0) < now - refreshMs)
    queueKnownNetwork(tx, account, network, now);
  return found;
}

/**
 * Does what may tell the caller something about others, such as who has an e-mail address, as one
 * of the tries that `account`, the caller, has. Undefined counts as a failed one.
 */
export async function tryGuess<T>(
  call: Trying,
  account: Account,
  guess: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const network = networkOf(call.origin.address);
  const seenMs = await findKnownNetwork(call.tx, account, network);
  return tryCounted(call, account, network, isRecent(seenMs, call.now), guess);
}

const isRecent = (seenMs: number | undefined, now: number): boolean =>
  seenMs !== undefined && seenMs > now - knownNetworkMs;

async function tryCounted<T>(
  { limits }: Trying,
  account: Account,
  network: string,
  isKnown: boolean,
  compare: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const attempt = await limits.logins.begin(account, network, isKnown || account === noClient);
  let isWrong = false;
  try {
    const found = await compare();
    isWrong = found === undefined;
    return found;
  } finally {
    await attempt.end(isWrong);
  }
}
