import { eq } from 'drizzle-orm';
import { build } from '../../connection/statements.ts';
import type { Transaction } from '../../connection/transaction.ts';
import { columnsOf, users } from '../../tables/index.ts';

export type UserRecord = Omit<typeof users.$inferSelect, 'createdMs'>;
export type Person = Pick<UserRecord, 'id' | 'firstname' | 'lastname'>;

const columns = columnsOf(users, { except: ['createdMs'] });

export async function findUser(tx: Transaction, userId: string): Promise<UserRecord | undefined> {
  const [row] = await tx.read<UserRecord>(`SELECT ${columns.list} FROM users WHERE id = ?`, [
    userId,
  ]);
  return row;
}

/**
 * Locks a user's row. What gives someone the user's rights, a session or a key, is made under this
 * lock or a shared one; what takes them all back lists them under it, so that none is missed.
 */
export async function lockUser(tx: Transaction, userId: string): Promise<void> {
  await tx.lock('SELECT 1 FROM users WHERE id = ? FOR UPDATE', [userId]);
}

/** Locks a user's row against `lockUser` only. */
export async function shareUser(tx: Transaction, userId: string): Promise<void> {
  await tx.lock('SELECT 1 FROM users WHERE id = ? LOCK IN SHARE MODE', [userId]);
}

/** Tells whether another user has the e-mail address. */
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

export async function findPicture(tx: Transaction, userId: string): Promise<string | null> {
  return (await findUser(tx, userId))?.pictureUrl ?? null;
}
