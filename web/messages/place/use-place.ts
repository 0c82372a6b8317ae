import { useEffect, useRef } from 'react';
import type { OpenConversation } from '../../../client/react.ts';
import type { AnchoredLog } from '../use-anchor.ts';

/** A message that is visible, and how far its top is below the top of the log, in pixels. */
interface Place {
  entityId: string;
  id: string;
  offset: number;
}

/** Of this tab, from the end of a page to the beginning of the next one. */
const name = 'hubchat.place';
let before = takePlace();

/**
 * Returns to what was read before a reload. At the end of the conversation nothing is kept, and
 * where the address names a message, that is shown.
 */
export function usePlace(
  conversation: OpenConversation,
  messageId: string | undefined,
  { log, hold, isAtEnd }: Pick<AnchoredLog, 'log' | 'hold' | 'isAtEnd'>,
): void {
  const { entityId, hasNewer } = conversation;
  const isNewest = isAtEnd && !hasNewer;

  async function show({ id, offset }: Place): Promise<void> {
    const { isKept, messages, jump } = conversation;
    const isThere = !isKept && messages.some(({ row }) => row?.message_id === id);
    if (!isThere) await jump({ messageId: id });
    hold({ id, offset });
  }

  const first = useRef(show);
  useEffect(() => {
    const place = before;
    before = undefined;
    // It may be gone meanwhile; then the conversation is where it would be without.
    if (place?.entityId === entityId && messageId === undefined)
      first.current(place).catch(() => {});
  }, [entityId, messageId]);

  useEffect(() => {
    const keep = (): void => {
      const place = isNewest || !log.current ? undefined : placeIn(log.current, entityId);
      if (place) keepPlace(place);
    };
    addEventListener('pagehide', keep);
    return () => removeEventListener('pagehide', keep);
  }, [log, entityId, isNewest]);
}

function takePlace(): Place | undefined {
  try {
    const place = JSON.parse(sessionStorage.getItem(name) ?? 'null') as Place | null;
    sessionStorage.removeItem(name);
    return place ?? undefined;
  } catch {
    return undefined;
  }
}

function keepPlace(place: Place): void {
  try {
    sessionStorage.setItem(name, JSON.stringify(place));
  } catch {
    // Private windows may refuse it: then the conversation opens as if for the first time.
  }
}

function placeIn(box: Element, entityId: string): Place | undefined {
  const { top } = box.getBoundingClientRect();
  for (const row of box.querySelectorAll<HTMLElement>('[data-id]')) {
    const offset = row.getBoundingClientRect().top - top;
    if (offset >= 0) return { entityId, id: row.dataset.id ?? '', offset };
  }
  return undefined;
}
