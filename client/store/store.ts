import type { CallByName } from '../calls/client.ts';
import { isKeptUp, type Offline } from '../kept/offline.ts';
import { Conversations, type ConversationsView, type ListName } from './conversations.ts';
import { Counter } from './counter.ts';
import { Feed } from './feed.ts';
import type { Place } from './history.ts';
import { type KnownMembers, Members } from './members.ts';
import { createSubject, type Observable } from './observable.ts';
import type { Source } from './source.ts';
import type { AnyEvent, Counters, ShownMessage } from './types.ts';
import { Typing } from './typing.ts';
import { MessageWindow, type WindowView } from './window.ts';

/**
 * What a member sees of a hub, kept up to date by its events. Once all events have been applied
 * and nothing is being read, it equals what the service would answer.
 */
export interface Store {
  /** The seq up to which all events have been applied, and are in the windows that show them. */
  readonly seq: Observable<number>;
  /** Unread messages over all conversations; undefined until they are known. */
  readonly counters: Observable<Counters | undefined>;
  conversations(list: ListName): Observable<ConversationsView>;
  loadMoreConversations(list: ListName): Promise<void>;
  /** Opens a conversation; the same window until it is closed as often as it was opened. */
  open(entityId: string, at?: 'unread' | 'newest'): OpenWindow;
  /** The members that have been asked for; asks the service for those of these users it lacks. */
  members(userIds: readonly string[]): Observable<KnownMembers>;
  /** The ids of users who are typing in a conversation. */
  typing(entityId: string): Observable<readonly string[]>;
  /** Whether nothing is being read: what is shown is as of the last event. */
  readonly isSettled: boolean;
  /** Calls the listener with events, after they have been applied. */
  onEvents(listener: (events: readonly AnyEvent[]) => void): () => void;
}

export interface OpenWindow {
  view: Observable<WindowView>;
  loadOlder(): Promise<void>;
  loadNewer(): Promise<void>;
  /**
   * Shows the newest messages, or those around the first unread one or any other: MESSAGE_NOT_FOUND
   * if the member cannot see it. Where it rejects, what is shown stays.
   */
  jump(to: Place): Promise<void>;
  /** Moves the member's read pointer to the newest message that is shown. */
  markRead(): Promise<void>;
  close(): void;
}

/** The pause before what could not be read is read again, in milliseconds. */
const retryMs = 3000;

export interface StoreOptions {
  call: CallByName;
  /** The member whose store it is. */
  userId: string;
  /** What is kept in this browser of what the store shows, and shown before the service answers. */
  offline?: Offline | undefined;
}

/** A store, and the feed by which it is given the events; closed, it reads nothing by itself. */
export interface FedStore {
  store: Store;
  feed: Feed;
  close(): void;
}

export function createStore(options: StoreOptions): FedStore {
  const store = new EventStore(options);
  return { store, feed: store.feed, close: () => store.close() };
}

class EventStore implements Store {
  readonly seq = createSubject(0);
  readonly feed: Feed;
  readonly #source: Source;
  readonly #offline: Offline | undefined;
  readonly #conversations: Conversations;
  readonly #counter: Counter;
  readonly #typing: Typing;
  readonly #members: Members;
  readonly #windows = new Map<string, { window: MessageWindow; uses: number }>();
  readonly #listeners = new Set<(events: readonly AnyEvent[]) => void>();
  /** The seq up to which all events have been applied. */
  #applied = 0;
  #retrying: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor({ call, userId, offline }: StoreOptions) {
    const source = { call, userId, failed: this.#failed };
    this.#source = source;
    this.#offline = offline;
    this.#conversations = new Conversations(source);
    this.#counter = new Counter(source);
    this.#typing = new Typing(userId);
    this.#members = new Members(source);
    this.feed = new Feed(source, {
      onEvents: (events) => this.#apply(events),
      onSignal: (name, signal) => this.#typing.receive(name, signal),
      onReset: () => this.#reset(),
      onReady: () => this.#retry(),
      onComplete: (seq) => {
        this.#applied = seq;
        this.#complete();
      },
    });
    if (offline) this.#restore(offline);
  }

