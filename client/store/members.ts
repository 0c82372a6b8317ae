import { createSubject } from './observable.ts';
import type { Source } from './source.ts';
import type { Member } from './types.ts';

/** The members that are known, by user id. Users who have left the hub are not among them. */
export type KnownMembers = ReadonlyMap<string, Member>;

/** As many as one call of `hub.members` names. */
const idsOfCall = 100;

/** The names of members, read from the service when they are first asked for. */
export class Members {
  readonly #source: Source;
  readonly view = createSubject<KnownMembers>(new Map());
  readonly #wanted = new Set<string>();
  readonly #asked = new Set<string>();
  #isReading = false;

  constructor(source: Source) {
    this.#source = source;
  }

  /** Shows what was known at an earlier time; each is read when it is asked for. */
  restore(members: readonly Member[]): void {
    this.view.set(new Map(members.map((member) => [member.user_id, member])));
  }

  /** Reads those of these users who have not been asked for. */
  want(userIds: readonly string[]): void {
    for (const id of userIds) if (!this.#asked.has(id)) this.#wanted.add(id);
    if (this.#wanted.size > 0) void this.#read();
  }

  /** Reads all again: names may have changed, and members may have come. */
  reset(): void {
    for (const id of this.#asked) this.#wanted.add(id);
    this.#asked.clear();
    this.retry();
  }

  retry(): void {
    if (this.#wanted.size > 0) void this.#read();
  }

  async #read(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    // Those that are asked for in the same turn share a call.
    await Promise.resolve();
    const ids = [...this.#wanted].slice(0, idsOfCall);
    try {
      const params = { user_ids: ids, limit: idsOfCall };
      const members = (await this.#source.call('hub.members', params)) as Member[];
      for (const id of ids) {
        this.#wanted.delete(id);
        this.#asked.add(id);
      }
      const known = new Map(this.view.getSnapshot());
      for (const id of ids) known.delete(id);
      for (const member of members) known.set(member.user_id, member);
      this.view.set(known);
    } catch {
      this.#isReading = false;
      return this.#source.failed();
    }
    this.#isReading = false;
    this.retry();
  }
}
