import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import { RateLimited } from '../../acl/language/errors.ts';
import { preparedPassword } from '../../acl/text/password.ts';
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
 * Returns the Argon2id hash of a password's prepared form, with the library's parameters (OWASP's:
 * 19 MiB, 2 passes). `from` is whose turn it is: an address, or a user.
 */
export const hashPassword = (password: string, from: string): Promise<string> =>
  inTurn(from, () => hash(preparedPassword(password)));

// Compared where no hash is stored, so that an unknown account takes as long as a wrong password.
const substitute = hash('no account has this password');

/** A password that is right. */
export interface RightPassword {
  /** To replace the stored hash, which is of another form of the password; null: keep that. */
  newHash: string | null;
}

/**
 * Compares a password as it was typed with a stored hash; undefined: it is wrong, or there is no
 * hash. Older hashes are of passwords as they were typed, so that form is compared too, if it is
 * another: both times, whether there is an account or not.
 */
export async function comparePassword(
  stored: string | null | undefined,
  typed: string,
  from: string,
): Promise<RightPassword | undefined> {
  const expected = stored ?? (await substitute);
  const prepared = preparedPassword(typed);
  if (await inTurn(from, () => verify(expected, prepared)))
    return stored ? { newHash: null } : undefined;
  if (typed === prepared || !(await inTurn(from, () => verify(expected, typed)))) return undefined;
  return stored ? { newHash: await hashPassword(prepared, from) } : undefined;
}
