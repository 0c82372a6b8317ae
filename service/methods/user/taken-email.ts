import type { Transaction } from '../../../db/connection/transaction.ts';
import { findFirstMaker } from '../../../db/rows/identity/keys.ts';
import { findUserIdByEmail } from '../../../db/rows/identity/users.ts';
import { tryGuess } from '../../actions/identity/try-secret.ts';
import type { AnyCall, Caller } from '../../core/call.ts';

type Guessing = Pick<AnyCall, 'tx' | 'caller' | 'origin' | 'limits' | 'now'> & {
  fail(code: 'EMAIL_TAKEN', ...details: string[]): never;
};

/**
 * Fails with EMAIL_TAKEN where a user has the address, unless `isOwn` says that it may. That shows
 * who has an account, so it counts as a failed log-in of the caller, but for the operator. Of keys
 * without a user it counts for who made them, who could make new ones without end.
 */
export async function refuseTakenEmail(
  call: Guessing,
  email: string,
  isOwn: (userId: string) => boolean | Promise<boolean> = () => false,
): Promise<void> {
  const { tx, caller, fail } = call;
  const findFree = async () => {
    const ownerId = await findUserIdByEmail(tx, email);
    return ownerId === undefined || (await isOwn(ownerId)) || undefined;
  };
  const isFree =
    caller.kind === 'operator'
      ? await findFree()
      : await tryGuess(call, await guesserOf(tx, caller), findFree);
  if (!isFree) fail('EMAIL_TAKEN', 'email: belongs to another user');
}

async function guesserOf(tx: Transaction, { userId, hubId, keyId }: Caller) {
  if (userId !== null) return `user:${userId}` as const;
  return `maker:${hubId}:${await findFirstMaker(tx, hubId ?? '', keyId ?? '')}` as const;
}
