import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import { RateLimited } from '../../acl/language/errors.ts';
import { FairQueue, type FairQueueOptions } from '../../db/connection/fair-queue.ts';
import { networkOf } from '../limits/addresses.ts';

const atOnce = Math.max(1, Math.min(4, Math.floor(availableParallelism() / 2)));

/**
 * Returns how to run work in the line of hashes. Hashing takes a core and one of the threads on
 * which Node also reads files and looks up names. So that those go on, few hashes run at once, in
 * turn by the user, or the network of the address, that they are for. Fails with RATE_LIMITED if
 * too many wait.
 */
export const createHashing = (admits: FairQueueOptions['admits']) => {
  const queue = new FairQueue({
    admits,
    waitingPerUser: 200,
    waitingPerHub: 200,
    waitingInAll: 1000,
    waitsAtMostMs: 20_000,
    refuse: () => new RateLimited(2),
  });
  return <T>(from: string, work: () => Promise<T>): Promise<T> =>
    queue.run({ hubId: networkOf(from), userId: '' }, work);
};
const inTurn = createHashing(({ all }) => all < atOnce);

/**
 * Returns the Argon2id hash with the library's parameters (OWASP's: 19 MiB, 2 passes). `from` is
 * whose turn it is: an address, or a user.
 */
export const hashPassword = (password: string, from: string): Promise<string> =>
  inTurn(from, () => hash(password));

// Compared where no hash is stored, so that an unknown account takes as long as a wrong password.
const substitute = hash('no account has this password');

/** Compares a password with a stored hash; false without a hash. */
export async function isPassword(
  stored: string | null | undefined,
  password: string,
  from: string,
): Promise<boolean> {
  const expected = stored ?? (await substitute);
  const matches = await inTurn(from, () => verify(expected, password));
  return matches && Boolean(stored);
}
