import { useEffect, useState } from 'react';
import { CallError, type Client, type Mail } from '../../client/index.ts';
import { useClient } from '../../client/react.ts';
import { momentOf } from '../i18n/format.ts';
import { t } from '../i18n/translate.ts';
import { MessageText } from '../messages/text/text.tsx';
import { type Box, navigate } from '../route.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Confirm, type Question } from '../ui/confirm.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { useReading } from '../ui/use-reading.ts';
import { Compose } from './compose.tsx';
import { bodyOf, subjectOf } from './content.ts';
import { useCorrespondent } from './mail-list.tsx';

interface MailTextProps {
  box: Box;
  mailId: string;
}

/** One letter. It counts as read once it is shown. */
export function MailText({ box, mailId }: MailTextProps) {
  const { api } = useClient();
  const { value: mail, failure } = useReading(
    mailId,
    (signal) => readMail(api, { box, mailId }, signal),
    (event) => event.name.startsWith('messaging.sys_'),
  );
  const isUnread = box === 'inbox' && mail?.is_read === 0;
  useEffect(() => {
    if (isUnread) api.messaging.mark_read({ box, message_ids: [mailId] }).catch(() => {});
  }, [api, box, mailId, isUnread]);

  if (failure)
    return (
      <p className="empty failure mail-text" role="alert">
        {failure}
      </p>
    );
  if (mail === null)
    return (
      <div className="empty mail-text" role="status">
        <p>{t('mail.missing')}</p>
        <button type="button" className="button" onClick={() => navigate({ box })}>
          {t(`mail.${box}`)}
        </button>
      </div>
    );
  if (!mail) return <article className="mail-text" aria-busy="true" />;
  return <Letter {...{ box, mail }} />;
}

/** Returns a letter; null if there is none that the member may see. */
async function readMail(
  api: Client,
  { box, mailId }: MailTextProps,
  signal: AbortSignal,
): Promise<Mail | null> {
  try {
    const { items } = await api.messaging.get({ box, message_ids: [mailId] }, { signal });
    return items[0] ?? null;
  } catch (error) {
    if (error instanceof CallError && error.code === 'MESSAGE_NOT_FOUND') return null;
    throw error;
  }
}

function Letter({ box, mail }: { box: Box; mail: Mail }) {
  const { api } = useClient();
  const who = useCorrespondent(mail, box);
  const [question, setQuestion] = useState<Question>();
  const [isAnswering, setAnswering] = useState(false);
  const { message_id: mailId, from } = mail;
  const remove = (): void =>
    setQuestion({
      title: t('mail.delete'),
      text: t('mail.deleteText'),
      label: t('mail.delete'),
      isDangerous: true,
      run: async () => {
        await api.messaging.delete({ box, message_ids: [mailId] });
        navigate({ box });
      },
    });
  return (
    <article className="mail-text" aria-label={subjectOf(mail)}>
      <header>
        <Avatar id={from.id ?? mailId} name={who} />
        <div className="title">
          <h3 dir="auto">{subjectOf(mail)}</h3>
          <p className="aside">
            {t(box === 'inbox' ? 'mail.from' : 'mail.to', { name: who })}
            {' · '}
            <time>{momentOf(mail.sent_ms)}</time>
          </p>
        </div>
        {box === 'inbox' && from.id !== null && (
          <IconButton icon="reply" label={t('mail.reply')} onClick={() => setAnswering(true)} />
        )}
        <IconButton icon="delete" label={t('mail.delete')} onClick={remove} />
      </header>
      <MessageText text={bodyOf(mail)} mentions={none} />
      {question && <Confirm question={question} onClose={() => setQuestion(undefined)} />}
      {isAnswering && from.id !== null && (
        <Compose
          to={[{ id: from.id, name: who }]}
          subject={t('mail.replySubject', { subject: subjectOf(mail) })}
          onClose={() => setAnswering(false)}
        />
      )}
    </article>
  );
}

const none: readonly string[] = [];
