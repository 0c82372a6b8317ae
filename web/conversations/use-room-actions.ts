import { useMemo } from 'react';
import type { RoomRow } from '../../client/index.ts';
import { useClient } from '../../client/react.ts';
import { t } from '../i18n/translate.ts';
import { navigate } from '../route.ts';
import { useSession } from '../session-context.ts';
import type { MenuItem } from '../ui/menu.tsx';
import { sentenceOf } from '../ui/use-action.ts';

export interface RoomActions {
  /** Returns what can be done with a conversation. */
  itemsFor(room: RoomRow, isOpen: boolean): readonly MenuItem[];
}

/** What a member does with a conversation from the list. */
export function useRoomActions(
  onTag: (room: RoomRow) => void,
  onFailure: (sentence: string) => void,
): RoomActions {
  const { api } = useClient();
  const { identity } = useSession();
  return useMemo(() => {
    const attempt = (work: Promise<unknown>): void =>
      void work.catch((error: unknown) => onFailure(sentenceOf(error)));
    const item = (label: string, run: () => void): MenuItem => ({ label, run });

    function readItem(room: RoomRow, isOpen: boolean): MenuItem[] {
      const { last_message_id: id } = room;
      if (id === null) return [];
      if (room.unread_count > 0)
        return [
          item(t('conversation.markRead'), () => attempt(api.chat.acknowledge({ message_id: id }))),
        ];
      if (room.last_author_id === identity.userId) return [];
      return [
        item(t('conversation.markUnread'), () => {
          // An open conversation is read at once.
          if (isOpen) navigate({});
          attempt(api.chat.mark_unread({ message_id: id }));
        }),
      ];
    }

    function archiveItem({ entity_id, is_archived }: RoomRow): MenuItem {
      const label = is_archived ? t('conversation.restore') : t('conversation.archive');
      const status = is_archived ? 'active' : 'archived';
      return item(label, () => attempt(api.chat.change_status({ entity_id, status })));
    }

    return {
      itemsFor: (room, isOpen) => [
        ...readItem(room, isOpen),
        item(t('conversation.tag'), () => onTag(room)),
        archiveItem(room),
      ],
    };
  }, [api, identity.userId, onTag, onFailure]);
}
