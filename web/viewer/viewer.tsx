import { useEffect, useRef, useState } from 'react';
import { useClient } from '../../client/react.ts';
import { momentOf, sizeOf, whenOf } from '../i18n/format.ts';
import { t } from '../i18n/translate.ts';
import { hrefOf } from '../route.ts';
import { Dialog } from '../ui/dialog.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { type Picture, type Start, usePictures } from './use-pictures.ts';

interface ViewerProps {
  start: Start;
  onClose(): void;
}

/** The pictures of a conversation, large. ← and → show the one before and the one after. */
export function Viewer({ start, onClose }: ViewerProps) {
  const { shown, has, step } = usePictures(start);
  const links = useLinks(start.pictures.map(({ nid }) => nid).join(' '));
  useArrows((by) => step(by < 0 ? 'older' : 'newer'));
  if (!shown) return undefined;
  const url = links?.get(shown.nid) ?? (links || !isAtStart(start, shown) ? shown.url : undefined);
  const { key, name, width, height } = shown;
  const size = sizeOf(shown.size);
  return (
    <Dialog title={name} className="viewer" onClose={onClose}>
      <figure>
        {url && (
          <img
            key={key}
            src={url}
            alt={t('files.picture', { name, size })}
            {...{ width, height }}
          />
        )}
        <figcaption>
          <IconButton
            icon="back"
            label={t('viewer.previous')}
            aria-disabled={!has('older')}
            onClick={() => step('older')}
          />
          <Origin entityId={start.entityId} picture={shown} {...{ onClose }} />
          <IconButton
            className="next"
            icon="back"
            label={t('viewer.next')}
            aria-disabled={!has('newer')}
            onClick={() => step('newer')}
          />
          <a
            className="icon-button icon-download"
            href={url}
            download={name}
            aria-label={t('files.download', { name, size })}
            title={t('viewer.download')}
          >
            <span className="hidden-text">{t('viewer.download')}</span>
          </a>
        </figcaption>
      </figure>
    </Dialog>
  );
}

const isAtStart = ({ pictures }: Start, { key }: Picture): boolean =>
  pictures.some((picture) => picture.key === key);

interface OriginProps {
  entityId: string;
  picture: Picture;
  onClose(): void;
}

/** Who sent a picture and when; leads to its message. */
const Origin = ({ entityId, picture: { messageId, author, ms }, onClose }: OriginProps) => (
  <a
    className="origin"
    href={hrefOf({ entityId, messageId })}
    title={`${t('viewer.show')}\n${momentOf(ms)}`}
    onClick={onClose}
  >
    <bdi>{author}</bdi> <time>{whenOf(ms)}</time>
  </a>
);

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

/**
 * Returns new links to the files that the viewer began with: those that it was given may have
 * ended. Undefined until they are known.
 */
function useLinks(nids: string): ReadonlyMap<string, string> | undefined {
  const { api } = useClient();
  const [links, setLinks] = useState<ReadonlyMap<string, string>>();
  useEffect(() => {
    api.chat.file_urls({ nids: nids.split(' ') }).then(
      (found) => setLinks(new Map(found.map((one) => [one.nid, one.url ?? '']))),
      () => setLinks(new Map()),
    );
  }, [api, nids]);
  return links;
}
