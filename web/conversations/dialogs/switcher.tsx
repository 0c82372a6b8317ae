import { useMemo, useState } from 'react';
import type { RoomRow } from '../../../client/index.ts';
import { useConversations } from '../../../client/react.ts';
import { t } from '../../i18n/translate.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { nameOf } from '../name.ts';
import { choiceOfPerson, choiceOfPublicRoom, choiceOfRoom } from './choices.ts';
import { SearchList } from './search-list.tsx';
import { useJoin } from './use-join.ts';
import { matches, ownRooms, people, publicRooms, useSearch } from './use-search.ts';

/** Of each kind so many are shown. */
const mostShown = 12;

/** Finds conversations, members to write to and rooms to join; recent conversations first. */
export function Switcher({ onClose }: { onClose: () => void }) {
  const [query, setQuery] = useState('');
  const { rows } = useConversations();
  const own = useSearch(query, ownRooms);
  const persons = useSearch(query, people);
  const rooms = useSearch(query, publicRooms);
  const join = useJoin(onClose);
  const sections = useMemo(() => {
    const conversations = ownOf(rows, own.found, query).slice(0, mostShown);
    const known = new Set([...rows, ...own.found].map(({ entity_id }) => entity_id));
    const isNew = (id: string): boolean => !known.has(id);
    return [
      {
        title: t(query.trim() === '' ? 'find.recent' : 'conversations.title'),
        choices: conversations.map((room) => choiceOfRoom(room, onClose)),
      },
      {
        title: t('find.people'),
        choices: persons.found
          .filter(({ id, surname }) => isNew(id) && matches(surname, query))
          .slice(0, mostShown)
          .map((person) => choiceOfPerson(person, onClose)),
      },
      {
        title: t('find.rooms'),
        choices: rooms.found
          .filter(({ entity_id, name }) => isNew(entity_id) && matches(name, query))
          .slice(0, mostShown)
          .map((room) => choiceOfPublicRoom(room, (id) => void join.run(id))),
      },
    ];
  }, [rows, own.found, persons.found, rooms.found, query, onClose, join.run]);

  const all = [own, persons, rooms];
  return (
    <Dialog title={t('conversations.find')} hasHiddenTitle className="switcher" onClose={onClose}>
      <SearchList
        label={t('conversations.find')}
        {...{ query, sections }}
        onQuery={setQuery}
        isSearching={all.some(({ isSearching }) => isSearching)}
        failure={join.failure ?? all.find(({ failure }) => failure)?.failure}
        empty={t('find.nothing')}
      />
    </Dialog>
  );
}

/** Returns the conversations that match: those that are loaded, then what the service found. */
function ownOf(rows: readonly RoomRow[], found: readonly RoomRow[], query: string): RoomRow[] {
  const loaded = rows.filter((room) => matches(nameOf(room), query));
  const ids = new Set(loaded.map(({ entity_id }) => entity_id));
  const isOther = (room: RoomRow) => !ids.has(room.entity_id) && matches(nameOf(room), query);
  return [...loaded, ...found.filter(isOther)];
}
