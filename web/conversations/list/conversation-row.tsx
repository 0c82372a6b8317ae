import { type MouseEvent, memo, useRef, useState } from 'react';
import type { RoomRow } from '../../../client/index.ts';
import { useDraft } from '../../../client/react.ts';
import { numberOf, whenOf } from '../../i18n/format.ts';
import { t } from '../../i18n/translate.ts';
import { notifyOf } from '../../notify/notify.ts';
import { hrefOf } from '../../route.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Icon, IconButton } from '../../ui/icon-button.tsx';
import { Menu } from '../../ui/menu.tsx';
import { isGroup, nameOf, previewOf } from '../name.ts';
import type { RoomActions } from '../use-room-actions.ts';

interface ConversationRowProps {
  room: RoomRow;
  me: string;
  actions: RoomActions;
  isOpen: boolean;
  /** Whether Tab reaches this row: one of the list. */
  isStop: boolean;
  /** Distance from the top of the list in pixels. */
  top: number;
  position: number;
  count: number;
}

/** One conversation in the list, with a menu. */
export const ConversationRow = memo((props: ConversationRowProps) => {
  const { room, actions, isOpen, isStop, top, position, count } = props;
  const [isMenuOpen, setMenuOpen] = useState(false);
  const link = useRef<HTMLAnchorElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  function openMenu(event: MouseEvent): void {
    event.preventDefault();
    setMenuOpen(!isMenuOpen);
  }

  const label = t('conversation.actions', { name: nameOf(room) });
  return (
    <li
      aria-posinset={position}
      aria-setsize={count}
      className={isMenuOpen ? 'has-menu' : undefined}
      style={{ insetBlockStart: top }}
    >
      <RowLink {...props} ref={link} onContextMenu={openMenu} />
      <IconButton
        ref={button}
        className="row-menu"
        icon="menu"
        label={label}
        aria-haspopup="menu"
        aria-expanded={isMenuOpen}
        tabIndex={isStop ? 0 : -1}
        onClick={openMenu}
      />
      {isMenuOpen && (
        <Menu
          label={label}
          anchor={button}
          items={actions.itemsFor(room, isOpen)}
          onClose={() => setMenuOpen(false)}
        />
      )}
    </li>
  );
});

interface RowLinkProps extends Pick<ConversationRowProps, 'room' | 'me' | 'isOpen' | 'isStop'> {
  ref: React.Ref<HTMLAnchorElement>;
  onContextMenu(event: MouseEvent): void;
}

function RowLink({ room, me, isOpen, isStop, ref, onContextMenu }: RowLinkProps) {
  const name = nameOf(room);
  const unread = room.unread_count;
  const isMuted = notifyOf(room).level === 'none';
  const described = [
    unread > 0 && t('conversation.unread', { count: unread }),
    isMuted && t('conversation.muted'),
  ].filter(Boolean);
  return (
    <a
      ref={ref}
      className={unread > 0 ? 'row unread' : 'row'}
      href={hrefOf({ entityId: room.entity_id })}
      data-id={room.entity_id}
      aria-current={isOpen ? 'page' : undefined}
      aria-label={name}
      aria-description={described.length > 0 ? described.join(', ') : undefined}
      tabIndex={isStop ? 0 : -1}
      onContextMenu={onContextMenu}
    >
      <Avatar id={room.entity_id} name={name} isRoom={isGroup(room)} size={40} />
      <span className="name" dir="auto">
        {name}
      </span>
      <time className="when">{room.last_message_id && whenOf(room.last_activity_ms)}</time>
      <Preview room={room} me={me} />
      {isMuted && unread === 0 && <Icon icon="mute" />}
      {unread > 0 && (
        <span className={isMuted ? 'badge muted' : 'badge'}>
          {unread > 999 ? '999+' : numberOf(unread)}
        </span>
      )}
    </a>
  );
}

/** The last message, or what the member has written and not sent yet. */
function Preview({ room, me }: { room: RoomRow; me: string }) {
  const { draft } = useDraft(room.entity_id);
  const [file] = draft?.files ?? [];
  return (
    <span className="preview" dir="auto">
      {draft ? (
        <>
          <span className="draft">{t('conversation.draft')}</span> {draft.text || file?.name}
        </>
      ) : (
        <>
          {/* Isolated, so that the direction of the text counts. */}
          {room.last_author_id === me && <bdi>{t('conversation.ownLast')}</bdi>} {previewOf(room)}
        </>
      )}
    </span>
  );
}
