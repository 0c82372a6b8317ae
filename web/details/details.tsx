import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { isGroup } from '../conversations/name.ts';
import { useRoom } from '../conversations/use-room.ts';
import { t } from '../i18n/translate.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { DirectOverview } from './direct-overview.tsx';
import { FilesView } from './files/files-view.tsx';
import { GroupOverview } from './group-overview.tsx';
import { MembersView } from './members/members-view.tsx';
import type { View } from './view.ts';

interface DetailsProps {
  entityId: string;
  onClose(): void;
}

/** The panel beside a conversation: who is in it, what is pinned, and its files. */
export function Details({ entityId, onClose }: DetailsProps) {
  const room = useRoom(entityId);
  const [view, setView] = useState<View>('overview');
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    // Where it covers the conversation, it is what the keyboard acts on.
    if (matchMedia('(max-width: 1080px)').matches) panel.current?.focus();
  }, []);

  function onKeyDown(event: KeyboardEvent): void {
    // Of dialogs it is their own.
    const isOfDialog = event.target instanceof Element && event.target.closest('dialog');
    if (event.key !== 'Escape' || event.defaultPrevented || isOfDialog) return;
    event.preventDefault();
    if (view === 'overview') onClose();
    else setView('overview');
  }

  return (
    <aside
      className="details"
      aria-label={t('details.title')}
      ref={panel}
      tabIndex={-1}
      {...{ onKeyDown }}
    >
      <header>
        {view !== 'overview' && (
          <IconButton
            icon="back"
            label={t('details.overview')}
            onClick={() => setView('overview')}
          />
        )}
        <h2>{t(titles[view])}</h2>
        <IconButton icon="close" label={t('details.close')} onClick={onClose} />
      </header>
      {room === undefined && <div className="skeletons" aria-busy="true" />}
      {typeof room === 'object' && view === 'overview' && (
        <div className="scroll">
          {isGroup(room) ? (
            <GroupOverview room={room} onShow={setView} />
          ) : (
            <DirectOverview room={room} onShow={setView} />
          )}
        </div>
      )}
      {typeof room === 'object' && view === 'members' && <MembersView room={room} />}
      {typeof room === 'object' && view === 'files' && <FilesView room={room} />}
    </aside>
  );
}

const titles = {
  overview: 'details.title',
  members: 'details.members',
  files: 'details.files',
} as const;
