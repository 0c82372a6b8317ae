import { useCallback, useEffect, useRef, useState } from 'react';
import type { AnyEvent } from '../../client/index.ts';
import { useClient, useObservable } from '../../client/react.ts';
import { sentenceOf } from './use-action.ts';

export interface Reading<T> {
  /** What was read last; undefined until the first reply. */
  value: T | undefined;
  /** Why it could not be read, as a sentence. */
  failure: string | undefined;
  again(): void;
}

/**
 * Reads something from the service: at first, for another `key`, after each event that it depends
 * on, and when there is a connection again.
 */
export function useReading<T>(
  key: string,
  read: (signal: AbortSignal) => Promise<T>,
  dependsOn: (event: AnyEvent) => boolean = () => false,
): Reading<T> {
  const { store, connection } = useClient();
  const isLive = useObservable(connection) === 'live';
  const [state, setState] = useState<{ key: string; value?: T; failure?: string }>({ key });
  const [turn, setTurn] = useState(0);
  const latest = useRef({ read, dependsOn });
  latest.current = { read, dependsOn };
  const again = useCallback(() => setTurn((before) => before + 1), []);

  useEffect(
    () =>
      store.onEvents((events) => {
        if (events.some((event) => latest.current.dependsOn(event))) again();
      }),
    [store, again],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: each of these asks to read again.
  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    const keep = (next: { value: T } | { failure: string }): void => {
      if (!signal.aborted)
        setState((before) => ({ ...(before.key === key ? before : {}), ...next, key }));
    };
    latest.current.read(signal).then(
      (value) => keep({ value }),
      (error: unknown) => keep({ failure: sentenceOf(error) }),
    );
    return () => abort.abort();
  }, [key, turn, isLive]);

  const isCurrent = state.key === key;
  const value = isCurrent ? state.value : undefined;
  return { value, failure: isCurrent && !value ? state.failure : undefined, again };
}
