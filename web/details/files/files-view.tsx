import { useState } from 'react';
import type { RoomRow } from '../../../client/index.ts';
import { t } from '../../i18n/translate.ts';
import { Documents, Pictures } from './files.tsx';
import { type FileKind, type RoomFiles, useRoomFiles } from './use-room-files.ts';

const titles = { pictures: 'details.pictures', others: 'details.documents' } as const;
const filesOfPage = 60;

/** All files of a conversation: pictures as a grid, the others as a list. */
export function FilesView({ room: { entity_id: entityId } }: { room: RoomRow }) {
  const [kind, setKind] = useState<FileKind>('pictures');
  return (
    <div className="scroll">
      <fieldset className="filters" aria-label={t('conversations.filter')}>
        {(['pictures', 'others'] as const).map((one) => (
          <button key={one} type="button" aria-pressed={one === kind} onClick={() => setKind(one)}>
            {t(titles[one])}
          </button>
        ))}
      </fieldset>
      <Listed key={kind} {...{ entityId, kind }} />
    </div>
  );
}

function Listed({ entityId, kind }: { entityId: string; kind: FileKind }) {
  const found = useRoomFiles({ entityId, kind, limit: filesOfPage });
  const List = kind === 'pictures' ? Pictures : Documents;
  return (
    <>
      <List files={found.files} />
      <More {...found} />
    </>
  );
}

function More({ files, hasMore, isLoading, failure, loadMore }: RoomFiles) {
  if (isLoading)
    return (
      <p className="aside" aria-busy="true">
        {t('details.searching')}
      </p>
    );
  if (!hasMore && !failure)
    return files.length === 0 && <p className="empty">{t('details.noFiles')}</p>;
  return (
    <div className="more">
      {failure && (
        <p className="failure" role="alert">
          {failure}
        </p>
      )}
      <button type="button" className="button" onClick={loadMore}>
        {failure ? t('action.retry') : t('details.moreFiles')}
      </button>
    </div>
  );
}
