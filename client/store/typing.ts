import type { SignalData } from '../contract.ts';
import type { SignalPayload } from './feed.ts';
import { createSubject, type Subject } from './observable.ts';
import type { AnyEvent } from './types.ts';

/** Users are shown as typing for so long after their last signal, in milliseconds. */
const shownMs = 6000;

/** Who is typing, by conversation. */
export class Typing {
  readonly #userId: string;
  readonly #users = new Map<string, Subject<readonly string[]>>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(userId: string) {
    this.#userId = userId;
  }

  receive(name: string, { entity_id, data }: SignalPayload): void {
    if (name !== 'chat.typing') return;
    const { user_id, state } = data as SignalData['chat.typing'];
    if (user_id === this.#userId) return;
    this.#set(entity_id, user_id, state === 1);
  }

  /** Who has posted is no longer typing. */
  apply(events: readonly AnyEvent[]): void {
    for (const { name, entity_id, actor_id } of events)
      if (name === 'chat.post') this.#set(entity_id, actor_id, false);
  }

  of(entityId: string): Subject<readonly string[]> {
    const found = this.#users.get(entityId) ?? createSubject<readonly string[]>([]);
    this.#users.set(entityId, found);
    return found;
  }

  #set(entityId: string, userId: string, isTyping: boolean): void {
    const key = `${entityId} ${userId}`;
    clearTimeout(this.#timers.get(key));
    const subject = this.of(entityId);
    const users = subject.getSnapshot();
    if (isTyping)
      this.#timers.set(
        key,
        setTimeout(() => this.#set(entityId, userId, false), shownMs),
      );
    if (users.includes(userId) === isTyping) return;
    subject.set(isTyping ? [...users, userId] : users.filter((id) => id !== userId));
  }
}
