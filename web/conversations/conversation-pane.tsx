import type { RoomRow } from '../../client/index.ts';
import { useConversation } from '../../client/react.ts';
import { Composer } from '../composer/composer.tsx';
import { t } from '../i18n/translate.ts';
import { MessageLog } from '../messages/message-log.tsx';
import { TypingLine } from '../messages/typing-line.tsx';
import { navigate } from '../route.ts';
import { Avatar } from '../ui/avatar.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { isGroup, nameOf } from './name.ts';
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
      {room && <Header {...{ room, hasDetails, onToggleDetails }} />}
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

interface HeaderProps extends Pick<ConversationPaneProps, 'hasDetails' | 'onToggleDetails'> {
  room: RoomRow;
}

const Header = ({ room, hasDetails, onToggleDetails }: HeaderProps) => (
  <header className="conversation-header">
    <IconButton
      className="back"
      icon="back"
      label={t('action.back')}
      onClick={() => navigate({})}
    />
    <Avatar id={room.entity_id} name={nameOf(room)} isRoom={isGroup(room)} />
    <div className="title">
      <h2 dir="auto">{nameOf(room)}</h2>
      {isGroup(room) && <p>{t('conversation.members', { count: room.member_count })}</p>}
    </div>
    <IconButton
      icon="details"
      label={t('details.title')}
      aria-expanded={hasDetails}
      onClick={onToggleDetails}
    />
  </header>
);
