import { memo } from 'react';
import type { ChatMessage } from '../../client/index.ts';
import { useMembers } from '../../client/react.ts';
import { momentOf, timeOf } from '../i18n/format.ts';
import { t } from '../i18n/translate.ts';
import { Avatar } from '../ui/avatar.tsx';
import { timeOfMessage } from './entries.ts';
import { MessageText } from './text.tsx';

export interface MessageProps {
  message: ChatMessage;
  me: string;
  myName: string;
  /** Whether it begins a group of messages by one author. */
  isFirst: boolean;
  isStop: boolean;
}

/** One message of the log. */
export const Message = memo(({ message, me, myName, isFirst, isStop }: MessageProps) => {
  const { row, item, key } = message;
  const ms = timeOfMessage(message);
  const author = authorOf(message, me);
  const classes = ['message', isFirst && 'first', item && 'pending'].filter(Boolean).join(' ');
  return (
    <article
      className={classes}
      data-key={key}
      data-id={row?.message_id}
      tabIndex={isStop ? 0 : -1}
      aria-label={t('message.label', { author, time: momentOf(ms) })}
    >
      {isFirst ? (
        <Avatar id={row?.author_id ?? me} name={row?.from?.name ?? row?.entity.surname ?? myName} />
      ) : (
        <time className="side-time">{timeOf(ms)}</time>
      )}
      <div className="content">
        {isFirst && (
          <div className="author">
            <span className="name" dir="auto">
              {author}
            </span>
            <time title={momentOf(ms)}>{timeOf(ms)}</time>
          </div>
        )}
        <Text text={row?.message ?? item?.message ?? ''} mentionIds={row?.mention_ids ?? []} />
        {row?.edited === 1 && <span className="edited">{t('message.edited')}</span>}
      </div>
    </article>
  );
});

const none: readonly string[] = [];

function Text({ text, mentionIds }: { text: string; mentionIds: readonly string[] }) {
  const members = useMembers(mentionIds.length > 0 ? mentionIds : none);
  const names = mentionIds.flatMap((id) => members.get(id)?.surname ?? []);
  return text === '' ? undefined : <MessageText text={text} mentions={names} />;
}

/** Returns the name that a message is shown under. */
export function authorOf({ row }: ChatMessage, me: string): string {
  if (!row || (row.author_id === me && !row.from)) return t('author.you');
  return row.from?.name ?? (row.entity.surname || t('author.unknown'));
}
