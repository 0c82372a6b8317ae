import { useRef, useState } from 'react';
import { useClient } from '../../client/react.ts';
import { t } from '../i18n/translate.ts';
import { navigate } from '../route.ts';
import { logOut } from '../session.ts';
import { useSession } from '../session-context.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Confirm, type Question } from '../ui/confirm.tsx';
import { Menu, type MenuItem } from '../ui/menu.tsx';
import { openDialog } from './dialogs.ts';
import { useUnreadMail } from './use-unread-mail.ts';

/** The member's picture, which opens what concerns them and not one conversation. */
export function AccountMenu() {
  const session = useSession();
  const { outbox } = useClient();
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [question, setQuestion] = useState<Question>();
  const unread = useUnreadMail();
  const { userId, name, hubId, hubs } = session.identity;

  async function leave(): Promise<void> {
    await logOut(session);
    session.end(false);
  }
  function askToLeave(): void {
    const waiting = outbox.items.length;
    setQuestion({
      title: t('account.logOut'),
      text: waiting > 0 ? t('account.logOutWaiting', { count: waiting }) : t('account.logOutText'),
      label: t('account.logOut'),
      isDangerous: waiting > 0,
      run: leave,
    });
  }

  const others = hubs.filter((hub) => hub.hub_id !== hubId);
  const items: MenuItem[] = [
    { label: t('account.mail', { count: unread }), run: () => navigate({ box: 'inbox' }) },
    { label: t('account.settings'), run: () => openDialog('settings') },
    { label: t('account.keyboard'), run: () => openDialog('keyboard') },
    ...others.map((hub) => ({
      label: t('account.hub', { name: hub.name }),
      run: () => location.assign(`?hub_id=${encodeURIComponent(hub.hub_id)}`),
    })),
    { label: t('account.logOut'), run: askToLeave },
  ];

  return (
    <>
      <button
        ref={button}
        type="button"
        className="account"
        aria-label={name}
        aria-description={unread > 0 ? t('account.mail', { count: unread }) : undefined}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        title={name}
        onClick={() => setOpen(!isOpen)}
      >
        <Avatar id={userId} name={name} size={30} />
        {unread > 0 && <span className="dot" />}
      </button>
      {isOpen && <Menu label={name} anchor={button} items={items} onClose={() => setOpen(false)} />}
      {question && <Confirm question={question} onClose={() => setQuestion(undefined)} />}
    </>
  );
}
