import { useEffect, useMemo, useRef } from 'react';
import type { ChatMessage, ShownMessage } from '../../client/index.ts';
import { useClient, useObservable } from '../../client/react.ts';
import { t } from '../i18n/translate.ts';
import { useMessageActions } from '../messages/actions/context.ts';
import { entriesOf } from '../messages/entries.ts';
import { Message } from '../messages/message.tsx';
import { Skeleton } from '../messages/row/skeleton.tsx';
import { useAnchor } from '../messages/use-anchor.ts';
import { useLogKeys } from '../messages/use-log-keys.ts';
import { useLongPress } from '../messages/use-long-press.ts';
import { useSentinel } from '../messages/use-sentinel.ts';
import { navigate } from '../route.ts';
import { useSession } from '../session-context.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { ThreadComposer } from './thread-composer.tsx';
import { type OpenThread, useThread } from './use-thread.ts';

const none: readonly ShownMessage[] = [];

interface ThreadPanelProps {
  threadId: string;
  pinned: ReadonlySet<string>;
}

/** A message with all its replies, beside the conversation. */
export function ThreadPanel({ threadId, pinned }: ThreadPanelProps) {
  const { entityId } = useMessageActions();
  const thread = useThread(entityId, threadId);
  const panel = useRef<HTMLElement>(null);
  const close = (): void => navigate({ entityId });
  useEffect(() => panel.current?.focus({ preventScroll: true }), []);
  return (
    <aside
      className="thread"
      ref={panel}
      tabIndex={-1}
      aria-label={t('thread.title')}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) close();
      }}
    >
      <header>
        <h2>{t('thread.title')}</h2>
        <IconButton icon="close" label={t('thread.close')} onClick={close} />
      </header>
      {thread.isMissing ? (
        <p className="empty">{t('thread.missing')}</p>
      ) : thread.rows ? (
        <ThreadLog {...{ thread, threadId, pinned }} />
      ) : (
        <Skeleton />
      )}
      <ThreadComposer {...{ entityId, threadId }} />
    </aside>
  );
}

function ThreadLog({ thread, threadId, pinned }: ThreadPanelProps & { thread: OpenThread }) {
  const { userId: me, name: myName } = useSession().identity;
  const { hasOlder, isLoading, loadOlder } = thread;
  const messages = useMessages(thread, threadId);
  const { log, content } = useAnchor('end', () => {});
  useLongPress(log);
  const older = useSentinel(log, hasOlder && !isLoading, loadOlder);
  const { stop, handlers } = useLogKeys({ messages, onEnd: () => {}, onLeave: () => {} });
  const entries = useMemo(() => entriesOf(messages, me, undefined), [messages, me]);
  return (
    <div className="log-frame">
      <div
        className="log"
        role="log"
        aria-label={t('thread.replies')}
        aria-live="off"
        ref={log}
        {...handlers}
      >
        <div className="log-fill">
          <div className="log-content" ref={content}>
            <div ref={older} aria-hidden="true" />
            {entries.map((entry) =>
              entry.kind === 'message' ? (
                <Message
                  key={entry.key}
                  {...{ message: entry.message, isFirst: entry.isFirst, me, myName, threadId }}
                  isStop={entry.key === stop}
                  hasTools
                  isPinned={pinned.has(entry.message.row?.message_id ?? '')}
                />
              ) : undefined,
            )}
          </div>
        </div>
      </div>
    </div>
  );
}

/** The messages of a thread, with what is being sent to it at the end. */
function useMessages({ rows = none }: OpenThread, threadId: string): readonly ChatMessage[] {
  const { outbox, userId } = useClient();
  const items = useObservable(
    useMemo(() => ({ subscribe: outbox.subscribe, getSnapshot: () => outbox.items }), [outbox]),
  );
  const known = useRef(new WeakMap<object, ChatMessage>());
  return useMemo(() => {
    const keep = (content: object, message: ChatMessage): ChatMessage => {
      const found = known.current.get(content) ?? message;
      known.current.set(content, found);
      return found;
    };
    // Others may choose the same one, and counters of a page (digits) are repeated.
    const ownKey = ({ author_id, echoId }: ShownMessage): string | undefined =>
      author_id === userId && /\D/.test(echoId ?? '') ? echoId : undefined;
    const stored = new Set(rows.flatMap((row) => [row.message_id, ownKey(row)]));
    const waiting = items.filter(
      (item) =>
        item.threadId === threadId && ![item.id, item.messageId].some((id) => id && stored.has(id)),
    );
    return [
      ...rows.map((row) => keep(row, { key: ownKey(row) ?? row.message_id, row })),
      ...waiting.map((item) => keep(item, { key: item.id, item })),
    ];
  }, [rows, items, threadId, userId]);
}
