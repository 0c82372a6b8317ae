type Kept = 'emoji' | 'language' | 'theme' | 'identity' | 'details' | 'log-out';

const nameOf = (what: Kept): string => `hubchat.${what}`;

/** What the browser has refused to keep, as it does without space: forgotten with the page. */
const refused = new Map<Kept, string>();

/** Remembers a value in this browser, or in this page where the browser refuses it. */
export function keep(what: Kept, value: string | undefined): void {
  refused.delete(what);
  try {
    if (value === undefined) localStorage.removeItem(nameOf(what));
    else localStorage.setItem(nameOf(what), value);
  } catch {
    if (value !== undefined) refused.set(what, value);
  }
}

/** Returns what `keep` remembered. */
export function recall(what: Kept): string | undefined {
  const here = refused.get(what);
  if (here !== undefined) return here;
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
