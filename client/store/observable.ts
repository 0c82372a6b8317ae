/** A value that listeners follow, in the form that React's useSyncExternalStore takes. */
export interface Observable<T> {
  /** Returns the value; the same object until it changes. */
  getSnapshot(): T;
  /** Calls the listener after each change; returns what ends that. */
  subscribe(listener: () => void): () => void;
}

export interface Subject<T> extends Observable<T> {
  set(value: T): void;
}

export function createSubject<T>(first: T): Subject<T> {
  let value = first;
  const listeners = new Set<() => void>();
  return {
    getSnapshot: () => value,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) listener();
    },
  };
}
