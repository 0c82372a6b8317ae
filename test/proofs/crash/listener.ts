import { expect } from 'chai';
import { type EventPayload, type Ready, signals } from '../../../acl/events.ts';
import { type ChatSocket, connect } from '../../../client/index.ts';
import { eventually } from '../../support/wait.ts';
import type { Person } from './ledger.ts';
import type { Victim } from './victim.ts';

/** A device across restarts of the service: after each disconnect it requests the missed events. */
export interface Listener extends Disposable {
  person: Person;
  /** All received events as "seq name", in order. */
  received(): string[];
  /** Events that were missing although the connection was up. */
  readonly gaps: number;
  /** Reconnects if the service has a new address. */
  reconnect(): void;
  /**
   * Resolves when the events up to this seq were received. Reconnects first, as after a disconnect.
   */
  catchUp(seq: number): Promise<void>;
}

const soonMs = 30_000;
const againAfterMs = 100;

export function listen(victim: Victim, person: Person): Listener {
  const events = new Map<number, string>();
  const last = new Map<string, number>();
  let since = 0;
  let gaps = 0;
  let socket: ChatSocket | undefined;
  let url = '';
  let ready: Ready | undefined;
  let trouble: string | undefined;

  function open(): void {
    socket?.close();
    ready = undefined;
    try {
      url = victim.url;
    } catch {
      return; // The service is down; the caller of start reconnects this device.
    }
    const { token, hubId } = person;
    const own = connect({ url, token, hubId, since });
    socket = own;
    own.onAny((name: string, payload: EventPayload | Ready) => {
      if (own !== socket || name in signals) return;
      if (name === 'ready') {
        ready = payload as Ready;
        if (!ready.recovered) trouble ??= 'the log does not reach back';
      } else receive(name, payload as EventPayload);
    });
    // The service refused without a database; Socket.IO does not retry by itself in that case.
    own.on('connect_error', () => again(own));
    own.on('disconnect', () => again(own));
  }

  function again(own: ChatSocket): void {
    if (own !== socket || own.active) return;
    setTimeout(() => own === socket && !own.active && own.connect(), againAfterMs).unref();
  }

  function receive(name: string, { seq, stream, prev }: EventPayload): void {
    const known = events.get(seq);
    if (known !== undefined) {
      if (known !== name) trouble ??= `event ${seq} was ${known} and is ${name}`;
      return;
    }
    const before = last.get(stream) ?? 0;
    if (prev !== before) {
      gaps += 1;
      since = Math.min(before, prev);
      open();
      return;
    }
    events.set(seq, name);
    last.set(stream, seq);
    since = Math.max(since, seq);
  }

  open();
  return {
    person,
    received: () => [...events].sort(([a], [b]) => a - b).map(([seq, name]) => `${seq} ${name}`),
    get gaps() {
      return gaps;
    },
    reconnect() {
      if (url !== urlOf(victim)) open();
    },
    async catchUp(seq) {
      open();
      await eventually(() => ready !== undefined && ready.seq >= seq, soonMs);
      expect(trouble, 'a socket').to.equal(undefined);
    },
    [Symbol.dispose]() {
      const own = socket;
      socket = undefined;
      own?.close();
    },
  };
}

function urlOf(victim: Victim): string | undefined {
  try {
    return victim.url;
  } catch {
    return undefined;
  }
}
