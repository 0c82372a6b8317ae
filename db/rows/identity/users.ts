import { eq } from 'drizzle-orm';
import { defined } from '../../../acl/language/defined.ts';
import { searchForm } from '../../../acl/text/normal-form.ts';
import { build } from '../../connection/statements.ts';
import type { Transaction } from '../../connection/transaction.ts';
import { columnsOf, users } from '../../tables/index.ts';

type UserRow = typeof users.$inferSelect;
export type UserRecord = Omit<UserRow, 'createdMs' | 'search'>;
export type Person = Pick<UserRecord, 'id' | 'firstname' | 'lastname'>;

const columns = columnsOf(users, { except: ['createdMs', 'search'] });

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

const searchOf = ({ firstname, lastname }: Omit<Person, 'id'>): string =>
  searchForm([firstname, lastname].filter(Boolean).join(' '));

type NewUser = Omit<typeof users.$inferInsert, 'search'>;

export async function insertUser(tx: Transaction, user: NewUser): Promise<void> {
  await tx.write(build.insert(users).values({ ...user, search: searchOf(user) }));
}

export async function updateUser(
  tx: Transaction,
  userId: string,
  changes: Partial<NewUser>,
): Promise<void> {
  if (Object.keys(changes).length === 0) return;
  const { firstname, lastname } = changes;
  const isRenamed = firstname !== undefined || lastname !== undefined;
  const search = isRenamed
    ? searchOf({ ...(await lockNames(tx, userId)), ...defined({ firstname, lastname }) })
    : undefined;
  await tx.write(
    build
      .update(users)
      .set(defined({ ...changes, search }))
      .where(eq(users.id, userId)),
  );
}

/** Locks a user's row, so that nobody changes the other name meanwhile; returns the names. */
async function lockNames(tx: Transaction, userId: string): Promise<Omit<Person, 'id'>> {
  const [row] = await tx.lock<Omit<Person, 'id'>>(
    'SELECT firstname, lastname FROM users WHERE id = ? FOR UPDATE',
    [userId],
  );
  return row ?? { firstname: '', lastname: '' };
}

export async function findPicture(tx: Transaction, userId: string): Promise<string | null> {
  return (await findUser(tx, userId))?.pictureUrl ?? null;
}
