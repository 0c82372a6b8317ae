import { useState } from 'react';
import type { RoomRow } from '../../client/index.ts';
import { t } from '../i18n/translate.ts';
import { useSession } from '../session-context.ts';
import { Icon } from '../ui/icon-button.tsx';
import { allows } from '../ui/privilege.ts';
import { About } from './about.tsx';
import { FilesSection } from './files/files-section.tsx';
import { GroupActions } from './group-actions.tsx';
import { AddMembers } from './members/add-members.tsx';
import { Member } from './members/member.tsx';
import { Pins } from './pins.tsx';
import { Section } from './section.tsx';
import { Tags } from './tags.tsx';
import { useGroup, useParticipants, useRights } from './use-group.ts';
import type { View } from './view.ts';

/** So many members are shown in the overview. */
const shownMembers = 8;

interface GroupOverviewProps {
  room: RoomRow;
  onShow(view: View): void;
}

/** What the panel shows of a group room. */
export function GroupOverview({ room, onShow }: GroupOverviewProps) {
  const { identity } = useSession();
  const { value: info } = useGroup(room);
  const rights = useRights(info);
  const mayWrite = allows(identity.privilege, 'write');
  return (
    <>
      {info && <About {...{ info, rights }} />}
      {mayWrite && <Tags room={room} />}
      {info && <MembersSection {...{ room, rights, onShow }} ownerIds={info.owner_ids} />}
      <Pins room={room} />
      <FilesSection room={room} onShowAll={() => onShow('files')} />
      {info && <GroupActions {...{ room, info, rights }} />}
    </>
  );
}

interface MembersSectionProps extends GroupOverviewProps {
  rights: ReturnType<typeof useRights>;
  ownerIds: readonly string[];
}

function MembersSection({ room, rights, ownerIds, onShow }: MembersSectionProps) {
  const { value: members, failure } = useParticipants(room, shownMembers);
  const [isAdding, setAdding] = useState(false);
  const hasMore = members !== undefined && room.member_count > members.length;
  return (
    <Section title={t('details.members')} aside={room.member_count}>
      {failure && <p className="failure">{failure}</p>}
      <ul className="members">
        {members?.map((member) => (
          <Member key={member.user_id} {...{ room, member, rights, ownerIds }} />
        ))}
      </ul>
      {hasMore && (
        <button type="button" className="link" onClick={() => onShow('members')}>
          {t('details.allMembers', { count: room.member_count })}
        </button>
      )}
      {rights.mayEdit && (
        <button type="button" className="link with-icon" onClick={() => setAdding(true)}>
          <Icon icon="people" />
          {t('details.addMembers')}
        </button>
      )}
      {isAdding && <AddMembers room={room} onClose={() => setAdding(false)} />}
    </Section>
  );
}
