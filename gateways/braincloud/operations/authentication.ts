import { z } from 'zod';
import { ServiceError } from '../../../acl/language/errors.ts';
import { type Reason, Refusal } from '../errors.ts';
import { values } from '../guesses.ts';
import { createdMsOf } from '../ids.ts';
import { type Context, operation } from '../operation.ts';
import { newSessionState, type SessionKind, sessionOf } from '../sessions/session.ts';
import { readSchema } from '../wire/body.ts';
import { ServerCredentials } from '../wire/schemas.ts';

const Identity = z.object({
  authenticationType: z.string(),
  externalId: z.string(),
  authenticationToken: z.string().default(''),
  forceCreate: z.boolean().default(false),
  profileId: z.string().nullish(),
  gameId: z.string().nullish(),
});
type Identity = z.output<typeof Identity>;

/** Opens the session to which the following messages of the packet belong. */
async function openSession(context: Context, token: string, kind: SessionKind): Promise<void> {
  const state = newSessionState(kind, context.packetId);
  const session = sessionOf(token, await context.apps.recall(token), state);
  if (!session) throw new ServiceError('UNAVAILABLE');
  context.session = session;
  context.appId = session.appId;
}

function kindOf({ authenticationType }: Identity): 'universal' | 'anonymous' {
  if (authenticationType === 'Universal') return 'universal';
  if (authenticationType === 'Anonymous') return 'anonymous';
  throw new Refusal(
    'FEATURE_NOT_ENABLED',
    'authenticationType: must be Universal or Anonymous, others are not supported',
  );
}

async function logIn({ appId, appSecret, call }: Context<'session.app_login'>, data: unknown) {
  const identity = readSchema(Identity, data);
  const { externalId, authenticationToken, forceCreate, gameId } = identity;
  const profileId = identity.profileId || undefined;
  if (gameId && gameId !== appId)
    throw new Refusal('INVALID_APP_ID', 'gameId: is not the application of the packet');
  const login = {
    hub_id: appId,
    app_secret: appSecret,
    kind: kindOf(identity),
    external_id: externalId,
    password: authenticationToken,
    user_id: profileId,
    create: forceCreate ? (1 as const) : (0 as const),
  };
  return call('session.app_login', login, { token: null }).catch((error: unknown) => {
    throw error instanceof ServiceError ? loginErrorOf(error, profileId) : error;
  });
}

function loginErrorOf(error: ServiceError, profileId: string | undefined): Error {
  const reasons: Partial<Record<string, Reason>> = {
    NOT_AUTHENTICATED: 'TOKEN_DOES_NOT_MATCH_USER',
    IDENTITY_MISMATCH: 'SWITCHING_PROFILES',
    IDENTITY_NOT_FOUND: profileId ? 'MISSING_IDENTITY' : 'MISSING_PROFILE',
  };
  const reason = reasons[error.code];
  return reason ? new Refusal(reason, error.details.join('; ')) : error;
}

const loginMethods = ['session.app_login', 'session.logout', 'session.whoami'] as const;

/** Logs in a user of the application. */
export const authenticate = operation(loginMethods, async (context, data) => {
  const { token, user_id: userId, is_new: isNew } = await logIn(context, data);
  if (context.session) await context.call('session.logout', {});
  await openSession(context, token, 'client');
  const { user } = await context.call('session.whoami', {});
  return {
    sessionId: token,
    profileId: userId,
    id: userId,
    newUser: isNew === 1 ? 'true' : 'false',
    playerSessionExpiry: values.clientSessionSeconds,
    playerName: user.surname,
    pictureUrl: user.picture_url,
    emailAddress: user.email,
    abTestingId: 1,
    loginCount: 1,
    server_time: context.clock(),
    createdAt: createdMsOf(userId, context.clock()),
    countryCode: '',
    languageCode: '',
  };
});

/** Returns a token for a server's credentials. */
export async function exchange(
  call: Context<'session.exchange'>['call'],
  credentials: z.output<typeof ServerCredentials>,
): Promise<string> {
  const { appId, serverName, serverSecret } = credentials;
  const invalid = new Refusal('INVALID_REQUEST', 'appId, serverName or serverSecret is invalid');
  const { token, hub_id: hubId } = await call(
    'session.exchange',
    { client_id: serverName, client_secret: serverSecret },
    { token: null },
  ).catch((error: unknown) => {
    throw error instanceof ServiceError && error.code === 'NOT_AUTHENTICATED' ? invalid : error;
  });
  if (hubId !== appId) throw invalid;
  return token;
}

/** Opens a session of the application's server. */
export const authenticateServer = operation(['session.exchange'], async (context, data) => {
  const token = await exchange(context.call, readSchema(ServerCredentials, data));
  await openSession(context, token, 'server');
  return { heartbeatSeconds: values.serverHeartbeatSeconds, sessionId: token };
});
