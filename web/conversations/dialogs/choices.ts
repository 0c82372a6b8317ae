import type { CallResult, RoomRow } from '../../../client/index.ts';
import { t } from '../../i18n/translate.ts';
import { navigate } from '../../route.ts';
import { isGroup, nameOf } from '../name.ts';
import type { Choice } from './search-list.tsx';

type Person = CallResult<'contact.list'>[number];
type Room = CallResult<'room.list'>[number];

/** Returns the choice of a conversation, which opens it. */
export const choiceOfRoom = (room: RoomRow, done: () => void): Choice => ({
  key: room.entity_id,
  id: room.entity_id,
  name: nameOf(room),
  isRoom: isGroup(room),
  ...(room.is_archived ? { aside: t('conversations.archived') } : {}),
  choose() {
    done();
    navigate({ entityId: room.entity_id });
  },
});

/** Returns the choice of a member, which opens the conversation with them. */
export const choiceOfPerson = ({ id, surname, is_blocked }: Person, done: () => void): Choice => ({
  key: id,
  id,
  name: surname || t('author.unknown'),
  isRoom: false,
  ...(is_blocked ? { aside: t('people.blocked') } : {}),
  choose() {
    done();
    navigate({ entityId: id });
  },
});

/** Returns the choice of a public room, which joins it. */
export const choiceOfPublicRoom = (room: Room, join: (entityId: string) => void): Choice => ({
  key: room.entity_id,
  id: room.entity_id,
  name: room.name,
  isRoom: true,
  aside: t('conversation.members', { count: room.member_count }),
  choose: () => join(room.entity_id),
});
