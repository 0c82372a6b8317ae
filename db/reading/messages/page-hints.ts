const maxKept = 20_000;

/** What the page of a conversation that was read last had. */
interface PageHint {
  has(conversation: string): boolean;
  set(conversation: string, has: boolean): void;
}

function createPageHint(): PageHint {
  const kept = new Set<string>();
  return {
    has: (conversation) => kept.has(conversation),
    set(conversation, has) {
      kept.delete(conversation);
      if (has) kept.add(conversation);
      for (const oldest of kept) {
        if (kept.size <= maxKept) break;
        kept.delete(oldest);
      }
    },
  };
}

/**
 * Conversations whose pages have replies, and those whose pages have files. Only for these is a
 * page read together with what its messages answer, or with their files: either costs a fifth more.
 * Where they were not expected, they take another round trip.
 */
export const pageHints = { quotes: createPageHint(), files: createPageHint() };
