import { momentOf, sizeOf, whenOf } from '../../i18n/format.ts';
import { t } from '../../i18n/translate.ts';
import { hrefOf, navigate } from '../../route.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import type { RoomFile } from './use-files.ts';

interface FilesProps {
  entityId: string;
  files: readonly RoomFile[];
}

/** Whether a file is shown as a picture. */
export const isPicture = ({ category, has_thumbnail, thumb_url }: RoomFile): boolean =>
  category === 'image' && has_thumbnail === 1 && thumb_url !== null;

/** Pictures; each leads to its message. */
export const Pictures = ({ entityId, files }: FilesProps) => (
  <ul className="pictures">
    {files.map(({ nid, messageId, file_name: name, author, ms, thumb_url: address }) => (
      <li key={nid}>
        <a
          href={hrefOf({ entityId, messageId })}
          title={name}
          aria-label={t('details.picture', { name, author, time: momentOf(ms) })}
        >
          <img src={address ?? undefined} alt="" loading="lazy" decoding="async" />
        </a>
      </li>
    ))}
  </ul>
);

/** Other files; each can be downloaded, and leads to its message. */
export const Documents = ({ entityId, files }: FilesProps) => (
  <ul className="documents">
    {files.map(({ nid, messageId, file_name: name, filesize, extension, url, ms, author }) => (
      <li key={nid} className="document">
        <a href={url ?? undefined} download={name} rel="noreferrer">
          <span className="kind" aria-hidden="true">
            {extension.slice(0, 4)}
          </span>
          <span className="name" dir="auto">
            {name}
          </span>
          <span className="aside" title={`${author}, ${momentOf(ms)}`}>
            {t('details.fileFacts', { size: sizeOf(filesize), when: whenOf(ms) })}
          </span>
        </a>
        <IconButton
          icon="forward"
          label={t('details.showMessage', { name })}
          onClick={() => navigate({ entityId, messageId })}
        />
      </li>
    ))}
  </ul>
);
