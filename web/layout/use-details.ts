import { useEffect, useState } from 'react';
import { keep, recall } from '../kept.ts';

/** Narrower than this, the details cover the conversation. As in details.css. */
const covering = matchMedia('(max-width: 1080px)');

export interface DetailsPanel {
  isOpen: boolean;
  toggle(): void;
  close(): void;
}

/**
 * Whether the details are shown: as the member left them, but where they cover the conversation
 * only until another one is opened.
 */
export function useDetails(entityId: string | undefined): DetailsPanel {
  const [isOpen, setOpen] = useState(recall('details') === 'open' && !covering.matches);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another conversation closes them.
  useEffect(() => {
    if (covering.matches) setOpen(false);
  }, [entityId]);

  function show(next: boolean): void {
    setOpen(next);
    if (!covering.matches) keep('details', next ? 'open' : undefined);
  }
  return {
    isOpen,
    toggle: () => show(!isOpen),
    close() {
      show(false);
      document.querySelector<HTMLElement>('.conversation-header [aria-expanded]')?.focus();
    },
  };
}
