import { type RefObject, useEffect, useRef } from 'react';

/** Pages are read when their edge is so near, in pixels. */
const early = '900px 0px';

/** Calls `load` when the element comes near to what is visible, once for each time that it does. */
export function useSentinel(
  log: RefObject<HTMLElement | null>,
  isWanted: boolean,
  load: () => Promise<void>,
): RefObject<HTMLDivElement | null> {
  const sentinel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isWanted || !sentinel.current) return;
    const observer = new IntersectionObserver(
      (entries) => {
        // The latest: a busy page is informed of several at once.
        if (entries.at(-1)?.isIntersecting) void load();
      },
      { root: log.current, rootMargin: early },
    );
    observer.observe(sentinel.current);
    return () => observer.disconnect();
  }, [log, isWanted, load]);
  return sentinel;
}
