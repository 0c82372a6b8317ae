import type { MouseEvent } from 'react';
import type { ShownMessage } from '../../../client/index.ts';
import { t } from '../../i18n/translate.ts';
import { hrefOf } from '../../route.ts';
import { useMessageActions } from '../actions/context.ts';
import { plainText } from '../text/marks.ts';

interface QuoteProps {
  quoted: NonNullable<ShownMessage['thread']>;
  me: string;
}

/** The message that one answers; a click shows it in its place. */
export function Quote({ quoted, me }: QuoteProps) {
  const { entityId, show } = useMessageActions();
  const { message_id: messageId, author_id, message, is_attachment } = quoted;
  if (author_id === undefined) return <p className="quote deleted">{t('message.quoteDeleted')}</p>;
  const author = author_id === me ? t('author.you') : quoted.entity?.surname || t('author.unknown');
  const text = plainText(message) || (is_attachment ? t('message.file') : '');

  function onClick(event: MouseEvent): void {
    event.preventDefault();
    show(messageId);
  }

  return (
    <a
      className="quote"
      href={hrefOf({ entityId, messageId })}
      tabIndex={-1}
      aria-label={t('message.quote', { author, text })}
      {...{ onClick }}
    >
      <b dir="auto">{author}</b> <span dir="auto">{text}</span>
    </a>
  );
}
