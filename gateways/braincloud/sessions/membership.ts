import type { Context } from '../operation.ts';
import type { Session } from './session.ts';

/**
 * Whether the session can still write in the application's hub: false once its user was removed
 * or has lost the right. A server's session ends with its key, so it can as long as it exists.
 */
export async function canWrite(
  call: Context<'session.whoami'>['call'],
  { appId, userId }: Pick<Session, 'appId' | 'userId'>,
): Promise<boolean> {
  if (userId === '') return true;
  const { hubs } = await call('session.whoami', {});
  const membership = hubs.find((hub) => hub.hub_id === appId);
  return membership?.grants.includes('chat:chat:access') ?? false;
}
