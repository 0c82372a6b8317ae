import { randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { ServiceError } from '../../../acl/language/errors.ts';
import type { ForeignSocket, Services, SocketListener } from '../../../service/gateways/port.ts';
import { Refusal, reasons, refusalOf } from '../errors.ts';
import { values } from '../guesses.ts';
import type { Turns } from '../sessions/queue.ts';
import { type Context, callerOf, operation, type Session, sessionOf } from '../sessions/session.ts';
import type { Connection, Connections } from './connections.ts';
import { frameOf } from './pushes.ts';

/** Where to connect, and what to show there. */
async function request({ session, base, appId }: Context) {
  if (!session) throw new Refusal('NO_SESSION', 'a socket is a session’s');
  if (!URL.canParse(base)) throw new Refusal('MALFORMED', 'Host: tells no host');
  const { hostname: host, port, protocol } = new URL(base);
  const ssl = protocol === 'https:';
  session.memory.rttSecret ??= randomBytes(24).toString('base64url');
  return {
    endpoints: [{ protocol: 'ws', host, port: Number(port) || (ssl ? 443 : 80), ssl, ca: '' }],
    auth: { 'X-APPID': appId, 'X-RTT-SECRET': session.memory.rttSecret },
  };
}
export const requestClientConnection = operation([], request);
export const requestSystemConnection = operation([], request);

const Frame = z.object({
  service: z.string(),
  operation: z.string(),
  data: z.unknown().optional(),
});
const Connect = z.object({
  appId: z.string(),
  profileId: z.string(),
  sessionId: z.string(),
  auth: z.object({ 'X-RTT-SECRET': z.string() }),
});

/** Of a server: it has no profile. */
const systemProfile = 's';

const isSame = (a: string, b: string): boolean => {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
};

/** The sockets that sessions open beside their packets. */
export function createRtt(
  { apps, clock }: Services,
  connections: Connections,
  turns: Turns,
): { open(socket: ForeignSocket): SocketListener; sweep(): void } {
  /** Sockets that have not said whose they are, since when, and how to refuse them. */
  const unknown = new Map<ForeignSocket, { sinceMs: number; refuse(): void }>();

  async function identify({
    appId,
    profileId,
    sessionId,
    auth,
  }: z.output<typeof Connect>): Promise<Session> {
    const session = sessionOf(sessionId, await apps.recall(sessionId));
    if (!session || session.appId !== appId)
      throw new Refusal('NO_SESSION', 'sessionId: no such session');
    const { kind, rttSecret } = session.memory;
    if (session.expiresMs <= clock())
      throw new Refusal(
        kind === 'client' ? 'USER_SESSION_EXPIRED' : 'SERVER_SESSION_EXPIRED',
        'sessionId: has expired',
      );
    if (profileId !== (session.userId || systemProfile))
      throw new Refusal('SECURITY_ERROR', 'profileId: the session is another’s');
    if (rttSecret === null || !isSame(rttSecret, auth['X-RTT-SECRET']))
      throw new Refusal('SECURITY_ERROR', 'X-RTT-SECRET: is another');
    return session;
  }

  /** The channels that it had connected to before, as far as it may hear them still; what is told meanwhile is not lost. */
  async function resume(socket: ForeignSocket, session: Session): Promise<() => void> {
    const call = callerOf(socket, () => ({ token: session.token, hubId: session.appId }));
    const holds = session.memory.channels.map((channelId) => ({
      channelId,
      ...connections.hold(session, channelId),
    }));
    // Also tells whether its user may be here at all.
    await call('channel.get_id', { type: 'dy', sub_id: 'any' });
    const allowed: (() => void)[] = [];
    for (const { channelId, open, drop } of holds)
      await call('channel.info', { channel_id: channelId }).then(
        () => allowed.push(open),
        (error: unknown) => {
          if (!(error instanceof ServiceError && error.code === 'CHANNEL_NOT_FOUND')) throw error;
          drop();
        },
      );
    return () => {
      for (const open of allowed) open();
    };
  }

  function open(socket: ForeignSocket): SocketListener {
    let connection: Connection | undefined;
    let isClosed = false;
    let isAsked = false;
    unknown.set(socket, {
      sinceMs: clock(),
      refuse: () => refuse(new Refusal('MALFORMED', 'CONNECT did not come')),
    });

    function refuse({ reason, message }: Refusal): void {
      unknown.delete(socket);
      socket.send(
        frameOf('rtt', 'DISCONNECT', { reason: message, reasonCode: reasons[reason].code }),
      );
      socket.close();
    }

    async function connect(asked: z.output<typeof Connect>): Promise<void> {
      // Not while a packet of the session is carried out: it may be about to connect to a channel.
      await turns.take(asked.sessionId, undefined, async () => {
        const session = await identify(asked);
        if (isClosed) return;
        if (!connections.hasRoom(session)) throw new Refusal('RATE_LIMITED', 'too many sockets');
        socket.identified();
        connection = connections.add({ session, send: socket.send, close: socket.close });
        const open = await resume(socket, session);
        const cxId = `${session.appId}:${asked.profileId}:${session.token}`;
        socket.send(
          frameOf('rtt', 'CONNECT', { heartbeatSeconds: values.rttHeartbeatSeconds, cxId }),
        );
        connection.isLive = true;
        open();
      });
    }

    return {
      async heard(text) {
        const frame = Frame.safeParse(parsed(text)).data;
        if (connection) connection.heardMs = clock();
        if (frame?.service !== 'rtt' || frame.operation !== 'CONNECT' || isAsked) return;
        isAsked = true;
        unknown.delete(socket);
        const asked = Connect.safeParse(frame.data).data;
        if (!asked)
          return refuse(new Refusal('MISSING_REQUIRED_PARAMETER', 'CONNECT: not understood'));
        await connect(asked).catch((error: unknown) => {
          const refusal = refusalOf(error);
          if (connection) connections.remove(connection);
          refuse(refusal);
          if (refusal.reason === 'UNEXPECTED') throw error;
        });
      },
      closed() {
        isClosed = true;
        unknown.delete(socket);
        if (connection) connections.remove(connection);
      },
    };
  }

  return {
    open,
    sweep() {
      for (const { sinceMs, refuse } of [...unknown.values()])
        if (clock() - sinceMs > values.connectSeconds * 1000) refuse();
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
