import { useState } from 'react';
import type { RoomInfo, RoomRow } from '../../client/index.ts';
import { useClient } from '../../client/react.ts';
import { t } from '../i18n/translate.ts';
import { navigate } from '../route.ts';
import { useSession } from '../session-context.ts';
import { Confirm, type Question } from '../ui/confirm.tsx';
import { ArchiveForMe } from './archive-for-me.tsx';
import type { Rights } from './use-group.ts';

interface GroupActionsProps {
  room: RoomRow;
  info: RoomInfo;
  rights: Rights;
}

/** What ends a group: for the member, or for everyone. */
export function GroupActions({ room, info, rights }: GroupActionsProps) {
  const { api } = useClient();
  const { identity } = useSession();
  const [question, setQuestion] = useState<Question>();
  const { entity_id: entityId, name, is_archived: isArchived } = info;

  const archiveForAll = (): void =>
    setQuestion({
      title: t(isArchived ? 'details.restoreForAll' : 'details.archiveForAll'),
      text: t(isArchived ? 'details.restoreForAllText' : 'details.archiveForAllText', { name }),
      label: t(isArchived ? 'details.restoreForAll' : 'details.archiveForAll'),
      run: () =>
        api.chat.change_status({
          entity_id: entityId,
          for: 'all',
          status: isArchived ? 'active' : 'archived',
        }),
    });
  const leave = (): void =>
    setQuestion({
      title: t('details.leave'),
      text: t(info.visibility === 'public' ? 'details.leavePublicText' : 'details.leaveText', {
        name,
      }),
      label: t('details.leave'),
      isDangerous: true,
      run: async () => {
        await api.room.remove({ entity_id: entityId, user_id: identity.userId });
        navigate({});
      },
    });
  const remove = (): void =>
    setQuestion({
      title: t('details.delete'),
      text: t('details.deleteText', { name }),
      label: t('details.delete'),
      isDangerous: true,
      run: async () => {
        await api.room.delete({ entity_id: entityId });
        navigate({});
      },
    });

  return (
    <section className="section actions" aria-label={t('details.more')}>
      {isArchived === 0 && <ArchiveForMe room={room} />}
      {rights.mayClose && (
        <button type="button" onClick={archiveForAll}>
          {t(isArchived ? 'details.restoreForAll' : 'details.archiveForAll')}
        </button>
      )}
      <button type="button" className="danger" onClick={leave}>
        {t('details.leave')}
      </button>
      {rights.mayClose && (
        <button type="button" className="danger" onClick={remove}>
          {t('details.delete')}
        </button>
      )}
      {question && <Confirm question={question} onClose={() => setQuestion(undefined)} />}
    </section>
  );
}
