import { build } from '../../connection/statements.ts';
import type { Transaction } from '../../connection/transaction.ts';
import { identities } from '../../tables/index.ts';
import { lockUser } from './users.ts';

type NewIdentity = typeof identities.$inferInsert;

/** Returns whose identity a subject of an issuer is, and the hash of its secret. */
export async function findIdentity(
  tx: Transaction,
  issuer: string,
  subject: string,
): Promise<{ userId: string; secretHash: string | null } | undefined> {
  const [row] = await tx.read<{ userId: string; secretHash: string | null }>(
    `SELECT user_id AS userId, secret_hash AS secretHash FROM identities
     WHERE issuer = ? AND subject = ?`,
    [issuer, subject],
  );
  return row;
}

/**
 * Whether a user's password is still the one with this hash, null if they had none. Locks the user,
 * so that nobody changes it, or lists what they have, before the transaction ends.
 */
export async function isStillPassword(
  tx: Transaction,
  userId: string,
  secretHash: string | null,
): Promise<boolean> {
  const [, [row]] = await Promise.all([
    lockUser(tx, userId),
    tx.lock<{ secretHash: string | null }>(
      `SELECT secret_hash AS secretHash FROM identities
     WHERE issuer = 'password' AND subject = ? LOCK IN SHARE MODE`,
      [userId],
    ),
  ]);
  return (row?.secretHash ?? null) === secretHash;
}

/** Queues a new hash of the secret that an identity has, unless the secret is changed meanwhile. */
export const queueNewHash = (
  tx: Transaction,
  { issuer, subject }: Pick<NewIdentity, 'issuer' | 'subject'>,
  { from, to }: { from: string; to: string },
): void =>
  tx.atCommit({
    sql: `UPDATE identities SET secret_hash = ?
      WHERE issuer = ? AND subject = ? AND secret_hash = ?`,
    params: [to, issuer, subject, from],
  });

/** Inserts an identity; fails when the issuer's subject has one. */
export async function insertIdentity(tx: Transaction, identity: NewIdentity): Promise<void> {
  await tx.write(build.insert(identities).values(identity));
}

/** Inserts an identity, or replaces its secret. */
export async function saveIdentity(tx: Transaction, identity: NewIdentity): Promise<void> {
  await tx.write(
    build
      .insert(identities)
      .values(identity)
      .onDuplicateKeyUpdate({ set: { secretHash: identity.secretHash ?? null } }),
  );
}
