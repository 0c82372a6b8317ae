import { type RefObject, startTransition, useEffect, useRef, useState } from 'react';
import { keyOf, visibleRows } from './use-anchor.ts';

/** A log rests once it has not changed for so long, in milliseconds. */
const restMs = 120;
/** Where it never rests, its visible rows are looked for after so long, in milliseconds. */
const longestMs = 1000;

const none: ReadonlySet<string> = new Set();

/**
 * Returns the keys of the rows that are visible while the log rests. Only these have their tools,
 * which are more than half of the elements of a row: what is scrolled past does without.
 */
export function useReached(
  log: RefObject<HTMLElement | null>,
  messages: readonly unknown[],
): ReadonlySet<string> {
  const [reached, setReached] = useState(none);
  const wait = useRef(() => {});
  useEffect(() => {
    const box = log.current;
    if (!box) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let since = 0;
    function look(): void {
      timer = undefined;
      const keys = new Set(visibleRows(box as HTMLElement).map(keyOf));
      startTransition(() => setReached(keys));
    }
    wait.current = () => {
      const now = performance.now();
      if (timer === undefined) since = now;
      else if (now - since > longestMs) return;
      clearTimeout(timer);
      timer = setTimeout(look, restMs);
    };
    const onScroll = (): void => wait.current();
    box.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      clearTimeout(timer);
      box.removeEventListener('scroll', onScroll);
    };
  }, [log]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other rows are visible then.
  useEffect(() => wait.current(), [messages]);
  return reached;
}
