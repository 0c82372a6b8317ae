import { useEffect, useState } from 'react';
import { type OpenConversation, useClient } from '../../client/react.ts';
import { useRequest } from '../ui/requests.ts';
import { useIsLooking } from './place/use-looking.ts';

/** A message counts as read when it has been visible for so long, in milliseconds. */
const readMs = 400;

/**
 * Moves the read pointer to the last visible message while the member looks at the page. Without
 * `lastVisible` all messages are visible.
 */
export function useReadPointer(
  { entityId, messages }: OpenConversation,
  pointer: number,
  lastVisible: string | undefined,
): void {
  const { api } = useClient();
  const visible = lastVisible === undefined ? undefined : rowAt(messages, lastVisible);
  const row = visible ?? messages.findLast((message) => message.row)?.row;
  // What the member has marked as unread stays so until they come back.
  const [isKept, setKept] = useState(false);
  useRequest('keep-unread', (asked) => {
    if (asked.entityId === entityId) setKept(true);
  });
  const messageId = row && row.ordinal > pointer && !isKept ? row.message_id : undefined;
  const isLooking = useIsLooking();
  useEffect(() => {
    if (messageId === undefined || !isLooking) return;
    const read = () => api.chat.acknowledge({ message_id: messageId }).catch(() => {});
    const timer = setTimeout(read, readMs);
    return () => clearTimeout(timer);
  }, [api, messageId, isLooking]);
}

const rowAt = (messages: OpenConversation['messages'], key: string) =>
  messages.find((message) => message.key === key)?.row;
