import { createSubject, type Observable, type Subject } from '../store/observable.ts';
import type { Change, Kept } from './database.ts';
import type { Draft } from './draft.ts';

export interface ConversationDraft {
  view: Observable<Draft | undefined>;
  /** Shows it at once, in other tabs too. Resolves once it is kept in this browser. */
  set(draft: Draft | undefined): Promise<void>;
  /**
   * Shows none at once, and keeps what was written until the outbox has it: a tab that is closed
   * between the two loses nothing. Shows it again if the outbox refuses it.
   */
  leave(sending: Promise<unknown>): Promise<void>;
}

interface Entry extends ConversationDraft {
  view: Subject<Draft | undefined>;
  /** Raised by each `set`, which what was read before does not replace. */
  changes: number;
}

/** The drafts of a member, in memory where the browser keeps nothing. */
export class Drafts {
  readonly #kept: Kept | undefined;
  readonly #entries = new Map<string, Entry>();
  /** The conversations that have a draft. */
  readonly conversations = createSubject<ReadonlySet<string>>(new Set());

  private constructor(kept: Kept | undefined) {
    this.#kept = kept;
    kept?.watchDrafts((entityId) => void this.#read(entityId));
  }

  static async open(kept: Kept | undefined): Promise<Drafts> {
    const drafts = new Drafts(kept);
    const ids = await Promise.all([kept?.ids('draft'), kept?.ids('draftFiles')]).catch(() => []);
    await Promise.all([...new Set(ids.flat())].map((id) => id && drafts.#read(id)));
    return drafts;
  }

  /** Forgets all; what is kept is removed with the rest. */
  wipe(): void {
    for (const entityId of this.#entries.keys()) this.#show(entityId, undefined);
  }

  of(entityId: string): Entry {
    const found = this.#entries.get(entityId);
    if (found) return found;
    const view = createSubject<Draft | undefined>(undefined);
    const replace = (draft: Draft | undefined): void => {
      entry.changes += 1;
      this.#show(entityId, draft);
    };
    const entry: Entry = {
      ...{ view, changes: 0 },
      set: async (draft) => {
        const before = view.getSnapshot()?.files;
        replace(draft && isEmpty(draft) ? undefined : draft);
        await this.#write(entityId, view.getSnapshot()?.files !== before);
      },
      leave: async (sending) => {
        const left = view.getSnapshot();
        replace(undefined);
        await sending.catch(() => this.#show(entityId, view.getSnapshot() ?? left));
        // Also what has been written since.
        await this.#write(entityId, true);
      },
    };
    this.#entries.set(entityId, entry);
    return entry;
  }

  async #write(id: string, withFiles: boolean): Promise<void> {
    const draft = this.of(id).view.getSnapshot();
    const { files, ...text } = draft ?? {};
    const value = draft && { ...text, text: draft.text };
    const changes: Change[] = [{ kind: 'draft', id, value }];
    if (withFiles) changes.push({ kind: 'draftFiles', id, value: files });
    // Without space it is in memory only.
    await this.#kept?.write(changes).catch(() => {});
  }

  /** Shows what is kept, such as what another tab has written. */
  async #read(entityId: string): Promise<void> {
    const { changes } = this.of(entityId);
    const kept = this.#kept;
    const [text, files] = await Promise.all([
      kept?.get('draft', entityId),
      kept?.get('draftFiles', entityId),
    ]).catch(() => []);
    if (this.of(entityId).changes !== changes) return;
    this.#show(entityId, text && { ...text, files });
  }

  #show(entityId: string, draft: Draft | undefined): void {
    this.of(entityId).view.set(draft);
    const before = this.conversations.getSnapshot();
    if (before.has(entityId) === (draft !== undefined)) return;
    const others = [...before].filter((id) => id !== entityId);
    this.conversations.set(new Set(draft ? [...others, entityId] : others));
  }
}

const isEmpty = ({ text, replyTo, files }: Draft): boolean =>
  text === '' && replyTo === undefined && (files ?? []).length === 0;
