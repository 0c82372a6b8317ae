/** Users with their identities. */
import type { Transaction } from '../../connection/transaction.ts';
import type { Person } from '../../rows/identity/users.ts';

/** Returns the user who has an external issuer's subject, else the user with that id. */
export async function findUserByIdentity(
  tx: Transaction,
  issuer: string,
  subject: string,
): Promise<string | undefined> {
  const [row] = await tx.read<{ userId: string }>(
    `SELECT user_id AS userId FROM identities WHERE issuer = ? AND subject = ?
     UNION ALL SELECT id FROM users WHERE id = ? LIMIT 1`,
    [issuer, subject, subject],
  );
  return row?.userId;
}

export interface Login extends Person {
  passwordHash: string | null;
}

/** Returns a user and their password's hash. */
export async function findLogin(
  tx: Transaction,
  by: { email: string } | { id: string },
): Promise<Login | undefined> {
  const [row] = await tx.read<Login>(
    `SELECT u.id, u.firstname, u.lastname, i.secret_hash AS passwordHash
     FROM users u LEFT JOIN identities i ON i.issuer = 'password' AND i.subject = u.id
     WHERE ${'email' in by ? 'u.email' : 'u.id'} = ?`,
    ['email' in by ? by.email : by.id],
  );
  return row;
}
