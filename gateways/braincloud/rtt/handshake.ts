import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { ServiceError } from '../../../acl/language/errors.ts';
import type { Services } from '../../../service/gateways/port.ts';
import { Refusal } from '../errors.ts';
import type { Context } from '../operation.ts';
import { rttHashOf, type Session, sessionOf } from '../sessions/session.ts';
import type { Connections, PendingSubscription } from './connections.ts';

/** The data of CONNECT, the first frame of a socket. */
export const ConnectData = z.object({
  appId: z.string(),
  profileId: z.string(),
  sessionId: z.string(),
  auth: z.object({ 'X-RTT-SECRET': z.string() }),
});
export type ConnectData = z.output<typeof ConnectData>;

/** The profile of a server. */
const systemProfile = 's';

const isSecret = (hash: string, secret: string): boolean =>
  timingSafeEqual(Buffer.from(hash), Buffer.from(rttHashOf(secret)));

/** Returns the session that a socket names, if its profile and secret are those of the session. */
export async function authenticate(
  { apps, clock }: Pick<Services, 'apps' | 'clock'>,
  { appId, profileId, sessionId, auth }: ConnectData,
): Promise<Session> {
  const session = sessionOf(sessionId, await apps.recall(sessionId));
  if (!session || session.appId !== appId)
    throw new Refusal('NO_SESSION', 'sessionId: does not exist');
  const { kind, rttHash } = session.state;
  if (session.expiresMs <= clock())
    throw new Refusal(
      kind === 'client' ? 'USER_SESSION_EXPIRED' : 'SERVER_SESSION_EXPIRED',
      'sessionId: has expired',
    );
  if (profileId !== (session.userId || systemProfile))
    throw new Refusal('SECURITY_ERROR', 'profileId: is not the profile of the session');
  if (rttHash === null || !isSecret(rttHash, auth['X-RTT-SECRET']))
    throw new Refusal('SECURITY_ERROR', 'X-RTT-SECRET: is not the secret of the session');
  return session;
}

/** A subscription that is not active yet, to a channel of the session. */
type ChannelSubscription = readonly [channelId: string, subscription: PendingSubscription];

/**
 * Subscribes the session's sockets to all channels to which it has connected before. Done before
 * any right is checked, so that nothing published meanwhile is lost.
 */
export const subscribeAll = (connections: Connections, session: Session): ChannelSubscription[] =>
  session.state.channels.map((channelId) => [channelId, connections.subscribe(session, channelId)]);

/** Cancels subscriptions to channels that the session can no longer read; returns the others. */
export async function onlyReadable(
  call: Context<'channel.recent'>['call'],
  subscriptions: readonly ChannelSubscription[],
): Promise<PendingSubscription[]> {
  const readable: PendingSubscription[] = [];
  for (const [channelId, subscription] of subscriptions)
    if (await canRead(call, channelId)) readable.push(subscription);
    else subscription.cancel();
  return readable;
}

const canRead = (call: Context<'channel.recent'>['call'], channelId: string): Promise<boolean> =>
  call('channel.recent', { channel_id: channelId, limit: 0 }).then(
    () => true,
    (error: unknown) => {
      const isRefused =
        error instanceof ServiceError &&
        (error.code === 'CHANNEL_NOT_FOUND' || error.code === 'PERMISSION_DENIED');
      if (isRefused) return false;
      throw error;
    },
  );
