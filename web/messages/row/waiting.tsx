import type { OutboxItem } from '../../../client/index.ts';
import { useClient, useUpload } from '../../../client/react.ts';
import { percentOf, sizeOf } from '../../i18n/format.ts';
import { type MessageId, t } from '../../i18n/translate.ts';
import { Icon } from '../../ui/icon-button.tsx';

/** What a message that is being sent shows below its text. */
export function Waiting({ item }: { item: OutboxItem }) {
  return (
    <>
      {item.files.length > 0 && <WaitingFiles item={item} />}
      {item.state === 'failed' ? (
        <Failed item={item} />
      ) : (
        <span className="sending">{t('message.sending')}</span>
      )}
    </>
  );
}

function WaitingFiles({ item }: { item: OutboxItem }) {
  const upload = useUpload(item.id);
  const isRunning = item.state === 'queued' || item.state === 'uploading';
  return (
    <div className="files">
      {item.files.map(({ name, size, progress }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two may have one name, and none moves.
        <div className="file" key={index}>
          <span className="type" aria-hidden="true">
            <Icon icon="file" />
          </span>
          <span className="names">
            <bdi className="name">{name}</bdi>
            <span className="size">{sizeOf(size)}</span>
            {isRunning && <progress max={1} value={progress} aria-label={name} />}
          </span>
          {isRunning && <span className="percent">{percentOf(progress)}</span>}
        </div>
      ))}
      {upload && isRunning && (
        <button type="button" className="link" tabIndex={-1} onClick={() => void upload.cancel()}>
          {t('message.cancelUpload')}
        </button>
      )}
    </div>
  );
}

/** Why the service refuses messages. */
const reasons: Readonly<Record<string, MessageId>> = {
  FILE_UNREADABLE: 'failed.file',
  INVALID_ATTACHMENT: 'failed.file',
  INVALID_CONTACT: 'failed.contact',
  INVALID_THREAD: 'failed.thread',
  PERMISSION_DENIED: 'failed.permission',
  ROOM_ARCHIVED: 'failed.archived',
  ROOM_NOT_FOUND: 'failed.contact',
  TOO_LARGE: 'failed.tooLarge',
  UNSUPPORTED_TYPE: 'failed.type',
};

function Failed({ item: { id, failure } }: { item: OutboxItem }) {
  const { outbox } = useClient();
  const reason = reasons[failure?.code ?? ''];
  return (
    <p className="failed">
      <span role="alert">
        {reason
          ? t(reason)
          : t('failed.other', { reason: failure?.details[0] ?? failure?.code ?? '' })}
      </span>
      <button type="button" className="link" tabIndex={-1} onClick={() => void outbox.retry(id)}>
        {t('message.retry')}
      </button>
      <button type="button" className="link" tabIndex={-1} onClick={() => void outbox.discard(id)}>
        {t('message.discard')}
      </button>
    </p>
  );
}
