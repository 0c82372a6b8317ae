import { memo, useMemo, useState } from 'react';
import { type OpenConversation, useClient, useObservable } from '../../client/react.ts';
import { dayOf } from '../i18n/format.ts';
import { t } from '../i18n/translate.ts';
import { useSession } from '../session-context.ts';
import { Icon } from '../ui/icon-button.tsx';
import { notify } from '../ui/notice.tsx';
import { request, useRequest } from '../ui/requests.ts';
import { sentenceOf } from '../ui/use-action.ts';
import { isOwn, useMessageActions } from './actions/context.ts';
import { Announcer } from './announcer.tsx';
import { type Entry, entriesOf } from './entries.ts';
import { Message } from './message.tsx';
import { useNewLine } from './place/use-new-line.ts';
import { usePlace } from './place/use-place.ts';
import { lastSeen, SeenBy } from './row/seen-by.tsx';
import { type Anchor, useAnchor } from './use-anchor.ts';
import { useLogKeys } from './use-log-keys.ts';
import { useLongPress } from './use-long-press.ts';
import { useReached } from './use-reached.ts';
import { useReadPointer } from './use-read-pointer.ts';
import { useSentinel } from './use-sentinel.ts';
import { useSlices } from './use-slices.ts';
import { useTarget } from './use-target.ts';

/** So much of the log is left above the first unread message, in pixels. */
const aboveUnread = 160;

interface MessageLogProps {
  conversation: OpenConversation;
  /** The ordinal of the last message that the member has read. */
  pointer: number;
  /** The message that the address names. */
  messageId: string | undefined;
  pinned: ReadonlySet<string>;
}

/** The messages of a conversation. */
export function MessageLog({ pointer, messageId, pinned, ...props }: MessageLogProps) {
  const conversation = useSlices(props.conversation);
  const { messages, hasOlder, hasNewer, isLoading, loadOlder, loadNewer } = conversation;
  const [lastVisible, setLastVisible] = useState<string>();
  const anchored = useAnchor(firstAnchor(conversation), setLastVisible);
  const { log, content, hold, isAtEnd } = anchored;
  useReadPointer(conversation, pointer, lastVisible);
  useLongPress(log);
  useEditLast(conversation);
  const reached = useReached(log, messages);
  const target = useTarget(conversation, messageId, anchored);
  usePlace(conversation, messageId, anchored);
  const line = useNewLine(conversation, pointer, anchored);
  const isLive = useObservable(useClient().connection) === 'live';
  const older = useSentinel(log, isLive && hasOlder && !isLoading, loadOlder);
  const newer = useSentinel(log, isLive && hasNewer && !isLoading, loadNewer);

  const jumpToNewest = useJumpToNewest(conversation, hold);
  const { stop, handlers } = useLogKeys({
    messages,
    onEnd: () => void jumpToNewest().then(() => focusLast(content.current)),
    onLeave: () => {
      void jumpToNewest();
      request('focus-composer', { entityId: conversation.entityId });
    },
  });

  return (
    <div className="log-frame">
      <div
        className="log"
        role="log"
        aria-label={t('messages.title')}
        aria-live="off"
        ref={log}
        {...handlers}
      >
        <div className="log-fill">
          <div className="log-content" ref={content}>
            <div ref={older} aria-hidden="true" />
            {!hasOlder && messages.length > 0 && (
              <p className="beginning">{t('messages.beginning')}</p>
            )}
            <Rows
              {...{ messages, hasOlder, hasNewer, pinned, stop, target, reached, line }}
              readers={conversation.readers}
            />
            <div ref={newer} aria-hidden="true" />
          </div>
        </div>
      </div>
      <Announcer entityId={conversation.entityId} />
      {(hasNewer || !isAtEnd) && (
        <JumpButton count={conversation.newCount} onClick={() => void jumpToNewest()} />
      )}
    </div>
  );
}

