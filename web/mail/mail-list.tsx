import { useState } from 'react';
import type { Mail } from '../../client/index.ts';
import { useClient, useMembers } from '../../client/react.ts';
import { listOf, whenOf } from '../i18n/format.ts';
import { t } from '../i18n/translate.ts';
import { type Box, hrefOf } from '../route.ts';
import { Avatar } from '../ui/avatar.tsx';
import { useReading } from '../ui/use-reading.ts';
import { bodyOf, subjectOf } from './content.ts';

const pageRows = 50;
/** The most that one call returns. */
const mostRows = 100;

interface MailListProps {
  box: Box;
  openId: string | undefined;
}

/** The letters of a box, newest first. */
export function MailList({ box, openId }: MailListProps) {
  const { api } = useClient();
  const [count, setCount] = useState(pageRows);
  const { value, failure, again } = useReading(
    `${box} ${count}`,
    async (signal) => {
      const items: Mail[] = [];
      const rows = Math.min(count, mostRows);
      for (let page = 1; items.length < count; page += 1) {
        const found = await api.messaging.page({ criteria: { box }, rows, page }, { signal });
        items.push(...found.items);
        if (!found.more_after) return { items, hasMore: false };
      }
      return { items, hasMore: true };
    },
    (event) => event.name.startsWith('messaging.'),
  );
  if (failure)
    return (
      <div className="empty">
        <p className="failure" role="alert">
          {failure}
        </p>
        <button type="button" className="button" onClick={again}>
          {t('action.retry')}
        </button>
      </div>
    );
  if (value?.items.length === 0)
    return <p className="empty">{t(box === 'inbox' ? 'mail.noneReceived' : 'mail.noneSent')}</p>;
  return (
    <ul className="mails" aria-busy={value === undefined}>
      {value?.items.map((mail) => (
        <Row key={mail.message_id} {...{ mail, box }} isOpen={mail.message_id === openId} />
      ))}
      {value?.hasMore && (
        <li>
          <button type="button" className="link" onClick={() => setCount(count + pageRows)}>
            {t('mail.older')}
          </button>
        </li>
      )}
    </ul>
  );
}

interface RowProps {
  mail: Mail;
  box: Box;
  isOpen: boolean;
}

function Row({ mail, box, isOpen }: RowProps) {
  const who = useCorrespondent(mail, box);
  const isUnread = box === 'inbox' && mail.is_read === 0;
  return (
    <li>
      <a
        className={isUnread ? 'row unread' : 'row'}
        href={hrefOf({ box, mailId: mail.message_id })}
        aria-current={isOpen ? 'page' : undefined}
        aria-description={isUnread ? t('mail.unread') : undefined}
      >
        <Avatar id={mail.from.id ?? mail.message_id} name={who} size={40} />
        <span className="name" dir="auto">
          {who}
        </span>
        <time className="when">{whenOf(mail.sent_ms)}</time>
        <span className="preview" dir="auto">
          {excerptOf(mail)}
        </span>
        {isUnread && <span className="dot" />}
      </a>
    </li>
  );
}

function excerptOf(mail: Mail): string {
  const [subject, body] = [subjectOf(mail), bodyOf(mail).replace(/\s+/gu, ' ').trim()];
  return body.startsWith(subject) ? body : `${subject} – ${body}`;
}

/** Returns the name of the sender, or of the recipients of a sent letter. */
export function useCorrespondent({ from, to_ids: toIds }: Mail, box: Box): string {
  const members = useMembers(box === 'sent' ? toIds : none);
  if (box === 'inbox') return from.name || t('author.unknown');
  return listOf(toIds.map((id) => members.get(id)?.surname || t('author.unknown')));
}

const none: readonly string[] = [];
