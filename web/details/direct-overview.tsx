import { useState } from 'react';
import type { RoomRow } from '../../client/index.ts';
import { useClient } from '../../client/react.ts';
import { nameOf } from '../conversations/name.ts';
import { t } from '../i18n/translate.ts';
import { useSession } from '../session-context.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Confirm, type Question } from '../ui/confirm.tsx';
import { allows } from '../ui/privilege.ts';
import { ArchiveForMe } from './archive-for-me.tsx';
import { FilesSection } from './files/files-section.tsx';
import { Pins } from './pins.tsx';
import { Tags } from './tags.tsx';
import type { View } from './view.ts';

interface DirectOverviewProps {
  room: RoomRow;
  onShow(view: View): void;
}

/** What the panel shows of a direct conversation: the other person. */
export function DirectOverview({ room, onShow }: DirectOverviewProps) {
  const { identity } = useSession();
  const name = nameOf(room);
  const mayWrite = allows(identity.privilege, 'write');
  return (
    <>
      <section className="about">
        <Avatar id={room.entity_id} name={name} size={40} />
        <div>
          <p className="name" dir="auto">
            {name}
          </p>
          {room.is_blocked === 1 && <p className="aside">{t('details.blocked')}</p>}
        </div>
      </section>
      {mayWrite && <Tags room={room} />}
      <Pins room={room} />
      <FilesSection room={room} onShowAll={() => onShow('files')} />
      {mayWrite && (
        <section className="section actions" aria-label={t('details.more')}>
          <ArchiveForMe room={room} />
          <Block room={room} />
        </section>
      )}
    </>
  );
}

function Block({ room }: { room: RoomRow }) {
  const { api } = useClient();
  const [question, setQuestion] = useState<Question>();
  const [entityId, name] = [room.entity_id, nameOf(room)];
  const isBlocked = room.is_blocked === 1;
  const ask = (): void =>
    setQuestion(
      isBlocked
        ? {
            title: t('details.unblock'),
            text: t('details.unblockText', { name }),
            label: t('details.unblock'),
            run: () => api.contact.unblock({ entity_id: entityId }),
          }
        : {
            title: t('details.block'),
            text: t('details.blockText', { name }),
            label: t('details.block'),
            isDangerous: true,
            run: () => api.contact.block({ entity_id: entityId }),
          },
    );
  return (
    <>
      <button type="button" className={isBlocked ? undefined : 'danger'} onClick={ask}>
        {t(isBlocked ? 'details.unblock' : 'details.block')}
      </button>
      {question && <Confirm question={question} onClose={() => setQuestion(undefined)} />}
    </>
  );
}
