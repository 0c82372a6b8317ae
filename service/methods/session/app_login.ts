import type { Spec } from '../../../acl/index.ts';
import { privileges } from '../../../acl/language/permission.ts';
import { isBlank } from '../../../acl/text/characters.ts';
import { inHub } from '../../../db/connection/transaction.ts';
import { hashOf } from '../../../db/rows/hash.ts';
import {
  findIdentity,
  insertIdentity,
  queueNewHash,
} from '../../../db/rows/identity/identities.ts';
import { type AppKey, listAppKeys, lockLiveKey } from '../../../db/rows/identity/keys.ts';
import { insertMember } from '../../../db/rows/identity/members.ts';
import { insertUser } from '../../../db/rows/identity/users.ts';
import { newId } from '../../../db/rows/ids.ts';
import { trySecret } from '../../actions/identity/try-secret.ts';
import type { Call, Handler } from '../../core/call.ts';
import { comparePassword, hashPassword } from '../../secrets/passwords.ts';
import { isSameSecret } from '../../secrets/tokens.ts';
import { insertNewSession } from './new-session.ts';

type AppLogin = Spec<'session.app_login'>;

/** Clients extend it with each heartbeat. */
const lifetimeSeconds = 20 * 60;

export const appLogin: Handler<AppLogin> = async (call) => {
  const { input, fail } = call;
  const key = await findAppKey(call);
  if (input.kind === 'universal' && isBlank(input.password))
    fail('INVALID_INPUT', 'password: must not be blank');
  const { userId, isNew } = await findOrCreateUser(call);
  // Comparing a password takes time, in which the key may have been revoked.
  if (!(await lockLiveKey(inHub(call.tx, input.hub_id), key.id)))
    fail('NOT_AUTHENTICATED', unknownApp);
  const session = await insertNewSession(call, {
    kind: 'app',
    userId,
    hubId: input.hub_id,
    cap: key.permission,
    ttl: lifetimeSeconds,
    keyId: key.id,
  });
  return session
    ? { ...session, user_id: userId, is_new: isNew ? 1 : 0 }
    : fail('PERMISSION_DENIED', 'external_id: its user is no longer a member of the hub');
};

/** Returns the key of the application that calls. */
async function findAppKey({ tx, input, seal, fail }: Call<AppLogin>): Promise<AppKey> {
  const key = (await listAppKeys(tx, input.hub_id)).find(({ appSecret }) => {
    const secret = seal.decrypt(appSecret);
    return secret !== undefined && isSameSecret(secret, input.app_secret);
  });
  return key ?? fail('NOT_AUTHENTICATED', unknownApp);
}
const unknownApp = 'app_secret: the application does not exist or the secret is wrong';

/** Returns the user with this external_id, or creates one if the call asks for it. */
async function findOrCreateUser(call: Call<AppLogin>): Promise<{ userId: string; isNew: boolean }> {
  const { tx, input, fail } = call;
  const { hub_id: hubId, user_id: expectedId } = input;
  const issuer = `braincloud:${hubId}`;
  const subject = hashOf(`${input.kind}\n${input.external_id}`);
  const identity = await findIdentity(tx, issuer, subject);
  if (!identity) {
    // A device that was logged in before must not silently become another user.
    if (input.create === 0 || expectedId !== undefined)
      fail('IDENTITY_NOT_FOUND', 'external_id: no user has it');
    return { userId: await createUser(call, issuer, subject), isNew: true };
  }
  const { userId, secretHash } = identity;
  if (input.kind === 'universal') {
    const compare = () => comparePassword(secretHash, input.password, call.origin.address);
    const right = await trySecret(call, `app-user:${userId}`, compare);
    if (!right) return fail('NOT_AUTHENTICATED', 'password: is wrong');
    if (secretHash !== null && right.newHash !== null)
      queueNewHash(tx, { issuer, subject }, { from: secretHash, to: right.newHash });
  }
  if (expectedId !== undefined && userId !== expectedId)
    fail('IDENTITY_MISMATCH', 'user_id: the external_id belongs to another user');
  return { userId, isNew: false };
}

/** Inserts a user who is a member of the application's hub. */
async function createUser(
  { tx, input, origin, now }: Call<AppLogin>,
  issuer: string,
  subject: string,
): Promise<string> {
  const userId = newId();
  const secretHash =
    input.kind === 'universal' ? await hashPassword(input.password, origin.address) : null;
  // Of two concurrent calls the second fails here. Retried, it finds the user of the first.
  await insertIdentity(tx, { issuer, subject, userId, secretHash });
  const names = { firstname: '', lastname: '' };
  await insertUser(tx, { id: userId, email: null, ...names, createdMs: now });
  const given = { userId, ...names, privilege: privileges.member };
  await insertMember(inHub(tx, input.hub_id), given, now);
  return userId;
}