  #restore(offline: Offline): void {
    const { rooms, members, counters } = offline.restored;
    this.#conversations.restore(rooms);
    this.#members.restore(members);
    this.#counter.restore(counters);
    offline.follow({
      active: this.conversations('active'),
      archived: this.conversations('archived'),
      counters: this.counters,
      members: this.#members.view,
    });
  }

  get counters(): Observable<Counters | undefined> {
    return this.#counter.view;
  }

  get isSettled(): boolean {
    const isOpenSettled = this.#opened().every((window) => window.isSettled);
    return this.#conversations.isSettled && this.#counter.isSettled && isOpenSettled;
  }

  conversations(list: ListName): Observable<ConversationsView> {
    return this.#conversations.list(list);
  }

  loadMoreConversations(list: ListName): Promise<void> {
    return this.#conversations.loadMore(list);
  }

  members(userIds: readonly string[]): Observable<KnownMembers> {
    this.#members.want(userIds);
    return this.#members.view;
  }

  typing(entityId: string): Observable<readonly string[]> {
    return this.#typing.of(entityId);
  }

  onEvents(listener: (events: readonly AnyEvent[]) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  open(entityId: string, at: 'unread' | 'newest' = 'unread'): OpenWindow {
    const window = this.#use(entityId, at);
    let isOpen = true;
    return {
      view: window.view,
      loadOlder: () => window.loadOlder(),
      loadNewer: () => window.loadNewer(),
      jump: (to) => window.jump(to),
      markRead: () => markRead(this.#source.call, window.view.getSnapshot().rows.at(-1)),
      close: () => {
        if (isOpen) this.#release(entityId);
        isOpen = false;
      },
    };
  }

  /** Returns the window of a conversation, which is opened for the first user of it. */
  #use(entityId: string, at: 'unread' | 'newest'): MessageWindow {
    const found = this.#windows.get(entityId);
    if (found) {
      found.uses += 1;
      return found.window;
    }
    const window = new MessageWindow(this.#source, entityId);
    this.#windows.set(entityId, { window, uses: 1 });
    window.view.subscribe(this.#complete);
    void window.open(at);
    if (this.#offline) void this.#keep(window, this.#offline);
    return window;
  }

  /** Shows what is kept of a conversation, and keeps what is shown of it. */
  async #keep(window: MessageWindow, offline: Offline): Promise<void> {
    window.view.subscribe(() => {
      const isOpen = this.#windows.get(window.entityId)?.window === window;
      if (isOpen) offline.keep(window.view.getSnapshot());
    });
    const messages = await offline.messagesOf(window.entityId);
    if (messages) window.restore(messages, this.#conversations.find(window.entityId));
  }

  #release(entityId: string): void {
    const entry = this.#windows.get(entityId);
    if (!entry) return;
    entry.uses -= 1;
    if (entry.uses > 0) return;
    this.#windows.delete(entityId);
    this.#complete();
  }

  /** Whether what is kept of a conversation follows its window. */
  #isKeptUp(entityId: string): boolean {
    const window = this.#windows.get(entityId)?.window;
    return window !== undefined && isKeptUp(window.view.getSnapshot());
  }

  #opened(): MessageWindow[] {
    return [...this.#windows.values()].map(({ window }) => window);
  }

  /** After a reset, what is shown is not complete before it has been read. */
  readonly #complete = (): void => {
    if (this.#opened().every((window) => window.isSettled)) this.seq.set(this.#applied);
  };

  #apply(events: readonly AnyEvent[]): void {
    this.#conversations.apply(events);
    for (const window of this.#opened()) window.apply(events);
    for (const event of events) if (!this.#isKeptUp(event.entity_id)) this.#offline?.apply(event);
    this.#typing.apply(events);
    this.#counter.change();
    for (const listener of [...this.#listeners]) listener(events);
  }

  #reset(): void {
    void this.#conversations.reset();
    for (const window of this.#opened()) void window.refresh();
    this.#members.reset();
    this.#counter.change();
  }

  /** Reads again, after a pause, what could not be read. */
  readonly #failed = (): void => {
    if (!this.#isClosed) this.#retrying ??= setTimeout(() => this.#retry(), retryMs);
  };

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retrying);
    this.#conversations.close();
  }

  #retry(): void {
    clearTimeout(this.#retrying);
    this.#retrying = undefined;
    this.feed.retry();
    this.#conversations.retry();
    for (const window of this.#opened()) window.retry();
    this.#counter.retry();
    this.#members.retry();
  }
}

async function markRead(call: CallByName, newest: ShownMessage | undefined): Promise<void> {
  if (newest) await call('chat.acknowledge', { message_id: newest.message_id });
}
