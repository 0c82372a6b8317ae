import { useEffect, useState } from 'react';
import { keep, recall } from '../kept.ts';
import { navigate } from '../route.ts';

/** Narrower than this, the details cover the conversation. As in details.css. */
const covering = matchMedia('(max-width: 1080px)');

interface DetailsPanel {
  isOpen: boolean;
  toggle(): void;
  close(): void;
}

/**
 * Whether the details are shown: as the member left them, but where they cover the conversation
 * only until another one is opened. An open thread has their place.
 */
export function useDetails(entityId?: string, threadId?: string): DetailsPanel {
  const [isWanted, setWanted] = useState(recall('details') === 'open' && !covering.matches);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another conversation closes them.
  useEffect(() => {
    if (covering.matches) setWanted(false);
  }, [entityId]);

  function show(next: boolean): void {
    setWanted(next);
    if (next && threadId !== undefined) navigate({ entityId });
    if (!covering.matches) keep('details', next ? 'open' : undefined);
  }
  const isOpen = isWanted && entityId !== undefined && threadId === undefined;
  return {
    isOpen,
    toggle: () => show(!isOpen),
    close() {
      show(false);
      document.querySelector<HTMLElement>('.conversation-header .icon-details')?.focus();
    },
  };
}
