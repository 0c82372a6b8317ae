import { randomBytes } from 'node:crypto';
import type { Pool } from '../db/connection/connect.ts';
import { inHub, transact } from '../db/connection/transaction.ts';
import { replaceHosts } from '../db/rows/hubs/hosts.ts';
import { hasHubs, insertHub } from '../db/rows/hubs/hubs.ts';
import { saveIdentity } from '../db/rows/identity/identities.ts';
import { insertMember } from '../db/rows/identity/members.ts';
import { insertUser } from '../db/rows/identity/users.ts';
import { newId } from '../db/rows/ids.ts';
import { hashPassword } from './secrets/passwords.ts';

const people = [
  { firstname: 'Ada', lastname: 'Owner', email: 'ada@demo.example', privilege: 63 },
  { firstname: 'Ben', lastname: 'Member', email: 'ben@demo.example', privilege: 7 },
  { firstname: 'Cleo', lastname: 'Member', email: 'cleo@demo.example', privilege: 7 },
];

export interface DemoLogin {
  email: string;
  password: string;
  privilege: number;
}

/**
 * Creates a hub for this machine's own host names, with three users, in a database without hubs.
 * Returns their logins, whose passwords are stored nowhere; undefined where there is a hub already.
 */
export async function createDemo(pool: Pool, now: number): Promise<DemoLogin[] | undefined> {
  const members = await Promise.all(
    people.map(async (person) => ({ ...person, ...(await newPassword()) })),
  );
  return transact(pool, async (tx) => {
    if (await hasHubs(tx)) return undefined;
    const hub = inHub(tx, newId());
    await insertHub(tx, { id: hub.id, name: 'Demo' }, now);
    await replaceHosts(hub, ['localhost', '127.0.0.1', '[::1]']);
    for (const { firstname, lastname, email, privilege, hash } of members) {
      const id = newId();
      await insertUser(tx, { id, firstname, lastname, email, createdMs: now });
      await saveIdentity(tx, { issuer: 'password', subject: id, userId: id, secretHash: hash });
      await insertMember(hub, { userId: id, firstname, lastname, privilege }, now);
    }
    return members.map(({ email, password, privilege }) => ({ email, password, privilege }));
  });
}

async function newPassword(): Promise<{ password: string; hash: string }> {
  const password = randomBytes(12).toString('base64url');
  return { password, hash: await hashPassword(password, '') };
}
