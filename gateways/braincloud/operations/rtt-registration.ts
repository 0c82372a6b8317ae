import { randomBytes } from 'node:crypto';
import { Refusal } from '../errors.ts';
import { type Context, operation } from '../operation.ts';

/** Returns the address of the WebSocket and the secret with which the session opens it. */
async function requestConnection({ session, base, appId }: Context) {
  if (!session) throw new Refusal('NO_SESSION', 'a socket needs a session');
  if (!URL.canParse(base)) throw new Refusal('MALFORMED', 'Host: is not a host name');
  const { hostname: host, port, protocol } = new URL(base);
  const ssl = protocol === 'https:';
  session.state.rttSecret ??= randomBytes(24).toString('base64url');
  return {
    endpoints: [{ protocol: 'ws', host, port: Number(port) || (ssl ? 443 : 80), ssl, ca: '' }],
    auth: { 'X-APPID': appId, 'X-RTT-SECRET': session.state.rttSecret },
  };
}
export const requestClientConnection = operation([], requestConnection);
export const requestSystemConnection = operation([], requestConnection);
