import type { RoomRow } from '../../../client/index.ts';
import { t } from '../../i18n/translate.ts';
import { Section } from '../section.tsx';
import { Documents, isPicture, Pictures } from './files.tsx';
import { useFiles } from './use-files.ts';

const shownPictures = 6;
const shownDocuments = 3;

interface FilesSectionProps {
  room: RoomRow;
  onShowAll(): void;
}

/** The newest files of a conversation. */
export function FilesSection({ room, onShowAll }: FilesSectionProps) {
  const { files, hasMore, isLoading } = useFiles(room);
  const entityId = room.entity_id;
  const pictures = files.filter(isPicture).slice(0, shownPictures);
  const documents = files.filter((file) => !isPicture(file)).slice(0, shownDocuments);
  const isAll = !hasMore && pictures.length + documents.length === files.length;
  if (files.length === 0 && !hasMore) return undefined;
  return (
    <Section title={t('details.files')} aside={isAll ? files.length : undefined}>
      {pictures.length > 0 && <Pictures {...{ entityId }} files={pictures} />}
      {documents.length > 0 && <Documents {...{ entityId }} files={documents} />}
      {!isAll && !isLoading && (
        <button type="button" className="link" onClick={onShowAll}>
          {t('details.allFiles')}
        </button>
      )}
    </Section>
  );
}
