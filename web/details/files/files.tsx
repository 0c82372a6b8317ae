import { Suspense, useState } from 'react';
import type { RoomFile } from '../../../client/index.ts';
import { momentOf, sizeOf, whenOf } from '../../i18n/format.ts';
import { t } from '../../i18n/translate.ts';
import { navigate } from '../../route.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import { Boundary } from '../../ui/parts/boundary.tsx';
import { part } from '../../ui/parts/part.ts';

interface FilesProps {
  files: readonly RoomFile[];
}

const FileViewer = part(async () => (await import('../../viewer/file-viewer.tsx')).FileViewer);

const keyOf = ({ message_id: messageId, nid }: RoomFile): string => `${messageId} ${nid}`;

/** Pictures; each is shown large, among the others of the conversation. */
export function Pictures({ files }: FilesProps) {
  const [opened, setOpened] = useState<RoomFile>();
  return (
    <>
      <ul className="pictures">
        {files.map((file) => (
          <li key={keyOf(file)}>
            <PictureButton {...{ file }} onClick={() => setOpened(file)} />
          </li>
        ))}
      </ul>
      {opened && (
        <Boundary>
          <Suspense>
            <FileViewer file={opened} onClose={() => setOpened(undefined)} />
          </Suspense>
        </Boundary>
      )}
    </>
  );
}

function PictureButton({ file, onClick }: { file: RoomFile; onClick(): void }) {
  const { file_name: name, entity, ctime_ms: ms, thumb_url: address } = file;
  const label = t('details.picture', { name, author: entity.surname, time: momentOf(ms) });
  return (
    <button type="button" title={name} aria-label={label} {...{ onClick }}>
      <img src={address ?? undefined} alt="" loading="lazy" decoding="async" />
    </button>
  );
}

/** Other files; each can be downloaded, and leads to its message. */
export const Documents = ({ files }: FilesProps) => (
  <ul className="documents">
    {files.map((file) => (
      <li key={keyOf(file)} className="document">
        <Document {...{ file }} />
      </li>
    ))}
  </ul>
);

function Document({ file }: { file: RoomFile }) {
  const { file_name: name, url, entity, ctime_ms: ms } = file;
  const { entity_id: entityId, message_id: messageId } = file;
  return (
    <>
      <a href={url ?? undefined} download={name} rel="noreferrer">
        <span className="kind" aria-hidden="true">
          {file.extension.slice(0, 4)}
        </span>
        <span className="name" dir="auto">
          {name}
        </span>
        <span className="aside" title={`${entity.surname}, ${momentOf(ms)}`}>
          {t('details.fileFacts', { size: sizeOf(file.filesize), when: whenOf(ms) })}
        </span>
      </a>
      <IconButton
        icon="forward"
        label={t('details.showMessage', { name })}
        onClick={() => navigate({ entityId, messageId })}
      />
    </>
  );
}
