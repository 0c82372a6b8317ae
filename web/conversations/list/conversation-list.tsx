import { Suspense, useCallback, useState } from 'react';
import type { RoomRow } from '../../../client/index.ts';
import { t } from '../../i18n/translate.ts';
import { AccountMenu } from '../../layout/account-menu.tsx';
import { useSession } from '../../session-context.ts';
import { Icon, IconButton } from '../../ui/icon-button.tsx';
import { Boundary } from '../../ui/parts/boundary.tsx';
import { part } from '../../ui/parts/part.ts';
import { useConversationKeys } from '../use-conversation-keys.ts';
import { useRoomActions } from '../use-room-actions.ts';
import type { Filter } from './filter.ts';
import { Filters } from './filters.tsx';
import { RowList } from './rows.tsx';
import { useRows } from './use-rows.ts';

const Switcher = part(async () => (await import('../dialogs/switcher.tsx')).Switcher);
const NewConversation = part(
  async () => (await import('../dialogs/new-conversation.tsx')).NewConversation,
);
const TagDialog = part(async () => (await import('../dialogs/tag-dialog.tsx')).TagDialog);

type Overlay = { kind: 'find' } | { kind: 'new' } | { kind: 'tag'; room: RoomRow };

/** The member's conversations, latest activity first. */
export function ConversationList({ openId }: { openId: string | undefined }) {
  const { identity } = useSession();
  const [filter, setFilter] = useState<Filter>('all');
  const [overlay, setOverlay] = useState<Overlay>();
  const [failure, setFailure] = useState<string>();
  const view = useRows(filter);
  const tag = useCallback((room: RoomRow) => setOverlay({ kind: 'tag', room }), []);
  const actions = useRoomActions(tag, setFailure);
  useConversationKeys(view.rows, openId, () => setOverlay({ kind: 'find' }));

  const compose = () => setOverlay({ kind: 'new' });
  const close = () => setOverlay(undefined);
  return (
    <nav className="conversations" aria-label={t('conversations.title')}>
      <header>
        <h1 dir="auto">{identity.hubName}</h1>
        <IconButton icon="compose" label={t('conversations.new')} onClick={compose} />
        <AccountMenu />
      </header>
      <FindButton onClick={() => setOverlay({ kind: 'find' })} />
      <Filters filter={filter} onChange={setFilter} />
      {failure !== undefined && <Notice sentence={failure} onClose={() => setFailure(undefined)} />}
      <RowList
        key={filter}
        {...{ ...view, openId, actions }}
        me={identity.userId}
        empty={<Empty filter={filter} onCompose={compose} />}
      />
      <Boundary key={overlay?.kind}>
        <Suspense>
          {overlay?.kind === 'find' && <Switcher onClose={close} />}
          {overlay?.kind === 'new' && <NewConversation onClose={close} />}
          {overlay?.kind === 'tag' && <TagDialog room={overlay.room} onClose={close} />}
        </Suspense>
      </Boundary>
    </nav>
  );
}

const isMac = /mac|iphone|ipad/i.test(navigator.userAgent);

const FindButton = ({ onClick }: { onClick: () => void }) => (
  <button type="button" className="find" aria-keyshortcuts="Control+K Meta+K" onClick={onClick}>
    <Icon icon="search" />
    <span>{t('conversations.find')}</span>
    <span className="key" aria-hidden="true">
      {t(isMac ? 'conversations.findKeyMac' : 'conversations.findKey')}
    </span>
  </button>
);

const Notice = ({ sentence, onClose }: { sentence: string; onClose: () => void }) => (
  <div className="list-failure" role="alert">
    <p>{sentence}</p>
    <IconButton icon="close" label={t('action.close')} onClick={onClose} />
  </div>
);

/** Says what to do where there is nothing. */
function Empty({ filter, onCompose }: { filter: Filter; onCompose: () => void }) {
  const kind = filter.startsWith('tag:') ? 'tag' : (filter as Exclude<Filter, `tag:${string}`>);
  return (
    <div className="empty">
      <div>
        <p>{t(`conversations.none.${kind}`)}</p>
        {filter === 'all' && (
          <button type="button" className="button primary" onClick={onCompose}>
            {t('conversations.new')}
          </button>
        )}
      </div>
    </div>
  );
}
