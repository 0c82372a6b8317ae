import type { EventName, EventPayload, Ready } from '../../acl/events.ts';
import { connect } from '../../client/index.ts';

export type Heard = { [N in EventName]: EventPayload<N> & { name: N } }[EventName];

/** A device of a member's: it keeps everything it hears. */
export interface Device extends Disposable {
  ready: Ready;
  heard: Heard[];
  /** The next event of that name, heard already or not, that nobody took before. */
  next<N extends EventName>(name: N, ms?: number): Promise<EventPayload<N>>;
  /** Resolves when the server has cut the connection. */
  cut: Promise<void>;
  close(): void;
}

/** Connect and wait for `ready`; rejects with the server's code when it refuses. */
export async function openDevice(options: {
  url: string;
  token: string;
  hubId: string;
  since?: number;
}): Promise<Device> {
  const socket = connect(options);
  socket.io.reconnection(false);
  const heard: Heard[] = [];
  const taken = new Set<Heard>();
  const waiting = new Set<() => void>();
  socket.onAny((name: string, payload: object) => {
    if (name === 'ready') return;
    heard.push({ ...payload, name } as Heard);
    for (const look of [...waiting]) look();
  });
  const cut = new Promise<void>((resolve) => socket.once('disconnect', () => resolve()));
  const ready = await new Promise<Ready>((resolve, reject) => {
    socket.once('ready', resolve);
    socket.once('connect_error', (error) => {
      socket.close();
      reject(error);
    });
    socket.once('disconnect', (reason) => reject(new Error(`disconnected before ready: ${reason}`)));
  });

  function next<N extends EventName>(name: N, ms = 2000): Promise<EventPayload<N>> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = heard.find((event) => event.name === name && !taken.has(event));
        if (!found) return;
        taken.add(found);
        waiting.delete(look);
        clearTimeout(timer);
        resolve(found as unknown as EventPayload<N>);
      };
      const timer = setTimeout(() => {
        waiting.delete(look);
        reject(
          new Error(`no ${name} within ${ms} ms; heard: ${heard.map((event) => event.name).join(', ') || 'nothing'}`),
        );
      }, ms);
      waiting.add(look);
      look();
    });
  }
  const close = () => void socket.close();
  return { ready, heard, next, cut, close, [Symbol.dispose]: close };
}
