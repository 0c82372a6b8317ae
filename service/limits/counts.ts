/** How much each key has at the same time. */
export interface Counts {
  of(key: string): number;
  /** Adds an amount; returns how to take it away again. Calling that twice has no effect. */
  add(key: string, amount?: number): () => void;
}

export function createCounts(): Counts {
  const counts = new Map<string, number>();
  const of = (key: string): number => counts.get(key) ?? 0;
  const change = (key: string, by: number): void => {
    const count = of(key) + by;
    if (count > 0) counts.set(key, count);
    else counts.delete(key);
  };
  return {
    of,
    add(key, amount = 1) {
      change(key, amount);
      let isHeld = true;
      return () => {
        if (isHeld) change(key, -amount);
        isHeld = false;
      };
    },
  };
}
