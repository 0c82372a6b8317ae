import { type RefObject, useEffect, useRef, useState } from 'react';
import { CallError } from '../../client/index.ts';
import type { OpenConversation } from '../../client/react.ts';
import { t } from '../i18n/translate.ts';
import { notify } from '../ui/notice.tsx';
import { useRequest } from '../ui/requests.ts';
import { sentenceOf } from '../ui/use-action.ts';
import type { AnchoredLog } from './use-anchor.ts';

/** So much of the log is left above a message that is jumped to, in pixels. */
const aboveTarget = 160;
/** A message that was jumped to is marked for so long, in milliseconds. */
const markedMs = 2500;

/** Shows the message that the address names; returns the id of the one that is marked for it. */
export function useTarget(
  conversation: OpenConversation,
  messageId: string | undefined,
  { log, hold }: Pick<AnchoredLog, 'log' | 'hold'>,
): string | undefined {
  const { entityId } = conversation;
  const [target, setTarget] = useState<{ id: string }>();
  const latest = useRef(conversation);
  latest.current = conversation;

  async function show(id: string): Promise<void> {
    const { messages, jump } = latest.current;
    try {
      if (!messages.some(({ row }) => row?.message_id === id)) await jump({ messageId: id });
      hold({ id, offset: aboveTarget });
      setTarget({ id });
    } catch (error) {
      const isGone = error instanceof CallError && error.code === 'MESSAGE_NOT_FOUND';
      notify(isGone ? t('messages.gone') : sentenceOf(error));
    }
  }

  const current = useRef(show);
  current.current = show;
  useEffect(() => {
    if (messageId !== undefined) void current.current(messageId);
  }, [messageId]);
  useRequest('show-message', (asked) => {
    if (asked.entityId === entityId) void show(asked.messageId);
  });
  useMark(log, target, () => setTarget(undefined));
  return target?.id;
}

/** Puts the focus on the message, and ends its mark after a while. */
function useMark(
  log: RefObject<HTMLElement | null>,
  target: { id: string } | undefined,
  end: () => void,
): void {
  const onEnd = useRef(end);
  onEnd.current = end;
  useEffect(() => {
    if (!target) return;
    const row = log.current?.querySelector(`[data-id="${CSS.escape(target.id)}"]`);
    (row as HTMLElement | null)?.focus({ preventScroll: true });
    const timer = setTimeout(() => onEnd.current(), markedMs);
    return () => clearTimeout(timer);
  }, [log, target]);
}
