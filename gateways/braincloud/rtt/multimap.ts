/** A map from each key to a set of values. */
export class Multimap<T> {
  readonly #sets = new Map<string, Set<T>>();

  /** Returns a copy of a key's values, so that they can be removed while it is iterated. */
  get(key: string): T[] {
    return [...(this.#sets.get(key) ?? [])];
  }

  count(key: string): number {
    return this.#sets.get(key)?.size ?? 0;
  }

  add(key: string, value: T): void {
    this.#sets.set(key, (this.#sets.get(key) ?? new Set<T>()).add(value));
  }

  delete(key: string, value: T): void {
    const set = this.#sets.get(key);
    set?.delete(value);
    if (set?.size === 0) this.#sets.delete(key);
  }
}
