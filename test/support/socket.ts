import { io } from 'socket.io-client';
import {
  type EventName,
  type EventPayload,
  type Ready,
  type SignalName,
  type SignalPayload,
  signals,
} from '../../acl/events.ts';
import { connect } from '../../client/index.ts';
import { untyped } from './untyped.ts';
import { patienceMs } from './wait.ts';

export type ReceivedEvent = EventPayload;
export type Signalled = { [N in SignalName]: SignalPayload<N> & { name: N } }[SignalName];

/** A device of a member; keeps all that it receives. */
export interface Device extends Disposable {
  ready: Ready;
  received: ReceivedEvent[];
  /** Received signals, which are not in the log. */
  signals: Signalled[];
  /**
   * The next event or signal of that name, received already or not, that was not returned before.
   */
  next<N extends EventName>(name: N, ms?: number): Promise<EventPayload<N>>;
  next<N extends SignalName>(name: N, ms?: number): Promise<SignalPayload<N>>;
  /** Resolves when the server has closed the connection. */
  cut: Promise<void>;
  close(): void;
}

const isSignal = (name: string): name is SignalName => name in signals;

/** Connects and waits for `ready`; rejects with the server's code on refusal. */
export async function openDevice(options: {
  url: string;
  token: string;
  hubId: string;
  since?: number;
}): Promise<Device> {
  const socket = connect(options);
  socket.io.reconnection(false);
  const received: ReceivedEvent[] = [];
  const signalled: Signalled[] = [];
  const taken = new Set<ReceivedEvent | Signalled>();
  const waiting = new Set<() => void>();
  socket.onAny((name: string, payload: object) => {
    if (name === 'ready') return;
    if (isSignal(name)) signalled.push({ ...payload, name } as Signalled);
    else received.push({ ...payload, name } as ReceivedEvent);
    for (const look of [...waiting]) look();
  });
  const cut = new Promise<void>((resolve) => socket.once('disconnect', () => resolve()));
  const ready = await new Promise<Ready>((resolve, reject) => {
    socket.once('ready', resolve);
    socket.once('connect_error', (error) => {
      socket.close();
      reject(error);
    });
    socket.once('disconnect', (reason) =>
      reject(new Error(`disconnected before ready: ${reason}`)),
    );
  });

  function next(name: EventName | SignalName, ms = patienceMs): Promise<never> {
    return new Promise((resolve, reject) => {
      const all = isSignal(name) ? signalled : received;
      const look = () => {
        const found = all.find((one) => one.name === name && !taken.has(one));
        if (!found) return;
        taken.add(found);
        waiting.delete(look);
        clearTimeout(timer);
        resolve(untyped(found));
      };
      const timer = setTimeout(() => {
        waiting.delete(look);
        const names = [...received, ...signalled].map((one) => one.name);
        reject(new Error(`no ${name} within ${ms} ms; received: ${names.join(', ') || 'nothing'}`));
      }, ms);
      waiting.add(look);
      look();
    });
  }
  const close = () => void socket.close();
  return { ready, received, signals: signalled, next, cut, close, [Symbol.dispose]: close };
}

/** Returns the error code of a refused handshake, `connected` for one that is not refused. */
export async function refusalOfDevice(opening: Promise<Device>): Promise<string> {
  const outcome = await opening.then(
    (device) => device,
    (error: Error) => error.message,
  );
  if (typeof outcome === 'string') return outcome;
  outcome.close();
  return 'connected';
}

/** Returns how a handshake with these headers ends: `ready`, or the code of its refusal. */
export function outcomeOfHandshake(
  url: string,
  { auth = {}, extraHeaders }: { auth?: object; extraHeaders: Record<string, string> },
): Promise<string> {
  const socket = io(url, {
    path: '/-/socket.io',
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    auth,
    extraHeaders,
  });
  return new Promise<string>((resolve) => {
    socket.once('ready', () => resolve('ready'));
    socket.once('connect_error', (error) => resolve(error.message));
  }).finally(() => socket.close());
}
