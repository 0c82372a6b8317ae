import { useRef, useState } from 'react';
import type { Participant, RoomRow } from '../../../client/index.ts';
import { useClient } from '../../../client/react.ts';
import { nameOf } from '../../conversations/name.ts';
import { t } from '../../i18n/translate.ts';
import { navigate } from '../../route.ts';
import { useSession } from '../../session-context.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Confirm, type Question } from '../../ui/confirm.tsx';
import { IconButton } from '../../ui/icon-button.tsx';
import { Menu, type MenuItem } from '../../ui/menu.tsx';
import type { Rights } from '../use-group.ts';

interface MemberProps {
  room: RoomRow;
  member: Participant;
  rights: Rights;
  ownerIds: readonly string[];
  /** Where a list shows some rows only: its place in it. */
  place?: { top: number; position: number; count: number };
}

/** One member of a group, with what may be done about them. */
export function Member({ room, member, rights, ownerIds, place }: MemberProps) {
  const { identity } = useSession();
  const { user_id: id, surname: name, is_owner: isOwner } = member;
  const isMe = id === identity.userId;
  return (
    <li
      className="member"
      {...(place && {
        style: { insetBlockStart: place.top },
        'aria-posinset': place.position,
        'aria-setsize': place.count,
      })}
    >
      <Avatar id={id} name={name} size={30} />
      <span className="name" dir="auto">
        {isMe ? t('details.you', { name }) : name}
      </span>
      {isOwner === 1 && <span className="aside">{t('details.owner')}</span>}
      {!isMe && <Actions {...{ room, member, rights, ownerIds }} />}
    </li>
  );
}

function Actions({ room, member, rights, ownerIds }: MemberProps) {
  const { api } = useClient();
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [question, setQuestion] = useState<Question>();
  const { user_id: userId, surname: name, is_owner: isOwner } = member;
  const entityId = room.entity_id;

  const setOwners = (ownerIds: readonly string[]) => () =>
    api.room.update({ entity_id: entityId, owner_ids: [...ownerIds] });
  const isLastOwner = isOwner === 1 && ownerIds.length === 1;
  const items: MenuItem[] = [
    { label: t('details.write'), run: () => navigate({ entityId: userId }) },
  ];
  if (rights.mayManage && isOwner === 0)
    items.push({
      label: t('details.makeOwner'),
      run: () =>
        setQuestion({
          title: t('details.makeOwner'),
          text: t('details.makeOwnerText', { name }),
          label: t('details.makeOwner'),
          run: setOwners([...ownerIds, userId]),
        }),
    });
  if (rights.mayManage && isOwner === 1 && !isLastOwner)
    items.push({
      label: t('details.endOwner'),
      run: () =>
        setQuestion({
          title: t('details.endOwner'),
          text: t('details.endOwnerText', { name }),
          label: t('details.endOwner'),
          run: setOwners(ownerIds.filter((id) => id !== userId)),
        }),
    });
  if (rights.mayClose)
    items.push({
      label: t('details.remove'),
      isDangerous: true,
      run: () =>
        setQuestion({
          title: t('details.remove'),
          text: t('details.removeText', { name, group: nameOf(room) }),
          label: t('details.remove'),
          isDangerous: true,
          run: () => api.room.remove({ entity_id: entityId, user_id: userId }),
        }),
    });

  return (
    <>
      <IconButton
        ref={button}
        icon="menu"
        label={t('details.actions', { name })}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      />
      {isOpen && (
        <Menu
          label={t('details.actions', { name })}
          anchor={button}
          items={items}
          onClose={() => setOpen(false)}
        />
      )}
      {question && <Confirm question={question} onClose={() => setQuestion(undefined)} />}
    </>
  );
}
