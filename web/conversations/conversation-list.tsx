import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { RoomRow } from '../../client/index.ts';
import { useConversations } from '../../client/react.ts';
import { t } from '../i18n/translate.ts';
import { useSession } from '../session-context.ts';
import { Avatar } from '../ui/avatar.tsx';
import { ConversationRow } from './conversation-row.tsx';
import { isGroup } from './name.ts';

/** In pixels, as in conversations.css. */
const rowHeight = 58;

const filters = {
  all: () => true,
  unread: (room: RoomRow) => room.unread_count > 0,
  direct: (room: RoomRow) => !isGroup(room),
  groups: isGroup,
} as const;
type Filter = keyof typeof filters;

/** The member's conversations, latest activity first. */
export function ConversationList({ openId }: { openId: string | undefined }) {
  const { identity } = useSession();
  const [filter, setFilter] = useState<Filter>('all');
  const { rows, hasMore, isLoading, loadMore } = useConversations();
  const shown = useMemo(() => rows.filter(filters[filter]), [rows, filter]);

  return (
    <nav className="conversations" aria-label={t('conversations.title')}>
      <header>
        <h1>{identity.hubName}</h1>
        <Avatar id={identity.userId} name={identity.name} size={30} />
      </header>
      <fieldset className="filters" aria-label={t('conversations.filter')}>
        {(Object.keys(filters) as Filter[]).map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={one === filter}
            onClick={() => setFilter(one)}
          >
            {t(`conversations.${one}`)}
          </button>
        ))}
      </fieldset>
      <Rows {...{ openId, hasMore, isLoading, loadMore }} rows={shown} me={identity.userId} />
    </nav>
  );
}

interface RowsProps {
  rows: readonly RoomRow[];
  openId: string | undefined;
  me: string;
  hasMore: boolean;
  isLoading: boolean;
  loadMore(): Promise<void>;
}

function Rows({ rows, openId, me, hasMore, isLoading, loadMore }: RowsProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [stop, setStop] = useState<string>();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]?.entity_id ?? index,
    overscan: 6,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (hasMore && !isLoading && last >= rows.length - 1) loadMore().catch(() => {});
  }, [hasMore, isLoading, last, rows.length, loadMore]);

  const indexOf = (id: string | undefined) => rows.findIndex(({ entity_id }) => entity_id === id);
  const stopIndex = Math.max(0, indexOf(stop) === -1 ? indexOf(openId) : indexOf(stop));

  function move(event: KeyboardEvent): void {
    const to = { ArrowDown: stopIndex + 1, ArrowUp: stopIndex - 1, Home: 0, End: rows.length - 1 };
    const index = to[event.key as keyof typeof to];
    const room = index === undefined ? undefined : rows[index];
    if (!room) return;
    event.preventDefault();
    setStop(room.entity_id);
    virtual.scrollToIndex(index);
    requestAnimationFrame(() =>
      scroller.current?.querySelector<HTMLElement>(`[data-id="${room.entity_id}"]`)?.focus(),
    );
  }

  if (rows.length === 0)
    return isLoading ? (
      <Skeletons />
    ) : (
      <p className="empty">{hasMore ? '' : t('conversations.none')}</p>
    );
  return (
    <div className="rows" ref={scroller}>
      <ul style={{ blockSize: virtual.getTotalSize() }} onKeyDown={move}>
        {items.map(({ index, key, start }) => {
          const room = rows[index];
          if (!room) return undefined;
          const isOpen = room.entity_id === openId;
          const isStop = index === stopIndex;
          return (
            <ConversationRow
              key={String(key)}
              {...{ room, me, isOpen, isStop }}
              top={start}
              position={index + 1}
              count={hasMore ? -1 : rows.length}
            />
          );
        })}
      </ul>
    </div>
  );
}

/** Rows of the final size, while the first page is being read. */
const Skeletons = () => (
  <div className="rows" aria-busy="true">
    {Array.from({ length: 8 }, (_, n) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same.
      <div key={n} className="row skeleton" />
    ))}
  </div>
);
