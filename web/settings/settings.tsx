import { type KeyboardEvent, useId, useRef, useState } from 'react';
import { t } from '../i18n/translate.ts';
import { useSession } from '../session-context.ts';
import { Dialog } from '../ui/dialog.tsx';
import { allows } from '../ui/privilege.ts';
import { Appearance } from './appearance.tsx';
import { Keys } from './keys.tsx';
import { Notifications } from './notifications.tsx';
import { Sessions } from './sessions.tsx';

const tabs = {
  appearance: Appearance,
  notifications: Notifications,
  sessions: Sessions,
  keys: Keys,
} as const;
type Tab = keyof typeof tabs;

/** The settings of the member and of this browser. */
export function Settings({ onClose }: { onClose(): void }) {
  const { identity } = useSession();
  const [tab, setTab] = useState<Tab>('appearance');
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  // Keys belong to the hub: its admins make them.
  const shown = (Object.keys(tabs) as Tab[]).filter(
    (one) => one !== 'keys' || allows(identity.privilege, 'admin'),
  );
  const Panel = tabs[tab];

  function move(event: KeyboardEvent): void {
    const isRtl = document.documentElement.dir === 'rtl';
    const step = { ArrowRight: isRtl ? -1 : 1, ArrowLeft: isRtl ? 1 : -1 }[event.key];
    if (step === undefined) return;
    const next = shown.at((shown.indexOf(tab) + step) % shown.length) as Tab;
    setTab(next);
    list.current?.querySelector<HTMLElement>(`[data-tab="${next}"]`)?.focus();
  }

  return (
    <Dialog title={t('settings.title')} className="settings" onClose={onClose}>
      <div className="tabs" role="tablist" ref={list} onKeyDown={move}>
        {shown.map((one) => (
          <button
            key={one}
            id={`${id}${one}`}
            type="button"
            role="tab"
            data-tab={one}
            aria-selected={one === tab}
            aria-controls={`${id}panel`}
            tabIndex={one === tab ? 0 : -1}
            onClick={() => setTab(one)}
          >
            {t(`settings.${one}`)}
          </button>
        ))}
      </div>
      <div className="tab-panel" role="tabpanel" id={`${id}panel`} aria-labelledby={`${id}${tab}`}>
        <Panel />
      </div>
    </Dialog>
  );
}
