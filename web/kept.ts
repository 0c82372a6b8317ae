type Kept = 'emoji' | 'language' | 'theme' | 'identity' | 'details' | 'log-out';

const nameOf = (what: Kept): string => `hubchat.${what}`;

/** Remembers a value in this browser, where it has storage. */
export function keep(what: Kept, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(nameOf(what));
    else localStorage.setItem(nameOf(what), value);
  } catch {
    // Private windows may refuse it: then it is forgotten with the page.
  }
}

/** Returns what `keep` remembered. */
export function recall(what: Kept): string | undefined {
  try {
    return localStorage.getItem(nameOf(what)) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Calls the listener when another tab has kept something; returns what ends this. */
export function watchKept(what: Kept, listener: (value: string | null) => void): () => void {
  const onStorage = ({ key, newValue }: StorageEvent): void => {
    if (key === nameOf(what)) listener(newValue);
  };
  addEventListener('storage', onStorage);
  return () => removeEventListener('storage', onStorage);
}
