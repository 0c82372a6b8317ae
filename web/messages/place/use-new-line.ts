import { type RefObject, useEffect, useState } from 'react';
import type { ChatMessage } from '../../../client/index.ts';
import type { OpenConversation } from '../../../client/react.ts';
import { useSession } from '../../session-context.ts';
import type { AnchoredLog } from '../use-anchor.ts';
import { useIsLooking } from './use-looking.ts';

/**
 * Returns the id of the message that the line of new messages stands above. While the member reads,
 * it stays where it was when the conversation was opened; it moves to what has come while they
 * looked elsewhere. Once they are at the end and have read it all, it goes when it is out of sight
 * or they answer.
 */
export function useNewLine(
  { messages, firstUnreadId }: Pick<OpenConversation, 'messages' | 'firstUnreadId'>,
  pointer: number,
  { log, isAtEnd }: Pick<AnchoredLog, 'log' | 'isAtEnd'>,
): string | undefined {
  const { userId: me } = useSession().identity;
  const isLooking = useIsLooking();
  const [opened, setOpened] = useState(firstUnreadId);
  const [line, setLine] = useState(firstUnreadId);
  if (opened !== firstUnreadId) {
    setOpened(firstUnreadId);
    setLine(firstUnreadId);
  }

  const missed = isLooking ? undefined : firstUnread(messages, pointer, me);
  useEffect(() => {
    if (missed !== undefined) setLine(missed);
  }, [missed]);

  const last = messages.at(-1);
  const lastOrdinal = messages.findLast(({ row }) => row)?.row?.ordinal ?? 0;
  const hasAnswered = last?.row?.author_id === me;
  const isDone = isAtEnd && isLooking && pointer >= lastOrdinal;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each message may put it out of sight.
  useEffect(() => {
    if (isDone && (hasAnswered || isOutOfSight(log))) setLine(undefined);
  }, [log, isDone, hasAnswered, last?.key]);
  return line;
}

function isOutOfSight({ current: log }: RefObject<HTMLElement | null>): boolean {
  const line = log?.querySelector('.line.new');
  if (!log || !line) return true;
  return line.getBoundingClientRect().bottom < log.getBoundingClientRect().top;
}

const firstUnread = (
  messages: readonly ChatMessage[],
  pointer: number,
  me: string,
): string | undefined =>
  messages.find(({ row }) => row && row.ordinal > pointer && row.author_id !== me)?.row?.message_id;
