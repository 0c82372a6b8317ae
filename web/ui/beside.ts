import { type RefObject, useEffect } from 'react';

/** Between a popup and its anchor, and the edges of the window, in pixels. */
const gap = 4;
const margin = 8;

/** Keeps a popup of changing size beside an element, and inside of the window. */
export function useBeside(popup: RefObject<HTMLElement | null>, anchor: Element | undefined): void {
  useEffect(() => {
    const box = popup.current;
    if (!box || !anchor) return;
    const sizes = new ResizeObserver(() => place(box, anchor));
    sizes.observe(box);
    return () => sizes.disconnect();
  }, [popup, anchor]);
}

/** Puts the popup below the element, or above it where there is more room. */
function place(box: HTMLElement, anchor: Element): void {
  const at = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = box;
  const isRtl = document.documentElement.dir === 'rtl';
  const left = isRtl ? at.left : at.right - width;
  const fitsBelow = at.bottom + gap + height <= innerHeight - margin;
  const isBelow = fitsBelow || at.top < innerHeight - at.bottom;
  const top = isBelow ? at.bottom + gap : at.top - gap - height;
  const within = (value: number, most: number) => Math.max(margin, Math.min(value, most - margin));
  box.style.left = `${within(left, innerWidth - width)}px`;
  box.style.top = `${within(top, innerHeight - height)}px`;
}
