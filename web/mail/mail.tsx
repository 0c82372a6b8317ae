import { useState } from 'react';
import { t } from '../i18n/translate.ts';
import { type Box, hrefOf, navigate } from '../route.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { Compose } from './compose.tsx';
import { MailList } from './mail-list.tsx';
import { MailText } from './mail-text.tsx';

interface MailboxProps {
  box: Box;
  mailId?: string | undefined;
}

const boxes = ['inbox', 'sent'] as const;

/** The member's message boxes: letters, where conversations are talk. */
export function Mailbox({ box, mailId }: MailboxProps) {
  const [isWriting, setWriting] = useState(false);
  return (
    <section className={mailId ? 'mail has-mail' : 'mail'} aria-label={t('mail.title')}>
      <header className="conversation-header">
        <IconButton
          className="back"
          icon="back"
          label={t('action.back')}
          onClick={() => navigate(mailId ? { box } : {})}
        />
        <div className="title">
          <h2>{t('mail.title')}</h2>
        </div>
        <button type="button" className="button primary" onClick={() => setWriting(true)}>
          {t('mail.new')}
        </button>
      </header>
      <div className="mail-list">
        <nav className="boxes" aria-label={t('mail.boxes')}>
          {boxes.map((one) => (
            <a
              key={one}
              href={hrefOf({ box: one })}
              aria-current={one === box ? 'page' : undefined}
            >
              {t(`mail.${one}`)}
            </a>
          ))}
        </nav>
        <MailList key={box} {...{ box }} openId={mailId} />
      </div>
      {mailId ? (
        <MailText key={mailId} {...{ box, mailId }} />
      ) : (
        <p className="empty mail-text">{t('mail.choose')}</p>
      )}
      {isWriting && <Compose onClose={() => setWriting(false)} />}
    </section>
  );
}
