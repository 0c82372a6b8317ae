/** Users with their identities. */
import type { Transaction } from '../../connection/transaction.ts';
import type { Person } from '../../rows/identity/users.ts';

/** The user of a JWT, and what may have ended it. */
export interface JwtUser {
  userId: string;
  /** False: no longer a member of the hub that the JWT is for. */
  isMember: boolean;
  /** When the user last left that hub. */
  leftMs: number | null;
  /** Its user has logged out with it. */
  isEnded: 0 | 1;
}

const isEnded = 'EXISTS (SELECT 1 FROM ended_jwts WHERE hash = ?) AS isEnded';

/** Returns the user whom a hub knows by this external id, also a former member. */
export async function findUserByExternalId(
  tx: Transaction,
  hubId: string,
  externalId: string,
  jwtHash: string,
): Promise<JwtUser | undefined> {
  const [row] = await tx.read<Omit<JwtUser, 'isMember'> & { privilege: number }>(
    `SELECT user_id AS userId, privilege, left_ms AS leftMs, ${isEnded} FROM members
     WHERE hub_id = ? AND external_id = ?`,
    [jwtHash, hubId, externalId],
  );
  return row && { ...row, isMember: row.privilege > 0 };
}

/** Returns the same of a member, who is known already, and the hash of their external id. */
export async function findJwtUser(
  tx: Transaction,
  hubId: string,
  userId: string,
  jwtHash: string,
): Promise<(JwtUser & { subjectHash: string | null }) | undefined> {
  const [row] = await tx.read<
    Omit<JwtUser, 'isMember'> & { privilege: number; subjectHash: string | null }
  >(
    `SELECT user_id AS userId, privilege, left_ms AS leftMs,
       SHA2(external_id, 256) AS subjectHash, ${isEnded}
     FROM members WHERE hub_id = ? AND user_id = ?`,
    [jwtHash, hubId, userId],
  );
  return row && { ...row, isMember: row.privilege > 0 };
}

/** Returns the user whom the operator joined to a subject of an external issuer. */
export async function findUserByIdentity(
  tx: Transaction,
  issuer: string,
  subject: string,
  jwtHash: string,
): Promise<JwtUser | undefined> {
  const [row] = await tx.read<Pick<JwtUser, 'userId' | 'isEnded'>>(
    `SELECT user_id AS userId, ${isEnded} FROM identities WHERE issuer = ? AND subject = ?`,
    [jwtHash, issuer, subject],
  );
  return row && { ...row, isMember: true, leftMs: null };
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
