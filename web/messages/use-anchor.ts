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

  /** Where the log was scrolled to when that was last looked at. */
  const place = useRef(0);

  const remember = useCallback((): void => {
    const box = log.current;
    if (!box) return;
    place.current = box.scrollTop;
    const row = visibleRows(box).at(-1);
    setAtEnd(isNearEnd(box));
    if (isNearEnd(box)) anchor.current = 'end';
    else if (row) anchor.current = { key: keyOf(row), offset: distance(box, row) };
    if (row) report.current(keyOf(row));
  }, []);

  const restore = useCallback((): void => {
    const box = log.current;
    if (!box) return;
    // The event of a scrolling comes with the next frame, which may be later than this.
    const moved = box.scrollTop - Math.min(place.current, endOf(box));
    const isScrolled = Math.abs(moved) > 1;
    const anchored = placeOf(anchor.current, box);
    if (anchored !== undefined) box.scrollTop = anchored + (isScrolled ? moved : 0);
    place.current = box.scrollTop;
    if (isScrolled) remember();
  }, [remember]);

  // After each rendering, and whenever a row or the log gets another height.
  useLayoutEffect(restore);
  useEffect(() => {
    const [box, inner] = [log.current, content.current];
    if (!box || !inner) return;
    const sizes = new ResizeObserver(restore);
    sizes.observe(box);
    sizes.observe(inner);
    // Where all of it is visible, there is no scrolling.
    setAtEnd(isNearEnd(box));
    box.addEventListener('scroll', remember, { passive: true });
    return () => {
      sizes.disconnect();
      box.removeEventListener('scroll', remember);
    };
  }, [restore, remember]);

  function hold(next: Anchor): void {
    anchor.current = next;
    place.current = log.current?.scrollTop ?? 0;
    restore();
    setAtEnd(next === 'end' || (log.current !== null && isNearEnd(log.current)));
  }
  return { log, content, isAtEnd, hold };
}

const endOf = (box: Element): number => box.scrollHeight - box.clientHeight;

/** Returns where a log is to be scrolled to; undefined while the row is not in it. */
function placeOf(anchor: Anchor, box: Element): number | undefined {
  if (anchor === 'end') return endOf(box);
  const [name, value] = 'id' in anchor ? ['id', anchor.id] : ['key', anchor.key];
  const row = box.querySelector(`[data-${name}="${CSS.escape(value)}"]`);
  return row ? box.scrollTop + distance(box, row) - anchor.offset : undefined;
}

export const keyOf = (row: Element): string => (row as HTMLElement).dataset.key ?? '';

const isNearEnd = (box: Element): boolean => endOf(box) - box.scrollTop < nearEnd;

const distance = (box: Element, row: Element): number =>
  row.getBoundingClientRect().top - box.getBoundingClientRect().top;

/** Returns the rows of a log that are within its edges. */
export function visibleRows(box: Element): Element[] {
  const { top, bottom } = box.getBoundingClientRect();
  const rows = box.querySelectorAll('[data-key]');
  return [...rows].slice(Math.max(0, rowsAbove(rows, top) - 1), rowsAbove(rows, bottom));
}

/** Returns, by halving, how many rows begin above a place. */
function rowsAbove(rows: NodeListOf<Element>, place: number): number {
  let [from, to] = [0, rows.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((rows[middle] as Element).getBoundingClientRect().top < place) from = middle + 1;
    else to = middle;
  }
  return from;
}
