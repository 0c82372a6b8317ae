import { useEffect, useRef, useState } from 'react';
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

  function step(by: number): void {
    const next = pictures[(at + by + pictures.length) % pictures.length];
    if (next) setShownNid(next.nid);
  }

  useArrows(step);
  if (!file) return undefined;
  const url = links.get(file.nid);
  return (
    <Dialog title={file.file_name} className="viewer" onClose={onClose}>
      <figure>
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

/** Steps by the arrow keys, wherever the focus is. */
function useArrows(step: (by: 1 | -1) => void): void {
  const current = useRef(step);
  current.current = step;
  useEffect(() => {
    function onKeyDown({ key }: KeyboardEvent): void {
      if (key !== 'ArrowLeft' && key !== 'ArrowRight') return;
      const isRtl = document.documentElement.dir === 'rtl';
      current.current((key === 'ArrowRight') === isRtl ? -1 : 1);
    }
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
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
