import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef, useState } from 'react';
import type { Participant, RoomRow } from '../../../client/index.ts';
import { searchKey } from '../../i18n/search-key.ts';
import { t } from '../../i18n/translate.ts';
import { useGroup, useParticipants, useRights } from '../use-group.ts';
import { Member } from './member.tsx';

/** In pixels, as in details.css. */
const rowHeight = 40;

/** All members of a group, with a search. */
export function MembersView({ room }: { room: RoomRow }) {
  const { value: members, failure } = useParticipants(room);
  const [search, setSearch] = useState('');
  const shown = members?.filter(matches(search));
  return (
    <>
      <div className="panel-search">
        <input
          type="search"
          aria-label={t('details.findMember')}
          placeholder={t('details.findMember')}
          value={search}
          dir="auto"
          onChange={(event) => setSearch(event.target.value)}
        />
      </div>
      {failure && <p className="failure">{failure}</p>}
      {shown?.length === 0 && <p className="empty">{t('details.nobody')}</p>}
      <Rows room={room} members={shown ?? []} isLoading={members === undefined} />
    </>
  );
}

/** Whether each word of the search begins a word of the name, whatever its case and accents. */
function matches(search: string): (member: Participant) => boolean {
  const words = searchKey(search).split(/\s+/u).filter(Boolean);
  return ({ surname }) => {
    const name = ` ${searchKey(surname)}`;
    return words.every((word) => name.includes(` ${word}`));
  };
}

interface RowsProps {
  room: RoomRow;
  members: readonly Participant[];
  isLoading: boolean;
}

function Rows({ room, members, isLoading }: RowsProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const { value: info } = useGroup(room);
  const rights = useRights(info);
  const virtual = useVirtualizer({
    count: members.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => members[index]?.user_id ?? index,
    overscan: 8,
  });
  return (
    <div className="scroll" ref={scroller} aria-busy={isLoading}>
      <ul
        className="members virtual"
        aria-label={t('details.members')}
        style={{ blockSize: virtual.getTotalSize() }}
      >
        {virtual.getVirtualItems().map(({ index, start }) => {
          const member = members[index];
          return (
            member && (
              <Member
                key={member.user_id}
                {...{ room, member, rights }}
                ownerIds={info?.owner_ids ?? []}
                place={{ top: start, position: index + 1, count: members.length }}
              />
            )
          );
        })}
      </ul>
    </div>
  );
}
