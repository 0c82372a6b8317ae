import { pause, pauseBefore } from '../calls/retry.ts';
import { isUnsent, Sender, type SendingOptions } from './send-item.ts';
import type { StoredItem } from './storage.ts';

/** How often an item is looked at that another tab has taken. */
const recheckMs = 5_000;

/** Sends the items of a conversation one after the other, and those of several at the same time. */
export class Delivery {
  readonly #options: SendingOptions;
  readonly #sender: Sender;
  /** One for each conversation with something to send. */
  readonly #lanes = new Map<string, Promise<void>>();
  readonly #running = new Map<string, AbortController>();
  /** Ends the pauses before next attempts. */
  #pauses = new AbortController();
  /** How often the next item of a conversation was not sent, since the last success or `wake`. */
  readonly #attempts = new Map<string, number>();
  #mode: 'stopped' | 'following' | 'leading' = 'stopped';
  #recheck: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SendingOptions) {
    this.#options = options;
    this.#sender = new Sender(options);
  }

  start(): void {
    this.#mode = 'leading';
    this.wake();
    this.look();
  }

  /** Sends what only this tab has, while another one sends what is on disk. */
  follow(): void {
    this.#mode = 'following';
    this.look();
  }

  /** Resolves once nothing is being sent any more. */
  async stop(): Promise<void> {
    this.#mode = 'stopped';
    clearTimeout(this.#recheck);
    this.wake();
    for (const control of this.#running.values()) control.abort();
    await Promise.allSettled(this.#lanes.values());
  }

  /** Begins what can be sent now, and ends what was removed. */
  look(): void {
    const records = this.#options.ledger.records();
    const known = new Set(records.map(({ id }) => id));
    for (const [id, control] of this.#running) if (!known.has(id)) control.abort();
    for (const { entityId } of records.filter(isUnsent)) {
      if (this.#lanes.has(entityId) || !this.#next(entityId)) continue;
      const lane = this.#runLane(entityId).finally(() => {
        this.#lanes.delete(entityId);
        this.#attempts.delete(entityId);
      });
      this.#lanes.set(entityId, lane);
    }
  }

  /** Sends at once what waits for its next attempt. */
  wake(): void {
    this.#attempts.clear();
    this.#pauses.abort();
    this.#pauses = new AbortController();
  }

  /** Returns the next item of a conversation, if it is this tab that sends it now. */
  #next(entityId: string): StoredItem | undefined {
    const { ledger } = this.#options;
    const head = ledger.records().find((one) => one.entityId === entityId && isUnsent(one));
    const isSender =
      this.#mode === 'leading' ||
      (this.#mode === 'following' && head !== undefined && ledger.isOnlyHere(head.id));
    return isSender ? head : undefined;
  }

  /** Sends what there is in a conversation. */
  async #runLane(entityId: string): Promise<void> {
    for (let head = this.#next(entityId); head; head = this.#next(entityId)) {
      const control = new AbortController();
      this.#running.set(head.id, control);
      const outcome = await this.#sender.send(head.id, control);
      this.#running.delete(head.id);
      if (outcome === 'taken') return this.#lookAgain();
      const attempt = outcome === 'done' ? 0 : (this.#attempts.get(entityId) ?? 0) + 1;
      this.#attempts.set(entityId, attempt);
      if (outcome !== 'done' && this.#mode !== 'stopped')
        await pause(pauseBefore(attempt, outcome.error), this.#pauses.signal).catch(() => {});
    }
  }

  #lookAgain(): void {
    clearTimeout(this.#recheck);
    if (this.#mode !== 'stopped') this.#recheck = setTimeout(() => this.look(), recheckMs);
  }
}
