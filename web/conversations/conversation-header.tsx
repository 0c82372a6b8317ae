import type { RoomRow } from '../../client/index.ts';
import { t } from '../i18n/translate.ts';
import { NotifyButton } from '../notify/notify-button.tsx';
import { navigate } from '../route.ts';
import { Avatar } from '../ui/avatar.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { isGroup, nameOf } from './name.ts';

interface ConversationHeaderProps {
  room: RoomRow;
  hasDetails: boolean;
  onToggleDetails(): void;
}

/** The name of the open conversation, and the buttons beside it. */
export const ConversationHeader = ({
  room,
  hasDetails,
  onToggleDetails,
}: ConversationHeaderProps) => (
  <header className="conversation-header">
    <IconButton
      className="back"
      icon="back"
      label={t('action.back')}
      onClick={() => navigate({})}
    />
    <Avatar id={room.entity_id} name={nameOf(room)} isRoom={isGroup(room)} />
    <div className="title">
      <h1 dir="auto">{nameOf(room)}</h1>
      {isGroup(room) && <p>{t('conversation.members', { count: room.member_count })}</p>}
    </div>
    <NotifyButton room={room} />
    <IconButton
      icon="details"
      label={t('details.title')}
      aria-expanded={hasDetails}
      onClick={onToggleDetails}
    />
  </header>
);
