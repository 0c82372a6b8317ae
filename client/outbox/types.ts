/** What a user sends: text, files, or both. */
export interface Outgoing {
  entityId: string;
  message: string;
  threadId?: string | undefined;
  mentionIds?: readonly string[] | undefined;
  files?: readonly File[] | undefined;
}

/**
 * `queued`: waits for its turn, or for the next attempt. `stored`: the service has it, the store
 * has not shown it yet. `failed`: the service refused it for good.
 */
export type OutboxState = 'queued' | 'uploading' | 'sending' | 'stored' | 'failed';

export interface OutboxFile {
  name: string;
  /** In bytes. */
  size: number;
  type: string;
  /** The part that is uploaded, from 0 to 1. */
  progress: number;
  /** Once uploaded. */
  nid?: string | undefined;
}

export interface OutboxItem {
  /** Also the echoId. */
  id: string;
  entityId: string;
  message: string;
  threadId?: string | undefined;
  mentionIds?: readonly string[] | undefined;
  files: readonly OutboxFile[];
  createdMs: number;
  state: OutboxState;
  /** Why it failed: an error code of the service, or FILE_UNREADABLE. */
  failure?: { code: string; details: readonly string[] } | undefined;
  /** Once stored. */
  messageId?: string | undefined;
  /** Once stored. */
  seq?: number | undefined;
}

export interface Outbox {
  /** All items in the order in which they were sent; the same array until one of them changes. */
  readonly items: readonly OutboxItem[];
  /** `memory` while the browser has no storage for an item: a reload would lose it. */
  readonly durability: 'persistent' | 'memory';
  /** Calls the listener after each change; returns the function that ends this. */
  subscribe(listener: () => void): () => void;
  /** Writes the item to storage, shows it, then sends it. Resolves with its id once written. */
  send(outgoing: Outgoing): Promise<string>;
  /** Sends a failed item again, and a waiting one at once. */
  retry(id: string): Promise<void>;
  /** Removes an item, and ends its upload. */
  discard(id: string): Promise<void>;
  /**
   * The event of this echoId, which has this seq, has come; without one, the store shows everything
   * up to this seq. Items that are among it leave.
   */
  confirm(seen: { echoId?: string | undefined; seq: number }): void;
  /** Starts sending, or sends at once what waits for its next attempt. */
  start(): void;
  /** Sends only what no other tab has, because the disk has refused it. */
  follow(): void;
  /** Pauses sending. */
  stop(): void;
  /** Removes everything of this user and hub from this browser. */
  wipe(): Promise<void>;
  /** Ends sending and listening; the items stay in storage. */
  close(): void;
}
