import { type Chat, type Conversation, openChat } from '../../../client/index.ts';

/*
 * The application of the proof, which runs in each tab: a member with some open conversations. Its
 * backend gives it tokens at /token; CLOCK is by how much the computer's clock is wrong.
 */
const { URL: url = '', HUB: hubId = '', USER: userId = '', PEERS = '', CLOCK } = process.env;

export interface Shown {
  text: string;
  files: readonly string[];
}

/** What a test asks a tab for. */
export interface PageProof {
  /**
   * Sends these at once, in their order, with some small files each. Resolves once all of them are
   * kept: on disk, or in memory, of which the application is informed.
   */
  send(entityId: string, messages: readonly Shown[]): Promise<Chat['outbox']['durability']>;
  markRead(entityId: string): Promise<void>;
  /** Whether the tab is live, has nothing to send or to read, and has events up to this seq. */
  isSettled(seq: number): boolean;
  /** What the tab waits for, for the report of a failure. */
  state(): object;
  counters(): object | undefined;
  unread(): Record<string, number>;
  shown(entityId: string): Shown[];
  setClock(aheadMs: number): void;
  setDiskFull(isFull: boolean): void;
  /** What was wrong on the way: a message that vanished, or was shown twice. */
  complaints: readonly string[];
}

declare global {
  var proof: PageProof | undefined;
}

const TrueDate = Date;
let aheadMs = Number(CLOCK);
globalThis.Date = class extends TrueDate {
  constructor(...time: [] | [value: number]) {
    super(...(time.length === 0 ? ([TrueDate.now() + aheadMs] as const) : time));
  }
  static override now = (): number => TrueDate.now() + aheadMs;
} as DateConstructor;

/** The requests that have no answer yet, for the report of a failure. */
const pending = new Set<string>();
const trueFetch = globalThis.fetch;
const waitFor = <T>(what: string, answer: Promise<T>): Promise<T> => {
  const label = `${what} since ${Math.round(performance.now())}`;
  pending.add(label);
  return answer.finally(() => pending.delete(label));
};
globalThis.fetch = (input, init) => waitFor(String(input), trueFetch(input, init));

async function getToken(): Promise<string> {
  const answer = await fetch('/token');
  if (!answer.ok) throw new Error(`no token: ${answer.status}`);
  return waitFor('the text of the token', answer.text());
}

/**
 * Browsers have no limit of a few bytes: Chromium's override of the quota has no effect on
 * IndexedDB (156), Firefox has none.
 */
let isDiskFull = false;
const { put, add } = IDBObjectStore.prototype;
for (const [name, write] of Object.entries({ put, add }) as ['put' | 'add', typeof put][])
  IDBObjectStore.prototype[name] = function (this: IDBObjectStore, ...args) {
    if (isDiskFull) throw new DOMException('The disk is full.', 'QuotaExceededError');
    return write.apply(this, args);
  };

const chat = await openChat({ url, hubId, userId, getToken });
const complaints: string[] = [];
const trace: string[] = [];
const note = (what: string) => trace.push(`${Math.round(performance.now())} ${what}`);
chat.store.onEvents((events) =>
  note(`events ${events.map(({ name, seq, echoId }) => `${name} ${seq} ${echoId?.slice(0, 4)}`)}`),
);
chat.store.seq.subscribe(() => note(`seq ${chat.store.seq.getSnapshot()}`));
chat.connection.subscribe(() => note(chat.connection.getSnapshot()));
chat.isLeading.subscribe(() => note(`leads ${chat.isLeading.getSnapshot()}`));
chat.outbox.subscribe(() => {
  const waiting = chat.outbox.items.map(
    ({ id, message, state, seq }) => `${message}=${id.slice(0, 4)} ${state} ${seq}`,
  );
  note(`outbox ${waiting}`);
});

/** Messages that may be pushed out of what is shown by newer ones are not looked for. */
const lookedFor = 20;

/** A conversation that is open for as long as the tab, and what was sent to it here. */
class Watched {
  readonly conversation: Conversation;
  readonly #sent: string[] = [];
  #isDue = false;

  constructor(entityId: string) {
    this.conversation = chat.open(entityId, 'newest');
    this.conversation.messages.subscribe(() => this.#lookSoon());
  }

  add(text: string): void {
    this.#sent.push(text);
    this.#lookSoon();
  }

  #complain(what: string): void {
    const { rows, readers: _, ...view } = this.conversation.view.getSnapshot();
    const last = rows.slice(-3).map(({ message, ordinal, seq }) => [message, ordinal, seq]);
    const { items } = chat.outbox;
    const waiting = items.map(({ message, state, seq }) => [message, state, seq]);
    const seen = { seq: chat.store.seq.getSnapshot(), view, last, waiting };
    complaints.push(`${what}: ${JSON.stringify({ ...seen, trace: trace.slice(-25) })}`);
  }

  /** Looks at what a page would render: once after the changes of one task. */
  #lookSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      const shown = this.conversation.messages.getSnapshot();
      for (const text of this.#sent.slice(-lookedFor)) {
        const count = shown.filter(({ row, item }) => (row ?? item)?.message === text).length;
        if (count > 1) this.#complain(`${text} is shown ${count} times`);
        if (count === 0) this.#complain(`${text} vanished`);
      }
    });
  }
}

const watched = new Map(PEERS.split(',').map((id) => [id, new Watched(id)]));
const of = (entityId: string): Watched => watched.get(entityId) as Watched;

globalThis.proof = {
  complaints,
  async send(entityId, messages) {
    const { conversation } = of(entityId);
    const sending = messages.map(async ({ text, files }) => {
      const parts = files.map((name) => new File([`bytes of ${name}`], name));
      await conversation.send({ message: text, files: parts });
      of(entityId).add(text);
    });
    await Promise.all(sending);
    return chat.outbox.durability;
  },
  markRead: (entityId) => of(entityId).conversation.markRead(),
  isSettled: (seq) =>
    chat.connection.getSnapshot() === 'live' &&
    chat.outbox.items.length === 0 &&
    chat.store.seq.getSnapshot() >= seq &&
    chat.store.isSettled,
  state: () => ({
    connection: chat.connection.getSnapshot(),
    isLeading: chat.isLeading.getSnapshot(),
    durability: chat.outbox.durability,
    seq: chat.store.seq.getSnapshot(),
    isSettled: chat.store.isSettled,
    pending: [...pending],
    now: Math.round(performance.now()),
    items: chat.outbox.items.map(({ message, state, failure }) => [message, state, failure?.code]),
  }),
  counters: () => chat.store.counters.getSnapshot(),
  unread: () =>
    Object.fromEntries(
      chat.store
        .conversations('active')
        .getSnapshot()
        .rows.map(({ entity_id: id, unread_count: count }) => [id, count]),
    ),
  shown: (entityId) =>
    of(entityId)
      .conversation.messages.getSnapshot()
      .map(({ row, item }) => ({
        text: row?.message ?? `${item?.message} (${item?.state})`,
        files: row?.files.map(({ file_name: name }) => name) ?? [],
      })),
  setClock(ahead) {
    aheadMs = ahead;
  },
  setDiskFull(isFull) {
    isDiskFull = isFull;
  },
};