function JumpButton({ count, onClick }: { count: number; onClick: () => void }) {
  return (
    <button type="button" className="jump" onClick={onClick} title={t('messages.jump')}>
      {count > 0 && <span className="badge">{count}</span>}
      <Icon icon="down" />
      <span className="hidden-text">{t('messages.jump')}</span>
    </button>
  );
}

/** Returns a function that shows the end of the conversation, as after sending. */
function useJumpToNewest(
  { entityId, hasNewer, jump }: OpenConversation,
  hold: (anchor: Anchor) => void,
): () => Promise<void> {
  async function jumpToNewest(): Promise<void> {
    try {
      if (hasNewer) await jump('newest');
      hold('end');
    } catch (error) {
      notify(sentenceOf(error));
    }
  }
  useRequest('show-newest', (asked) => {
    if (asked.entityId === entityId) void jumpToNewest();
  });
  return jumpToNewest;
}

interface RowsProps
  extends Pick<MessageLogProps, 'pinned'>,
    Pick<OpenConversation, 'messages' | 'hasNewer' | 'hasOlder' | 'readers'> {
  stop: string | undefined;
  target: string | undefined;
  /** The message that the line of new messages stands above. */
  line: string | undefined;
  /** The keys of the rows that have their tools, beside the one where Tab stops. */
  reached: ReadonlySet<string>;
}

/** It does not render while the log is only scrolled. */
const Rows = memo((props: RowsProps) => {
  const { messages, hasNewer, hasOlder, readers } = props;
  const { pinned, stop, target, reached, line } = props;
  const { userId: me, name: myName } = useSession().identity;
  const entries = useMemo(() => entriesOf(messages, me, line), [messages, me, line]);
  const roots = useMemo(() => new Set(messages.map(({ row }) => row?.root_id)), [messages]);
  const seen = hasNewer ? undefined : lastSeen(messages, readers, me);
  if (messages.length === 0 && !hasOlder) return <p className="empty">{t('messages.none')}</p>;
  return entries.flatMap((entry) => {
    if (entry.kind !== 'message') return [<Line key={entry.key} entry={entry} />];
    const { key, message, isFirst } = entry;
    const { row } = message;
    const shown = (
      <Message
        key={key}
        {...{ message, me, myName, isFirst }}
        isStop={key === stop}
        hasTools={key === stop || reached.has(key)}
        isPinned={row !== undefined && pinned.has(row.message_id)}
        hasThread={row !== undefined && (row.root_id !== null || roots.has(row.message_id))}
        isTarget={row !== undefined && row.message_id === target}
      />
    );
    return seen?.key === key
      ? [shown, <SeenBy key="seen" userIds={seen.userIds} others={readers.size} />]
      : [shown];
  });
});

const Line = ({ entry }: { entry: Exclude<Entry, { kind: 'message' }> }) =>
  entry.kind === 'new' ? (
    <div className="line new">{t('messages.new')}</div>
  ) : (
    <div className="line">{dayOf(entry.ms)}</div>
  );

/** The first unread message is shown with some of what was read before it. */
function firstAnchor({ messages, firstUnreadId }: OpenConversation): Anchor {
  const unread = messages.find(({ row }) => row && row.message_id === firstUnreadId);
  return unread ? { key: unread.key, offset: aboveUnread } : 'end';
}

/** Lets the member edit their last message when the composer asks for it. */
function useEditLast({ entityId, messages }: OpenConversation): void {
  const { userId: me } = useSession().identity;
  const { run } = useMessageActions();
  useRequest('edit-last', (asked) => {
    const last = messages.findLast(({ row }) => row && isOwn(row, me))?.row;
    if (asked.entityId === entityId && last) run('edit', last, document.body);
  });
}

const focusLast = (content: HTMLElement | null): void =>
  [...(content?.querySelectorAll<HTMLElement>(':scope > article') ?? [])]
    .at(-1)
    ?.focus({ preventScroll: true });
