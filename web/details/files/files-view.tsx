import { useState } from 'react';
import type { RoomRow } from '../../../client/index.ts';
import { dayOf } from '../../i18n/format.ts';
import { t } from '../../i18n/translate.ts';
import { Documents, isPicture, Pictures } from './files.tsx';
import { type RoomFiles, useFiles } from './use-files.ts';

const kinds = ['pictures', 'documents'] as const;

/** All files of a conversation: pictures as a grid, the others as a list. */
export function FilesView({ room }: { room: RoomRow }) {
  const [kind, setKind] = useState<(typeof kinds)[number]>('pictures');
  const found = useFiles(room);
  const entityId = room.entity_id;
  const shown = found.files.filter((file) => isPicture(file) === (kind === 'pictures'));
  return (
    <div className="scroll">
      <fieldset className="filters" aria-label={t('conversations.filter')}>
        {kinds.map((one) => (
          <button key={one} type="button" aria-pressed={one === kind} onClick={() => setKind(one)}>
            {t(`details.${one}`)}
          </button>
        ))}
      </fieldset>
      {kind === 'pictures' ? (
        <Pictures {...{ entityId }} files={shown} />
      ) : (
        <Documents {...{ entityId }} files={shown} />
      )}
      <More {...found} isEmpty={shown.length === 0} />
    </div>
  );
}

function More({ hasMore, isLoading, failure, searchedMs, loadMore, isEmpty }: MoreProps) {
  if (isLoading)
    return (
      <p className="aside" aria-busy="true">
        {t('details.searching')}
      </p>
    );
  if (failure)
    return (
      <p className="failure" role="alert">
        {failure}
      </p>
    );
  if (!hasMore) return isEmpty && <p className="empty">{t('details.noFiles')}</p>;
  return (
    <div className="more">
      {searchedMs !== undefined && (
        <p className="aside">{t('details.searchedTo', { day: dayOf(searchedMs) })}</p>
      )}
      <button type="button" className="button" onClick={loadMore}>
        {t('details.moreFiles')}
      </button>
    </div>
  );
}

interface MoreProps extends Omit<RoomFiles, 'files'> {
  isEmpty: boolean;
}
