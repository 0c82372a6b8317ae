import { useEffect, useMemo } from 'react';
import { useClient } from '../../client/react.ts';

/** The signal is repeated so often while the member types, in milliseconds. */
const repeatMs = 3000;
/** So long after the last letter the member has stopped, in milliseconds. */
const stopMs = 5000;

export interface TypingSignal {
  typed(): void;
  stopped(): void;
}

/** Signals to the others in a conversation that the member types. */
export function useTypingSignal(entityId: string): TypingSignal {
  const { api } = useClient();
  const signal = useMemo(() => {
    let sentMs = Number.NEGATIVE_INFINITY;
    let timer: ReturnType<typeof setTimeout> | undefined;
    // A lost signal is not worth a word.
    const send = (state: 0 | 1): void =>
      void api.chat.typing({ entity_id: entityId, state }).catch(() => {});

    function stopped(): void {
      clearTimeout(timer);
      if (sentMs === Number.NEGATIVE_INFINITY) return;
      sentMs = Number.NEGATIVE_INFINITY;
      send(0);
    }
    function typed(): void {
      clearTimeout(timer);
      timer = setTimeout(stopped, stopMs);
      const now = performance.now();
      if (now - sentMs < repeatMs) return;
      sentMs = now;
      send(1);
    }
    return { typed, stopped };
  }, [api, entityId]);
  useEffect(() => signal.stopped, [signal]);
  return signal;
}
