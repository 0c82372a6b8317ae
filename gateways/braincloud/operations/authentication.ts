import { z } from 'zod';
import type { Output, Spec } from '../../../acl/index.ts';
import { ServiceError } from '../../../acl/language/errors.ts';
import { type Reason, Refusal } from '../errors.ts';
import { values } from '../guesses.ts';
import {
  type Context,
  newMemory,
  operation,
  type SessionKind,
  sessionOf,
} from '../sessions/session.ts';
import { read } from '../wire/body.ts';
import { createdMs } from './player.ts';

const identity = z.object({
  authenticationType: z.string(),
  externalId: z.string(),
  authenticationToken: z.string().default(''),
  forceCreate: z.boolean().default(false),
  profileId: z.string().nullish(),
  gameId: z.string().nullish(),
});
const kinds = new Map([
  ['Universal', 'universal'],
  ['Anonymous', 'anonymous'],
] as const);

const server = z.object({ appId: z.string(), serverName: z.string(), serverSecret: z.string() });

/** From here on the packet's messages are of this session. */
async function begin(context: Context, token: string, kind: SessionKind) {
  const session = sessionOf(
    token,
    await context.apps.recall(token),
    newMemory(kind, context.packetId),
  );
  if (!session) throw new ServiceError('UNAVAILABLE');
  context.session = session;
  context.appId = session.appId;
}

async function logIn(
  context: Context<'session.app_login'>,
  data: unknown,
): Promise<Output<Spec<'session.app_login'>>> {
  const { authenticationType, externalId, authenticationToken, forceCreate, profileId, gameId } =
    read(identity, data);
  const { appId, appSecret } = context;
  if (gameId && gameId !== appId)
    throw new Refusal('INVALID_APP_ID', 'gameId: names another application');
  const kind = kinds.get(authenticationType as 'Universal');
  if (!kind)
    throw new Refusal(
      'FEATURE_NOT_ENABLED',
      'authenticationType: only Universal and Anonymous are switched on',
    );
  const as = {
    hub_id: appId,
    app_secret: appSecret,
    kind,
    external_id: externalId,
    password: authenticationToken,
  };
  const known = profileId ? { user_id: profileId } : {};
  try {
    const asked = { ...as, ...known, create: forceCreate ? (1 as const) : (0 as const) };
    return await context.call('session.app_login', asked, { token: null });
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const reasons: Partial<Record<string, Reason>> = {
      NOT_AUTHENTICATED: 'TOKEN_DOES_NOT_MATCH_USER',
      IDENTITY_MISMATCH: 'SWITCHING_PROFILES',
      IDENTITY_NOT_FOUND: profileId ? 'MISSING_IDENTITY' : 'MISSING_PROFILE',
    };
    const reason = reasons[error.code];
    throw reason ? new Refusal(reason, error.details.join('; ')) : error;
  }
}

const loginMethods = ['session.app_login', 'session.logout', 'session.whoami'] as const;

/** A user of the application. */
export const authenticate = operation(loginMethods, async (context, data) => {
  const { token, user_id: userId, is_new: isNew } = await logIn(context, data);
  if (context.session) await context.call('session.logout', {});
  await begin(context, token, 'client');
  const { user } = await context.call('session.whoami', {});
  return {
    ...{ sessionId: token, profileId: userId, id: userId, newUser: isNew === 1 ? 'true' : 'false' },
    ...{
      playerSessionExpiry: values.clientSeconds,
      playerName: user.surname,
      pictureUrl: user.picture_url,
    },
    ...{ emailAddress: user.email, abTestingId: 1, loginCount: 1, server_time: context.clock() },
    ...{ createdAt: createdMs(userId, context.clock()), countryCode: '', languageCode: '' },
  };
});

/** A token for a server that shows its credentials. */
export async function exchange(
  call: Context<'session.exchange'>['call'],
  data: unknown,
): Promise<string> {
  const { appId, serverName, serverSecret } = read(server, data);
  const refused = new Refusal('INVALID_REQUEST', 'appId, serverName or serverSecret is invalid');
  const asked = { client_id: serverName, client_secret: serverSecret };
  const { token, hub_id: hubId } = await call('session.exchange', asked, { token: null }).catch(
    (error: unknown) => {
      throw error instanceof ServiceError && error.code === 'NOT_AUTHENTICATED' ? refused : error;
    },
  );
  if (hubId !== appId) throw refused;
  return token;
}

/** An application's server. */
export const authenticateServer = operation(['session.exchange'], async (context, data) => {
  const token = await exchange(context.call, data);
  await begin(context, token, 'server');
  return { heartbeatSeconds: values.serverHeartbeatSeconds, sessionId: token };
});
