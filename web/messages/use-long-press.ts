import { type RefObject, useEffect } from 'react';

/** In milliseconds. */
const pressMs = 450;
/** A finger that moves further scrolls, in pixels. */
const stillness = 10;

/** On a touch screen a long press at a message shows its tools, until something else is touched. */
export function useLongPress(log: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const box = log.current;
    if (!box) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let start = { x: 0, y: 0 };
    const end = (): void => clearTimeout(timer);
    function begin({ pointerType, target, clientX: x, clientY: y }: PointerEvent): void {
      end();
      if (pointerType !== 'touch' || !(target instanceof Element)) return;
      const article = target.closest('article');
      const held = document.querySelector<HTMLElement>('[data-held]');
      if (held && !(held === article && target.closest('.tools'))) delete held.dataset.held;
      if (!article || target.closest('.tools')) return;
      start = { x, y };
      timer = setTimeout(() => {
        article.dataset.held = '';
        article.focus({ preventScroll: true });
      }, pressMs);
    }
    function move({ clientX, clientY }: PointerEvent): void {
      if (Math.hypot(clientX - start.x, clientY - start.y) > stillness) end();
    }
    const listeners = { pointermove: move, pointerup: end, pointercancel: end };
    document.addEventListener('pointerdown', begin, { passive: true });
    for (const [name, listener] of Object.entries(listeners))
      box.addEventListener(name, listener as EventListener, { passive: true });
    return () => {
      end();
      document.removeEventListener('pointerdown', begin);
      for (const [name, listener] of Object.entries(listeners))
        box.removeEventListener(name, listener as EventListener);
    };
  }, [log]);
}
