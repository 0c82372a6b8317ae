import { randomBytes } from 'node:crypto';
import { Refusal } from '../errors.ts';
import { type Context, operation } from '../operation.ts';
import { rttHashOf } from '../sessions/session.ts';

/**
 * Returns the address of the WebSocket and a new secret with which the session opens it. Only the
 * hash of the secret is kept, so an earlier one becomes invalid.
 */
async function requestConnection({ session, base, appId }: Context) {
  if (!session) throw new Refusal('NO_SESSION', 'a socket needs a session');
  if (!URL.canParse(base)) throw new Refusal('MALFORMED', 'Host: is not a host name');
  const { hostname: host, port, protocol } = new URL(base);
  const ssl = protocol === 'https:';
  const secret = randomBytes(24).toString('base64url');
  session.state.rttHash = rttHashOf(secret);
  return {
    endpoints: [{ protocol: 'ws', host, port: Number(port) || (ssl ? 443 : 80), ssl, ca: '' }],
    auth: { 'X-APPID': appId, 'X-RTT-SECRET': secret },
  };
}
export const requestClientConnection = operation([], requestConnection);
export const requestSystemConnection = operation([], requestConnection);
