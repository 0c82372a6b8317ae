import type { Spec } from '../../../acl/index.ts';
import { findKey } from '../../../db/rows/identity/keys.ts';
import type { Handler } from '../../core/call.ts';
import { insertNewSession } from './new-session.ts';

const lifetimeSeconds = 86_400;

export const exchange: Handler<Spec<'session.exchange'>> = async (call) => {
  const { tx, input, origin, limits, fail, now } = call;
  const { client_id: clientId, client_secret: secret } = input;
  // Counted by address too: a client's id is no secret, so knowing it must not be enough to lock
  // the client out.
  const account = `${clientId} ${origin.address}`;
  await limits.checkLogins(account, origin.address);
  const key = await findKey(tx, secret, 'oauth', 'braincloud');
  if (key?.id !== clientId) {
    await limits.countFailedLogin(account, origin.address);
    return fail('NOT_AUTHENTICATED', 'client_id: the client does not exist or the secret is wrong');
  }
  const session = await insertNewSession(
    tx,
    {
      kind: 'client',
      userId: key.userId ?? '',
      hubId: key.hubId,
      cap: key.permission,
      ttl: lifetimeSeconds,
      keyId: key.id,
      userAgent: origin.userAgent,
    },
    now,
  );
  return { ...session, hub_id: key.hubId };
};
