import { type ClientOptions, clientOf, createCall } from './calls/client.ts';
import { createTokens } from './calls/token.ts';
import type { Client } from './calls/types.ts';
import { openSocket } from './connect.ts';
import { openKept } from './kept/database.ts';
import { type ConversationDraft, Drafts } from './kept/drafts.ts';
import { Offline } from './kept/offline.ts';
import { openOutbox } from './outbox/outbox.ts';
import type { Outbox, OutboxItem, Outgoing } from './outbox/types.ts';
import { createSubject, type Observable } from './store/observable.ts';
import { createStore, type OpenWindow, type Store } from './store/store.ts';
import type { ShownMessage } from './store/types.ts';
import { type ConnectionState, openTabs } from './tabs/tabs.ts';

/** A message of a conversation: what the service has, or what waits in the outbox. */
export interface ChatMessage {
  /** Stays the same from sending on. */
  key: string;
  /** Once the service has it and its event has been received. */
  row?: ShownMessage;
  /** Until then. */
  item?: OutboxItem;
}

/** An open conversation, with what is being sent to it at its end. */
export interface Conversation extends OpenWindow {
  messages: Observable<readonly ChatMessage[]>;
  /** Resolves with the key of the message once it is kept in this browser. */
  send(outgoing: Omit<Outgoing, 'entityId'>): Promise<string>;
}

/** A member's chat in one hub: everything that a page needs. */
export interface Chat {
  userId: string;
  hubId: string;
  api: Client;
  store: Store;
  outbox: Outbox;
  connection: Observable<ConnectionState>;
  /** Whether this tab holds the socket and sends for all tabs of the browser. */
  isLeading: Observable<boolean>;
  open(entityId: string, at?: 'unread' | 'newest'): Conversation;
  /** What the user has written in a conversation, or in one of its threads, and not sent yet. */
  draft(entityId: string, threadId?: string): ConversationDraft;
  /** The conversations that have a draft, and threads as `<entity_id>/<thread_id>`. */
  drafts: Observable<ReadonlySet<string>>;
  /**
   * Ends the session, and removes what is kept of it in this browser. Rejects after it if the
   * browser refuses that.
   */
  logout(): Promise<void>;
  /** Closes it, and removes what is kept in this browser. The session goes on. */
  forget(): Promise<void>;
  /** Resolves once what is shown is kept in this browser. */
  close(): Promise<void>;
}

/** Without the member or the hub the service is asked for them, which needs a connection. */
export type ChatOptions = ClientOptions;

/** Opens the chat of the member whose token it is given. */
export async function openChat(given: ChatOptions): Promise<Chat> {
  const tokens = createTokens(given);
  const { userId, hubId } = await identify(clientOf(createCall(given, tokens)), given);
  const options = { ...given, userId, hubId };
  const call = createCall(options, tokens);
  const api = clientOf(call);
  // Without storage nothing is kept, and drafts are in memory.
  const kept = await openKept(`${hubId} ${userId}`).catch(() => undefined);
  const [offline, drafts, outbox] = await Promise.all([
    kept && Offline.open(kept, userId).catch(() => undefined),
    Drafts.open(kept),
    openOutbox({ call, hubId, userId }),
  ]);
  const { store, feed, close: closeStore } = createStore({ call, userId, offline });

  confirmBy({ store, outbox, userId });
  const tabs = openTabs({
    name: `hubchat ${hubId} ${userId}`,
    feed,
    openSocket: (since, onEnd) => openSocket({ ...options, tokens, onEnd, since }),
  });
  const deliver = (): void => (tabs.isLeading.getSnapshot() ? outbox.start() : outbox.follow());
  tabs.isLeading.subscribe(deliver);
  deliver();

  async function close(): Promise<void> {
    tabs.close();
    closeStore();
    outbox.close();
    await offline?.close();
    kept?.close();
  }

  async function forget(): Promise<void> {
    tabs.close();
    drafts.wipe();
    await settled([outbox.wipe(), kept?.clear()]).finally(close);
  }

  return {
    userId,
    hubId,
    api,
    store,
    outbox,
    close,
    connection: tabs.state,
    isLeading: tabs.isLeading,
    drafts: drafts.conversations,
    draft: (entityId, threadId) =>
      drafts.of(threadId === undefined ? entityId : `${entityId}/${threadId}`),
    open: (entityId, at) => openConversation({ store, outbox, userId }, entityId, at),
    forget,
    async logout() {
      await forget().finally(() => api.session.logout());
    },
  };
}

/** Waits for all of them, also where one fails; then rejects as that one. */
async function settled(works: readonly unknown[]): Promise<void> {
  await Promise.allSettled(works);
  await Promise.all(works);
}

async function identify(api: Client, { userId, hubId }: ChatOptions) {
  if (userId !== undefined && hubId !== undefined) return { userId, hubId };
  const [who, hub] = await Promise.all([api.session.whoami(), api.hub.info()]);
  return { userId: who.user.id, hubId: hub.hub_id };
}

interface Parts {
  store: Store;
  outbox: Outbox;
  userId: string;
}

/** Lets the outbox know by events what the service has. */
function confirmBy({ store, outbox, userId }: Parts): void {
  store.onEvents((events) => {
    // Others may choose the same one.
    for (const { actor_id, echoId, seq } of events)
      if (echoId !== undefined && actor_id === userId) outbox.confirm({ echoId, seq });
  });
  store.seq.subscribe(() => outbox.confirm({ seq: store.seq.getSnapshot() }));
}

/**
 * The idempotency key of a member's own message. Others may choose the same one, all copies that a
 * call of chat.forward makes have one, and counters of a page (digits) are repeated.
 */
const ownKey = (row: ShownMessage, userId: string): string | undefined =>
  row.author_id === userId && row.is_forward === 0 && !/^\d+$/.test(row.echoId ?? '0')
    ? row.echoId
    : undefined;

function openConversation(
  { store, outbox, userId }: Parts,
  entityId: string,
  at: 'unread' | 'newest' = 'unread',
): Conversation {
  const window = store.open(entityId, at);
  const messages = createSubject<readonly ChatMessage[]>([]);
  const known = new WeakMap<ShownMessage | OutboxItem, ChatMessage>();

  /** The same object for the same content, so that a list renders what has changed. */
  function keep(content: ShownMessage | OutboxItem, make: () => ChatMessage): ChatMessage {
    const message = known.get(content) ?? make();
    known.set(content, message);
    return message;
  }

  function update(): void {
    const { rows, hasNewer, isKept } = window.view.getSnapshot();
    const stored = new Set(rows.map((row) => ownKey(row, userId)));
    const waiting = outbox.items.filter(
      (item) => item.entityId === entityId && !stored.has(item.id),
    );
    // Before the service has answered, what was kept is all there is.
    const isEndShown = isKept || !hasNewer;
    messages.set([
      ...rows.map((row) => keep(row, () => ({ key: ownKey(row, userId) ?? row.message_id, row }))),
      ...(isEndShown ? waiting.map((item) => keep(item, () => ({ key: item.id, item }))) : []),
    ]);
  }

  const ends = [window.view.subscribe(update), outbox.subscribe(update)];
  update();
  return {
    ...window,
    messages,
    send: (outgoing) => outbox.send({ ...outgoing, entityId }),
    close() {
      for (const end of ends) end();
      window.close();
    },
  };
}
