import { eq } from 'drizzle-orm';
import { build } from '../../connection/statements.ts';
import type { Transaction } from '../../connection/transaction.ts';
import { identities, users } from '../../tables/index.ts';

/** The user behind an external issuer's subject: one joined to it, else the user of that id. */
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

export interface Login {
  id: string;
  firstname: string;
  lastname: string;
  passwordHash: string | null;
}

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

/** True when another user has the address. */
export async function isEmailTaken(
  tx: Transaction,
  email: string,
  exceptUserId = '',
): Promise<boolean> {
  const rows = await tx.read('SELECT 1 FROM users WHERE email = ? AND id <> ?', [
    email,
    exceptUserId,
  ]);
  return rows.length > 0;
}

export async function insertUser(tx: Transaction, user: typeof users.$inferInsert): Promise<void> {
  await tx.write(build.insert(users).values(user));
}

export async function updateUser(
  tx: Transaction,
  userId: string,
  changes: Partial<typeof users.$inferInsert>,
): Promise<void> {
  if (Object.keys(changes).length > 0)
    await tx.write(build.update(users).set(changes).where(eq(users.id, userId)));
}

/** Join an identity to a user: his password (subject = his id), or a subject of an external issuer. */
export async function saveIdentity(
  tx: Transaction,
  identity: typeof identities.$inferInsert,
): Promise<void> {
  await tx.write(
    build
      .insert(identities)
      .values(identity)
      .onDuplicateKeyUpdate({ set: { secretHash: identity.secretHash ?? null } }),
  );
}

/** The hubs where the user is a member; with `onlyHubId` at most that one. */
export async function listUserHubs(
  tx: Transaction,
  userId: string,
  onlyHubId: string | null,
): Promise<{ hubId: string; name: string; privilege: number }[]> {
  return tx.read(
    `SELECT h.id AS hubId, h.name, m.privilege FROM members m JOIN hubs h ON h.id = m.hub_id
     WHERE m.user_id = ? AND m.privilege > 0 AND (? IS NULL OR h.id = ?) ORDER BY h.name, h.id`,
    [userId, onlyHubId, onlyHubId],
  );
}

/** Who is known by an issuer's subject, and the hash of what he proves it with. */
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

export async function insertIdentity(
  tx: Transaction,
  identity: typeof identities.$inferInsert,
): Promise<void> {
  await tx.write(build.insert(identities).values(identity));
}

/** Where a user's picture is. */
export async function findPicture(tx: Transaction, userId: string): Promise<string | null> {
  const [row] = await tx.read<{ pictureUrl: string | null }>(
    'SELECT picture_url AS pictureUrl FROM users WHERE id = ?',
    [userId],
  );
  return row?.pictureUrl ?? null;
}
