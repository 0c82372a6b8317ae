import { eq } from 'drizzle-orm';
import { defined } from '../../../acl/language/defined.ts';
import { searchForm } from '../../../acl/text/normal-form.ts';
import { build } from '../../connection/statements.ts';
import type { Transaction } from '../../connection/transaction.ts';
import { columnsOf, users } from '../../tables/index.ts';
import { queueSuffixes } from '../name-suffixes.ts';

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

/** Returns the id of the user who has an e-mail address. */
export async function findUserIdByEmail(
  tx: Transaction,
  email: string,
): Promise<string | undefined> {
  const [row] = await tx.read<{ id: string }>('SELECT id FROM users WHERE email = ?', [email]);
  return row?.id;
}

export type Names = Omit<Person, 'id'>;

/** Returns the search form of both names together. */
export const searchOf = ({ firstname, lastname }: Names): string =>
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
  const search = isRenamed ? await rename(tx, userId, defined({ firstname, lastname })) : undefined;
  await tx.write(
    build
      .update(users)
      .set(defined({ ...changes, search }))
      .where(eq(users.id, userId)),
  );
}

/** Queues by what new names are found in the user's hubs; returns their search form. */
async function rename(tx: Transaction, userId: string, changes: Partial<Names>): Promise<string> {
  // The lock comes first: against other names meanwhile, and new hubs.
  const [[before = { firstname: '', lastname: '' }], hubs] = await Promise.all([
    tx.lock<Names>('SELECT firstname, lastname FROM users WHERE id = ? FOR UPDATE', [userId]),
    tx.read<{ id: string }>('SELECT hub_id AS id FROM members WHERE user_id = ?', [userId]),
  ]);
  const search = searchOf({ ...before, ...changes });
  for (const { id: hubId } of hubs)
    queueSuffixes(tx, { hubId, kind: 'member', id: userId }, search, searchOf(before));
  return search;
}

/** Returns a user whom nobody renames before the transaction ends. */
export async function findUserToAdd(tx: Transaction, userId: string): Promise<Person | undefined> {
  const [row] = await tx.lock<Person>(
    'SELECT id, firstname, lastname FROM users WHERE id = ? LOCK IN SHARE MODE',
    [userId],
  );
  return row;
}

export async function findPicture(tx: Transaction, userId: string): Promise<string | null> {
  return (await findUser(tx, userId))?.pictureUrl ?? null;
}
