import type { ChatSocket } from '../connect.ts';
import type { Feed, SignalPayload } from '../store/feed.ts';
import { createSubject, type Observable } from '../store/observable.ts';
import type { AnyEvent, Ready } from '../store/types.ts';
import { type Channel, openChannel } from './channel.ts';
import { hasLocks } from './locks.ts';

/**
 * `offline`: no connection. `live`: events come as they happen. `ended`: the session has ended, the
 * member must log in again.
 */
export type ConnectionState = 'connecting' | 'live' | 'offline' | 'ended';

/** What the leading tab sends to the others. */
type Relayed =
  | { kind: 'ready'; ready: Pick<Ready, 'seq' | 'recovered'> }
  | { kind: 'event'; event: AnyEvent }
  | { kind: 'signal'; name: string; payload: SignalPayload }
  | { kind: 'state'; state: ConnectionState };
/** What a tab asks the leading one for when it begins. */
type Asked = { kind: 'begin' };

export interface Tabs {
  state: Observable<ConnectionState>;
  isLeading: Observable<boolean>;
  close(): void;
}

export interface TabsOptions {
  /** Names the tabs that share a socket: those of one user in one hub. */
  name: string;
  feed: Feed;
  /** Opens the socket; with `since`, it continues after that event. */
  openSocket(since: number | undefined, onEnd: () => void): ChatSocket;
}

/**
 * Gives a feed the events of one socket for all tabs of a browser. The tab that holds a Web Lock
 * has the socket and relays what it receives; when that tab ends, the browser gives the lock to
 * another, which continues after its own last event. Without Web Locks each tab has a socket.
 */
export function openTabs(options: TabsOptions): Tabs {
  const tab = new Tab(options);
  if (hasLocks()) tab.share(openChannel(options.name), navigator.locks);
  else tab.lead();
  return tab;
}

class Tab implements Tabs {
  readonly state = createSubject<ConnectionState>('connecting');
  readonly isLeading = createSubject(false);
  readonly #options: TabsOptions;
  readonly #ended = new AbortController();
  #channel: Channel<Relayed | Asked> | undefined;
  #socket: ChatSocket | undefined;

  constructor(options: TabsOptions) {
    this.#options = options;
  }

  /** Follows the leading tab until this one holds the lock. */
  share(channel: Channel<Relayed | Asked>, locks: LockManager): void {
    this.#channel = channel;
    channel.listen((message) => {
      if (message.kind === 'begin') this.#answer();
      else this.#follow(message);
    });
    channel.post({ kind: 'begin' });
    const { signal } = this.#ended;
    const lead = async (): Promise<void> => {
      this.lead();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    };
    // Rejects when the tab is closed while it waits.
    void locks.request(this.#options.name, { signal }, lead).catch(() => {});
  }

  lead(): void {
    const { feed, openSocket } = this.#options;
    this.isLeading.set(true);
    const socket = openSocket(feed.seq || undefined, () => this.#setState('ended'));
    this.#socket = socket;
    socket.on('ready', ({ seq, recovered }) => {
      feed.begin({ seq, recovered });
      this.#relay({ kind: 'ready', ready: { seq, recovered } });
      this.#setState('live');
    });
    socket.onAny((name: string, payload: AnyEvent) => this.#receive(name, payload));
    for (const name of ['disconnect', 'connect_error'] as const)
      socket.on(name, () => {
        if (this.state.getSnapshot() !== 'ended') this.#setState('offline');
      });
  }

  close(): void {
    this.#ended.abort();
    this.#socket?.disconnect();
    this.#channel?.close();
  }

  #relay(message: Relayed): void {
    this.#channel?.post(message);
  }

  #setState(state: ConnectionState): void {
    // Of a socket that ends after its tab.
    if (this.#ended.signal.aborted) return;
    this.state.set(state);
    this.#relay({ kind: 'state', state });
  }

  /** Lets a tab that begins know where the connection is. */
  #answer(): void {
    if (!this.isLeading.getSnapshot() || this.state.getSnapshot() !== 'live') return;
    this.#relay({ kind: 'ready', ready: { seq: this.#options.feed.seq, recovered: true } });
    this.#setState('live');
  }

  #receive(name: string, payload: AnyEvent): void {
    const { feed } = this.#options;
    // What a socket is sent about itself, such as `ready`.
    if (payload.entity_id === undefined) return;
    if (typeof payload.seq === 'number') {
      const event = { ...payload, name: name as AnyEvent['name'] };
      feed.receive(event);
      this.#relay({ kind: 'event', event });
    } else {
      feed.signal(name, payload);
      this.#relay({ kind: 'signal', name, payload });
    }
  }

  #follow(message: Relayed): void {
    const { feed } = this.#options;
    if (message.kind === 'ready') feed.beginRelayed(message.ready);
    if (message.kind === 'event') feed.receive(message.event);
    if (message.kind === 'signal') feed.signal(message.name, message.payload);
    if (message.kind === 'state') this.state.set(message.state);
  }
}
