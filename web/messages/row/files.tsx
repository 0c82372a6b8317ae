import { useState } from 'react';
import type { ShownMessage } from '../../../client/index.ts';
import { useClient } from '../../../client/react.ts';
import { sizeOf } from '../../i18n/format.ts';
import { t } from '../../i18n/translate.ts';
import { Icon } from '../../ui/icon-button.tsx';
import { useMessageActions } from '../actions/context.ts';

type File = ShownMessage['files'][number];

/** The files of a message: pictures, players, and cards for all others. */
export const Files = ({ row }: { row: ShownMessage }) => (
  <ul className="files" aria-label={t('files.title')}>
    {row.files.map((file) => (
      <li key={file.nid}>
        <FileView {...{ row, file }} />
      </li>
    ))}
  </ul>
);

function FileView({ row, file }: { row: ShownMessage; file: File }) {
  const { url, thumbUrl, renew } = useLinks(file);
  const { category, width, height } = file;
  if (category === 'image' && width && height)
    return <Picture {...{ row, file, width, height, renew }} url={thumbUrl ?? url} />;
  if (category === 'video' && url !== undefined)
    return (
      // biome-ignore lint/a11y/useMediaCaption: members upload no captions.
      <video
        className="video"
        controls
        preload="metadata"
        tabIndex={-1}
        src={url}
        aria-label={file.file_name}
        onError={renew}
        style={width && height ? sizeWithin(width, height) : undefined}
      />
    );
  if (category === 'audio' && url !== undefined)
    return (
      <figure className="audio">
        <figcaption dir="auto">{file.file_name}</figcaption>
        {/* biome-ignore lint/a11y/useMediaCaption: members upload no captions. */}
        <audio controls preload="none" tabIndex={-1} src={url} onError={renew} />
      </figure>
    );
  return (
    <FileCard name={file.file_name} extension={file.extension} size={file.filesize} url={url} />
  );
}

interface PictureProps {
  row: ShownMessage;
  file: File;
  width: number;
  height: number;
  url: string | undefined;
  renew(): void;
}

/** A picture in the room that its size needs, before it has been loaded. */
function Picture({ row, file, width, height, url, renew }: PictureProps) {
  const { view } = useMessageActions();
  const label = t('files.picture', { name: file.file_name, size: sizeOf(file.filesize) });
  const size = sizeWithin(width, height);
  return (
    <button
      type="button"
      className="picture"
      tabIndex={-1}
      aria-label={label}
      title={label}
      style={size}
      onClick={() => view(row, file.nid)}
    >
      {url !== undefined && (
        <img src={url} alt="" loading="lazy" decoding="async" style={size} onError={renew} />
      )}
    </button>
  );
}

interface FileCardProps {
  name: string;
  extension: string;
  size: number;
  url: string | undefined;
}

const FileCard = ({ name, extension, size, url }: FileCardProps) => (
  <a
    className="file"
    href={url}
    download={name}
    tabIndex={-1}
    aria-label={t('files.download', { name, size: sizeOf(size) })}
  >
    <span className="type" aria-hidden="true">
      {extension.slice(0, 4).toUpperCase() || <Icon icon="file" />}
    </span>
    <span className="names">
      <bdi className="name">{name}</bdi>
      <span className="size">{sizeOf(size)}</span>
    </span>
    <Icon icon="download" />
  </a>
);

/** The largest room of a picture in a log, in pixels. */
const largest = { width: 320, height: 260 };

/** The size of a picture in the log: as it is, or smaller. */
function sizeWithin(width: number, height: number) {
  const scale = Math.min(1, largest.width / width, largest.height / height);
  return {
    inlineSize: Math.max(48, Math.round(width * scale)),
    aspectRatio: `${width} / ${height}`,
  };
}

/** The links of a file; new ones are asked for when they have ended. */
function useLinks(file: File) {
  const { api } = useClient();
  const [renewed, setRenewed] = useState<{ url?: string; thumbUrl?: string }>();
  const given = 'url' in file ? { url: file.url, thumbUrl: file.thumb_url } : {};
  async function renew(): Promise<void> {
    // Once: the file may be gone.
    if (renewed) return;
    setRenewed({});
    const [links] = await api.chat.file_urls({ nids: [file.nid] }).catch(() => []);
    const { url, thumb_url: thumbUrl } = links ?? {};
    if (url) setRenewed({ url, ...(thumbUrl ? { thumbUrl } : {}) });
  }
  const links = { ...given, ...renewed };
  return {
    url: links.url ?? undefined,
    thumbUrl: links.thumbUrl ?? undefined,
    renew: () => void renew(),
  };
}
