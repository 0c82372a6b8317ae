import { useEffect, useState } from 'react';
import { CallError, type CallResult } from '../../client/index.ts';
import { useClient } from '../../client/react.ts';
import { t } from '../i18n/translate.ts';
import { plainText } from '../messages/text/marks.ts';
import { useSession } from '../session-context.ts';
import { IconButton } from '../ui/icon-button.tsx';

type Row = CallResult<'chat.get'>[number];

interface ReplyBannerProps {
  messageId: string;
  onCancel(): void;
}

/** Says which message is answered. */
export function ReplyBanner({ messageId, onCancel }: ReplyBannerProps) {
  const row = useMessage(messageId);
  const { userId: me } = useSession().identity;
  return (
    <div className="reply-banner">
      <p>
        {row === 'gone' ? (
          t('composer.replyGone')
        ) : (
          <>
            {t('composer.replying')} <Author row={row} me={me} />
            <span className="quoted" dir="auto">
              {row && (plainText(row.message) || t('message.file'))}
            </span>
          </>
        )}
      </p>
      <IconButton icon="close" label={t('composer.cancelReply')} onClick={onCancel} />
    </div>
  );
}

function Author({ row, me }: { row: Row | undefined; me: string }) {
  if (!row) return undefined;
  const { author_id, entity, from } = row;
  const other = from?.name ?? (entity.surname || t('author.unknown'));
  return <strong dir="auto">{author_id === me && !from ? t('composer.yourself') : other}</strong>;
}

/** Returns a message as the service has it; undefined until it is known. */
function useMessage(messageId: string): Row | 'gone' | undefined {
  const { api } = useClient();
  const [read, setRead] = useState<{ messageId: string; row: Row | 'gone' }>();
  useEffect(() => {
    const abort = new AbortController();
    api.chat.get({ message_ids: [messageId] }, { signal: abort.signal }).then(
      ([row]) => setRead({ messageId, row: row ?? 'gone' }),
      (error: unknown) => {
        if (error instanceof CallError && error.code === 'MESSAGE_NOT_FOUND')
          setRead({ messageId, row: 'gone' });
      },
    );
    return () => abort.abort();
  }, [api, messageId]);
  return read?.messageId === messageId ? read.row : undefined;
}
