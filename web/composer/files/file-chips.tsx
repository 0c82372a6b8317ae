import { useEffect, useState } from 'react';
import type { DraftFile } from '../../../client/index.ts';
import { sizeOf } from '../../i18n/format.ts';
import { t } from '../../i18n/translate.ts';
import { Icon, IconButton } from '../../ui/icon-button.tsx';

interface FileChipsProps {
  files: readonly DraftFile[];
  onRemove(index: number): void;
}

/** The files that will be sent with the message. */
export function FileChips({ files, onRemove }: FileChipsProps) {
  if (files.length === 0) return undefined;
  return (
    <ul className="file-chips" aria-label={t('composer.files')}>
      {files.map((file, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two files may be equal.
        <li key={`${index} ${file.name}`} className="file-chip">
          <Picture file={file} />
          <span className="name" dir="auto">
            {file.name}
          </span>
          <span className="size">{sizeOf(file.size)}</span>
          <IconButton
            icon="close"
            label={t('action.remove', { name: file.name })}
            onClick={() => onRemove(index)}
          />
        </li>
      ))}
    </ul>
  );
}

/** Images that every browser shows. */
const shownTypes = /^image\/(png|jpeg|gif|webp|avif)$/;

function Picture({ file: { blob, type } }: { file: DraftFile }) {
  const [src, setSrc] = useState<string>();
  useEffect(() => {
    if (!shownTypes.test(type)) return;
    const url = URL.createObjectURL(blob);
    setSrc(url);
    return () => URL.revokeObjectURL(url);
  }, [blob, type]);
  if (src === undefined) return <Icon icon="file" />;
  return <img src={src} alt="" width={28} height={28} />;
}
