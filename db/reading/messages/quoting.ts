const maxKept = 20_000;
const kept = new Set<string>();

/**
 * Conversations of which the page that was read last had replies. Only for these is a page read
 * together with what its messages answer, because that costs a fifth more. Where replies were not
 * expected, what they answer takes another round trip.
 */
export const quoting = {
  has: (conversation: string): boolean => kept.has(conversation),
  set(conversation: string, isQuoting: boolean): void {
    kept.delete(conversation);
    if (isQuoting) kept.add(conversation);
    for (const oldest of kept) {
      if (kept.size <= maxKept) break;
      kept.delete(oldest);
    }
  },
};
