import { type KeyboardEvent, useEffect, useState } from 'react';
import type { ShownMessage } from '../../client/index.ts';
import { useClient } from '../../client/react.ts';
import { sizeOf } from '../i18n/format.ts';
import { t } from '../i18n/translate.ts';
import { Dialog } from '../ui/dialog.tsx';
import { IconButton } from '../ui/icon-button.tsx';

interface ViewerProps {
  row: ShownMessage;
  /** The picture that is shown first. */
  nid: string;
  onClose(): void;
}

/** The pictures of a message, large. ← and → show another one. */
export function Viewer({ row, nid, onClose }: ViewerProps) {
  const pictures = row.files.filter(({ category }) => category === 'image');
  const [shownNid, setShownNid] = useState(nid);
  const at = Math.max(
    0,
    pictures.findIndex((file) => file.nid === shownNid),
  );
  const file = pictures[at];
  const links = useLinks(pictures.map((picture) => picture.nid).join(' '));
  if (!file) return undefined;
  const url = links.get(file.nid);

  function step(by: number): void {
    const next = pictures[(at + by + pictures.length) % pictures.length];
    if (next) setShownNid(next.nid);
  }

  function onKeyDown({ key }: KeyboardEvent): void {
    const isRtl = document.documentElement.dir === 'rtl';
    if (key === 'ArrowLeft') step(isRtl ? 1 : -1);
    else if (key === 'ArrowRight') step(isRtl ? -1 : 1);
  }

  return (
    <Dialog title={file.file_name} className="viewer" onClose={onClose}>
      <figure {...{ onKeyDown }}>
        {url && (
          <img
            key={file.nid}
            src={url}
            alt={t('files.picture', { name: file.file_name, size: sizeOf(file.filesize) })}
            width={file.width}
            height={file.height}
          />
        )}
        <figcaption>
          {pictures.length > 1 && (
            <>
              <IconButton icon="back" label={t('viewer.previous')} onClick={() => step(-1)} />
              <span>{t('pins.position', { at: at + 1, count: pictures.length })}</span>
              <IconButton
                className="next"
                icon="back"
                label={t('viewer.next')}
                onClick={() => step(1)}
              />
            </>
          )}
          <a
            className="icon-button icon-download"
            href={url}
            download={file.file_name}
            aria-label={t('files.download', { name: file.file_name, size: sizeOf(file.filesize) })}
            title={t('viewer.download')}
          >
            <span className="hidden-text">{t('viewer.download')}</span>
          </a>
        </figcaption>
      </figure>
    </Dialog>
  );
}

/** Returns new links to files: those of their message may have ended. */
function useLinks(nids: string): ReadonlyMap<string, string> {
  const { api } = useClient();
  const [links, setLinks] = useState<ReadonlyMap<string, string>>(new Map());
  useEffect(() => {
    api.chat.file_urls({ nids: nids.split(' ') }).then(
      (found) => setLinks(new Map(found.map((one) => [one.nid, one.url ?? '']))),
      () => {},
    );
  }, [api, nids]);
  return links;
}
