import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { type OpenConversation, useClient, useObservable } from '../../client/react.ts';
import { dayOf } from '../i18n/format.ts';
import { t } from '../i18n/translate.ts';
import { useSession } from '../session-context.ts';
import { Icon } from '../ui/icon-button.tsx';
import { entriesOf } from './entries.ts';
import { Message } from './message.tsx';
import { type Anchor, useAnchor } from './use-anchor.ts';
import { useReadPointer } from './use-read-pointer.ts';

/** So much of the log is left above the first unread message, in pixels. */
const aboveUnread = 160;
/** Pages are read when their edge is so near, in pixels. */
const early = '900px 0px';

interface MessageLogProps {
  conversation: OpenConversation;
  /** The ordinal of the last message that the member has read. */
  pointer: number;
}

/** The messages of a conversation. */
export function MessageLog({ conversation, pointer }: MessageLogProps) {
  const { identity } = useSession();
  const { messages, hasOlder, hasNewer, isLoading, loadOlder, loadNewer, jump } = conversation;
  const { firstUnreadId, newCount } = conversation;
  const { userId: me, name: myName } = identity;
  const entries = useMemo(
    () => entriesOf(messages, me, firstUnreadId),
    [messages, me, firstUnreadId],
  );
  const [lastVisible, setLastVisible] = useState<string>();
  const { log, content, hold, isAtEnd } = useAnchor(firstAnchor(conversation), setLastVisible);
  useReadPointer(conversation, pointer, lastVisible);
  const isLive = useObservable(useClient().connection) === 'live';
  const older = useSentinel(log, isLive && hasOlder && !isLoading, loadOlder);
  const newer = useSentinel(log, isLive && hasNewer && !isLoading, loadNewer);
  const stop = messages.at(-1)?.key;

  async function jumpToNewest(): Promise<void> {
    if (hasNewer) await jump('newest');
    hold('end');
  }

  return (
    <div className="log-frame">
      <div className="log" role="log" aria-label={t('messages.title')} aria-live="off" ref={log}>
        <div className="log-content" ref={content}>
          <div ref={older} aria-hidden="true" />
          {entries.map((entry) => {
            if (entry.kind === 'new')
              return (
                <div key={entry.key} className="line new">
                  {t('messages.new')}
                </div>
              );
            if (entry.kind === 'day')
              return (
                <div key={entry.key} className="line">
                  {dayOf(entry.ms)}
                </div>
              );
            const { key, message, isFirst } = entry;
            return (
              <Message key={key} {...{ message, me, myName, isFirst }} isStop={key === stop} />
            );
          })}
          <div ref={newer} aria-hidden="true" />
        </div>
      </div>
      {(hasNewer || !isAtEnd) && (
        <button type="button" className="jump" onClick={() => void jumpToNewest()}>
          {newCount > 0 && <span className="badge">{newCount}</span>}
          <Icon icon="down" />
          <span className="hidden-text">{t('messages.jump')}</span>
        </button>
      )}
    </div>
  );
}

/** The first unread message is shown with some of what was read before it. */
function firstAnchor({ messages, firstUnreadId }: OpenConversation): Anchor {
  const unread = messages.find(({ row }) => row && row.message_id === firstUnreadId);
  return unread ? { key: unread.key, offset: aboveUnread } : 'end';
}

/** Calls `load` when the element comes near to what is visible. */
function useSentinel(
  log: RefObject<HTMLElement | null>,
  isWanted: boolean,
  load: () => Promise<void>,
): RefObject<HTMLDivElement | null> {
  const sentinel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isWanted || !sentinel.current) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) void load();
      },
      { root: log.current, rootMargin: early },
    );
    observer.observe(sentinel.current);
    return () => observer.disconnect();
  }, [log, isWanted, load]);
  return sentinel;
}
