import { useEffect } from 'react';

/** The parts of the page that F6 goes through, and what of each gets the focus. */
const regions = [
  { region: '.conversations', target: '.rows a[tabindex="0"]' },
  { region: '[role="log"]', target: '[tabindex="0"]' },
  { region: '.composer', target: 'textarea' },
  { region: '.details', target: undefined },
] as const;

/** Lets F6 go to the next part of the page, and Shift+F6 to the one before. */
export function useRegions(): void {
  useEffect(() => {
    addEventListener('keydown', move);
    return () => removeEventListener('keydown', move);
  }, []);
}

function move(event: KeyboardEvent): void {
  if (event.key !== 'F6' || document.querySelector('dialog[open]')) return;
  const shown = regions.flatMap(({ region, target }) => {
    const element = document.querySelector<HTMLElement>(region);
    if (!element?.checkVisibility()) return [];
    return { element, focused: target ? element.querySelector<HTMLElement>(target) : element };
  });
  const at = shown.findIndex(({ element }) => element.contains(document.activeElement));
  const rest = [...shown.slice(at + 1), ...shown.slice(0, Math.max(at, 0))];
  if (event.shiftKey) rest.reverse();
  const next = rest.find(({ focused }) => focused !== null);
  if (!next) return;
  event.preventDefault();
  next.focused?.focus();
}
