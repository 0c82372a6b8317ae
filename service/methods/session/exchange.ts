import type { Spec } from '../../../acl/index.ts';
import { findKey, isClient } from '../../../db/rows/identity/keys.ts';
import { noClient, trySecret } from '../../actions/identity/try-secret.ts';
import type { Handler } from '../../core/call.ts';
import { insertNewSession } from './new-session.ts';

const lifetimeSeconds = 86_400;

export const exchange: Handler<Spec<'session.exchange'>> = async (call) => {
  const { tx, input, fail } = call;
  const { client_id: clientId, client_secret: secret } = input;
  const tried = (await isClient(tx, clientId)) ? (`client:${clientId}` as const) : noClient;
  const key = await trySecret(call, tried, async () => {
    const found = await findKey(tx, secret, 'oauth', 'braincloud');
    return found?.id === clientId && found.revokedMs === null ? found : undefined;
  });
  const session =
    key &&
    (await insertNewSession(call, {
      kind: 'client',
      userId: key.userId ?? '',
      hubId: key.hubId,
      cap: key.permission,
      ttl: lifetimeSeconds,
      keyId: key.id,
    }));
  return session
    ? { ...session, hub_id: key.hubId }
    : fail('NOT_AUTHENTICATED', 'client_id: the client does not exist or the secret is wrong');
};
