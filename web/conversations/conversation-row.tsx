import { memo } from 'react';
import type { RoomRow } from '../../client/index.ts';
import { whenOf } from '../i18n/format.ts';
import { t } from '../i18n/translate.ts';
import { hrefOf } from '../route.ts';
import { Avatar } from '../ui/avatar.tsx';
import { isGroup, nameOf, previewOf } from './name.ts';

interface ConversationRowProps {
  room: RoomRow;
  me: string;
  isOpen: boolean;
  /** Whether Tab reaches this row: one of the list. */
  isStop: boolean;
  /** Distance from the top of the list in pixels. */
  top: number;
  position: number;
  count: number;
}

/** One conversation in the list. */
export const ConversationRow = memo(
  ({ room, me, isOpen, isStop, top, position, count }: ConversationRowProps) => {
    const name = nameOf(room);
    const unread = room.unread_count;
    return (
      <li aria-posinset={position} aria-setsize={count} style={{ insetBlockStart: top }}>
        <a
          className={unread > 0 ? 'row unread' : 'row'}
          href={hrefOf({ entityId: room.entity_id })}
          data-id={room.entity_id}
          aria-current={isOpen ? 'page' : undefined}
          aria-label={name}
          aria-description={unread > 0 ? t('conversation.unread', { count: unread }) : undefined}
          tabIndex={isStop ? 0 : -1}
        >
          <Avatar id={room.entity_id} name={name} isRoom={isGroup(room)} size={40} />
          <span className="name" dir="auto">
            {name}
          </span>
          <time className="when">{room.last_message_id && whenOf(room.last_activity_ms)}</time>
          <span className="preview" dir="auto">
            {previewOf(room, me)}
          </span>
          {unread > 0 && <span className="badge">{unread > 999 ? '999+' : unread}</span>}
        </a>
      </li>
    );
  },
);
