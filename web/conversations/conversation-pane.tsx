import { Suspense, useMemo } from 'react';
import { useConversation } from '../../client/react.ts';
import { t } from '../i18n/translate.ts';
import { MessageActionsProvider } from '../messages/actions/provider.tsx';
import { MessageLog } from '../messages/message-log.tsx';
import { Skeleton } from '../messages/row/skeleton.tsx';
import { PinBar } from '../pins/pin-bar.tsx';
import { usePins } from '../pins/use-pins.ts';
import { Notice } from '../ui/notice.tsx';
import { Boundary } from '../ui/parts/boundary.tsx';
import { part } from '../ui/parts/part.ts';
import { ConversationFoot } from './conversation-foot.tsx';
import { ConversationHeader } from './conversation-header.tsx';
import { TypingLine } from './typing-line.tsx';
import { useRoom } from './use-room.ts';

const ThreadPanel = part(async () => (await import('../threads/thread-panel.tsx')).ThreadPanel);

interface ConversationPaneProps {
  entityId: string;
  messageId?: string | undefined;
  threadId?: string | undefined;
  hasDetails: boolean;
  onToggleDetails(): void;
}

/** One conversation: its header, messages and composer, and the thread that is open in it. */
export function ConversationPane(props: ConversationPaneProps) {
  const { entityId, messageId, threadId, hasDetails, onToggleDetails } = props;
  const room = useRoom(entityId);
  const conversation = useConversation(entityId);
  const pins = usePins(entityId);
  const pinned = useMemo(() => new Set(pins.map(({ message_id }) => message_id)), [pins]);
  if (room === 'missing' || conversation?.isGone)
    return <p className="empty">{t('conversation.missing')}</p>;
  return (
    <MessageActionsProvider entityId={entityId}>
      <div className="conversation-columns">
        <div className="conversation-column">
          {room && <ConversationHeader {...{ room, hasDetails, onToggleDetails }} />}
          <PinBar pins={pins} />
          {room && conversation && isShown(conversation) ? (
            <MessageLog {...{ conversation, messageId, pinned }} pointer={room.pointer} />
          ) : (
            <Skeleton />
          )}
          <TypingLine entityId={entityId} />
          {room && <ConversationFoot room={room} />}
        </div>
        {threadId !== undefined && (
          <Boundary key={threadId}>
            <Suspense fallback={<aside className="thread" aria-busy="true" />}>
              <ThreadPanel {...{ threadId, pinned }} />
            </Suspense>
          </Boundary>
        )}
      </div>
      <Notice />
    </MessageActionsProvider>
  );
}

/** Whether the first page has been read. */
const isShown = ({ messages, isLoading }: { messages: readonly unknown[]; isLoading: boolean }) =>
  messages.length > 0 || !isLoading;
