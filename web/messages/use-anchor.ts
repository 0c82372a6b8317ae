import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** What stays where it is when the content of a log changes. */
export type Anchor =
  | 'end'
  /** The row with this `data-key`, and how far its top is below the top of the log, in pixels. */
  | { key: string; offset: number }
  /** The same by its `data-id`, where the row is only about to be shown. */
  | { id: string; offset: number };

/** So near to the end counts as the end, in pixels. */
const nearEnd = 32;

export interface AnchoredLog {
  log: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  /** Scrolls to the end, or to a row, and stays there. */
  hold(anchor: Anchor): void;
  isAtEnd: boolean;
}

/**
 * Keeps what is read in its place: at the end, or the last row that is visible. `onScroll` is
 * called with the key of that row after each scrolling.
 */
export function useAnchor(first: Anchor, onScroll: (lastVisible: string) => void): AnchoredLog {
  const log = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const anchor = useRef<Anchor>(first);
  const [isAtEnd, setAtEnd] = useState(first === 'end');
  const report = useRef(onScroll);
  report.current = onScroll;

  const restore = useCallback((): void => {
    const box = log.current;
    if (!box) return;
    const { current } = anchor;
    if (current === 'end') box.scrollTop = box.scrollHeight;
    else {
      const [name, value] = 'id' in current ? ['id', current.id] : ['key', current.key];
      const row = box.querySelector(`[data-${name}="${CSS.escape(value)}"]`);
      if (row) box.scrollTop += distance(box, row) - current.offset;
    }
  }, []);

  // After each rendering, and whenever a row or the log gets another height.
  useLayoutEffect(restore);
  useEffect(() => {
    const [box, inner] = [log.current, content.current];
    if (!box || !inner) return;
    const sizes = new ResizeObserver(restore);
    sizes.observe(box);
    sizes.observe(inner);
    const remember = (): void => {
      const row = lastVisibleRow(box, inner);
      setAtEnd(isNearEnd(box));
      if (isNearEnd(box)) anchor.current = 'end';
      else if (row) anchor.current = { key: keyOf(row), offset: distance(box, row) };
      if (row) report.current(keyOf(row));
    };
    // Where all of it is visible, there is no scrolling.
    setAtEnd(isNearEnd(box));
    box.addEventListener('scroll', remember, { passive: true });
    return () => {
      sizes.disconnect();
      box.removeEventListener('scroll', remember);
    };
  }, [restore]);

  return {
    ...{ log, content, isAtEnd },
    hold(next) {
      anchor.current = next;
      restore();
      setAtEnd(next === 'end' || (log.current !== null && isNearEnd(log.current)));
    },
  };
}

const keyOf = (row: Element): string => (row as HTMLElement).dataset.key ?? '';

const isNearEnd = (box: Element): boolean =>
  box.scrollHeight - box.scrollTop - box.clientHeight < nearEnd;

const distance = (box: Element, row: Element): number =>
  row.getBoundingClientRect().top - box.getBoundingClientRect().top;

/** Finds, by halving, the last row whose top is above the lower edge of the log. */
function lastVisibleRow(box: Element, inner: Element): Element | undefined {
  const edge = box.getBoundingClientRect().bottom;
  const rows = inner.querySelectorAll('[data-key]');
  let [from, to] = [0, rows.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((rows[middle] as Element).getBoundingClientRect().top < edge) from = middle + 1;
    else to = middle;
  }
  return rows[from - 1];
}
