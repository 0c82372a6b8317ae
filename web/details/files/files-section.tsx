import type { RoomRow } from '../../../client/index.ts';
import { t } from '../../i18n/translate.ts';
import { Section } from '../section.tsx';
import { Documents, Pictures } from './files.tsx';
import { useRoomFiles } from './use-room-files.ts';

const shownPictures = 6;
const shownDocuments = 3;

interface FilesSectionProps {
  room: RoomRow;
  onShowAll(): void;
}

/** The newest files of a conversation. */
export function FilesSection({ room: { entity_id: entityId }, onShowAll }: FilesSectionProps) {
  const pictures = useRoomFiles({ entityId, kind: 'pictures', limit: shownPictures });
  const others = useRoomFiles({ entityId, kind: 'others', limit: shownDocuments });
  const count = pictures.files.length + others.files.length;
  if (count === 0) return undefined;
  const isAll = !pictures.hasMore && !others.hasMore;
  return (
    <Section title={t('details.files')} aside={isAll ? count : undefined}>
      {pictures.files.length > 0 && <Pictures files={pictures.files} />}
      {others.files.length > 0 && <Documents files={others.files} />}
      {!isAll && (
        <button type="button" className="link" onClick={onShowAll}>
          {t('details.allFiles')}
        </button>
      )}
    </Section>
  );
}
