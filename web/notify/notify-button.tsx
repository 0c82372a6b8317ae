import { useRef, useState } from 'react';
import type { RoomRow } from '../../client/index.ts';
import { useClient } from '../../client/react.ts';
import { whenOf } from '../i18n/format.ts';
import { t } from '../i18n/translate.ts';
import { useSession } from '../session-context.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { Menu, type MenuItem } from '../ui/menu.tsx';
import { notify } from '../ui/notice.tsx';
import { allows } from '../ui/privilege.ts';
import { sentenceOf } from '../ui/use-action.ts';
import { muteNames, mutes, type NotifyLevel, notifyOf } from './notify.ts';

/** Chooses what notifies in a conversation, and mutes it until a time. */
export function NotifyButton({ room }: { room: RoomRow }) {
  const { api } = useClient();
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const { privilege } = useSession().identity;
  const { level, untilMs } = notifyOf(room);
  // Before its first message a direct conversation has no settings.
  if (room.room_id === null || !allows(privilege, 'write')) return undefined;
  const choose = (chosen: NotifyLevel, until?: number): void => {
    const params = { entity_id: room.entity_id, level: chosen };
    const call = api.chat.notify(until === undefined ? params : { ...params, until_ms: until });
    call.catch((error: unknown) => notify(sentenceOf(error)));
  };
  const isFor = (chosen: NotifyLevel): boolean => level === chosen && untilMs === null;

  const items: MenuItem[] = [
    ...(['default', 'all', 'mentions'] as const).map((one) => ({
      label: t(`notify.${one}`),
      isChosen: isFor(one),
      run: () => choose(one),
    })),
    ...muteNames.map((one) => ({
      label: t(`notify.${one}`),
      ...(one === 'none' ? { isChosen: isFor('none') } : {}),
      run: () => choose('none', mutes[one]()),
    })),
  ];
  const state = untilMs === null ? undefined : t('notify.until', { when: whenOf(untilMs) });
  return (
    <>
      <IconButton
        ref={button}
        icon={level === 'none' ? 'mute' : 'bell'}
        label={t('notify.title')}
        title={state ?? t('notify.title')}
        aria-description={state ?? t(`notify.${level}`)}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      />
      {isOpen && (
        <Menu
          label={t('notify.title')}
          anchor={button}
          items={items}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
