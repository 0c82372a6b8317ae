import { io, type Socket } from 'socket.io-client';
import type { ClientOptions } from './calls/client.ts';
import { passingCodes, pauseBefore } from './calls/retry.ts';
import { createTokens, type Tokens } from './calls/token.ts';
import type { AnyEvent, EventData, NoticeData, SignalData } from './contract.ts';

type Addressed<Data> = Omit<AnyEvent, 'name' | 'data'> & { data: Data };
type SignalAddress = Pick<AnyEvent, 'hub_id' | 'room_id' | 'entity_id' | 'actor_id'>;

/** Server to client, for Socket.IO's types. */
export type ServerEvents = {
  [N in keyof EventData]: (payload: Addressed<EventData[N]>) => void;
} & {
  [N in keyof SignalData]: (payload: SignalAddress & { data: SignalData[N] }) => void;
} & {
  [N in keyof NoticeData]: (payload: NoticeData[N]) => void;
};

export type ChatSocket = Socket<ServerEvents, Record<string, never>>;

export interface SocketOptions
  extends Pick<ClientOptions, 'url' | 'hubId' | 'userId' | 'token' | 'getToken'> {
  /** The seq of the last event that is known: the socket first receives those after it. */
  since?: number | undefined;
  /**
   * Called when the session has ended and there is no other token, or a token is that of another
   * user: the socket stays closed.
   */
  onEnd?: () => void;
}

/** What the service says of a handshake that it refuses. */
interface Refused {
  error: string;
  details: string[];
}

/**
 * Opens a socket that receives events. With `since`, it first receives the events after that seq;
 * then `ready` reports its position. It reconnects by itself, with a new token of `getToken` each
 * time, and continues after the last event. A token that is about to expire is replaced before.
 */
export const connect = (options: SocketOptions): ChatSocket =>
  openSocket({ ...options, tokens: createTokens(options) });

/** Opens a socket with tokens that calls use too. */
export function openSocket({
  url,
  hubId,
  userId,
  since,
  getToken,
  tokens,
  onEnd,
}: SocketOptions & { tokens: Tokens }): ChatSocket {
  let last = since;
  const mayPass = ({ error, details: [detail] }: Refused): boolean =>
    passingCodes.has(error) ||
    (error === 'NOT_AUTHENTICATED' && getToken !== undefined && !detail?.startsWith('user_id'));

  async function authenticate(): Promise<object> {
    return { token: await tokens.renew(), hub_id: hubId, user_id: userId, since: last };
  }

  const socket: ChatSocket = io(url, {
    path: '/-/socket.io',
    transports: ['websocket', 'polling'],
    forceNew: true,
    // Called for each connection. Without a token it is given up, and tried again as any other.
    auth: (send) => void authenticate().then(send, () => socket.io.engine.close()),
  });
  socket.onAny((_name: string, { seq }: { seq?: number }) => {
    if (seq !== undefined) last = Math.max(last ?? 0, seq);
  });
  reconnect(socket, mayPass, onEnd);
  // The socket of a renewed session stays; that of another one is ended, and connects again.
  socket.on('session.expiring', () => void tokens.renew().catch(() => {}));
  return socket;
}

/** Connects again where Socket.IO does not, and sooner than it does. */
function reconnect(
  socket: ChatSocket,
  mayPass: (refused: Refused) => boolean,
  onEnd: (() => void) | undefined,
): void {
  let refusals = 0;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  socket.on('ready', () => {
    refusals = 0;
  });

  /** Connects again after a pause, which grows until a connection is ready. */
  function retry(): void {
    clearTimeout(waiting);
    waiting = setTimeout(connectAgain, pauseBefore(refusals++, undefined));
  }
  // Socket.IO retries by itself but after a refusal, and where the service ends the connection.
  socket.on('connect_error', ({ data }: Error & { data?: Refused }) => {
    if (socket.active || !data) return;
    if (mayPass(data)) retry();
    else if (data.error === 'NOT_AUTHENTICATED') onEnd?.();
  });
  socket.on('disconnect', (reason) => {
    if (reason === 'io server disconnect') retry();
  });
  // A browser that is online again, or a page that is looked at again, need not wait for a retry.
  const wake = (): void => {
    if (!socket.active || socket.connected) return;
    socket.disconnect();
    connectAgain();
  };
  // Node has neither.
  function listen(): void {
    globalThis.addEventListener?.('online', wake);
    globalThis.document?.addEventListener('visibilitychange', wake);
  }
  function connectAgain(): void {
    socket.connect();
    listen();
  }
  socket.io.on('close', () => {
    if (socket.active) return;
    clearTimeout(waiting);
    globalThis.removeEventListener?.('online', wake);
    globalThis.document?.removeEventListener('visibilitychange', wake);
  });
  listen();
}
