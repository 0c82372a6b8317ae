import { useConversation } from '../../client/react.ts';
import { Composer } from '../composer/composer.tsx';
import { t } from '../i18n/translate.ts';
import { MessageLog } from '../messages/message-log.tsx';
import { TypingLine } from '../messages/typing-line.tsx';
import { ConversationHeader } from './conversation-header.tsx';
import { nameOf } from './name.ts';
import { useRoom } from './use-room.ts';

interface ConversationPaneProps {
  entityId: string;
  messageId?: string | undefined;
  threadId?: string | undefined;
  hasDetails: boolean;
  onToggleDetails(): void;
}

/** One conversation: its header, messages and composer. */
export function ConversationPane({ entityId, hasDetails, onToggleDetails }: ConversationPaneProps) {
  const room = useRoom(entityId);
  const conversation = useConversation(entityId);
  if (room === 'missing' || conversation?.isGone)
    return <p className="empty">{t('conversation.missing')}</p>;
  return (
    <>
      {room && <ConversationHeader {...{ room, hasDetails, onToggleDetails }} />}
      {room && conversation && isShown(conversation) ? (
        <MessageLog conversation={conversation} pointer={room.pointer} />
      ) : (
        <div className="log-frame" aria-busy="true" />
      )}
      <TypingLine entityId={entityId} />
      <Composer entityId={entityId} name={room ? nameOf(room) : ''} />
    </>
  );
}

/** Whether the first page has been read. */
const isShown = ({ messages, isLoading }: { messages: readonly unknown[]; isLoading: boolean }) =>
  messages.length > 0 || !isLoading;
