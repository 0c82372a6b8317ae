import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import type { RoomRow } from '../../../client/index.ts';
import { t } from '../../i18n/translate.ts';
import type { RoomActions } from '../use-room-actions.ts';
import { ConversationRow } from './conversation-row.tsx';
import type { Rows } from './use-rows.ts';

/** In pixels, as in conversations.css. */
const rowHeight = 58;

interface RowListProps extends Rows {
  openId: string | undefined;
  me: string;
  actions: RoomActions;
  /** Shown where there is nothing. */
  empty: ReactNode;
}

/** The rows of a filter: those near to what is visible, in a list of the height of all. */
export function RowList(props: RowListProps) {
  const { rows, openId, me, actions, hasMore, isLoading, failure, loadMore, empty } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [stop, setStop] = useState<string>();
  const indexOf = (id: string | undefined) => rows.findIndex(({ entity_id }) => entity_id === id);
  const stopIndex = Math.max(0, indexOf(stop) === -1 ? indexOf(openId) : indexOf(stop));
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]?.entity_id ?? index,
    overscan: 6,
    // A row that has the focus stays, however far the list is scrolled.
    rangeExtractor: (range) => withIndex(range, stopIndex),
  });
  const items = virtual.getVirtualItems();
  const last = virtual.range?.endIndex ?? -1;
  useEffect(() => {
    if (hasMore && !isLoading && failure === undefined && last >= rows.length - 1) void loadMore();
  }, [hasMore, isLoading, failure, last, rows.length, loadMore]);
  const onScroll = useSteadyScroll(scroller, rows);

  function move(event: KeyboardEvent): void {
    const to = { ArrowDown: stopIndex + 1, ArrowUp: stopIndex - 1, Home: 0, End: rows.length - 1 };
    const index = to[event.key as keyof typeof to];
    const room = index === undefined || event.altKey ? undefined : rows[index];
    if (!room) return;
    event.preventDefault();
    setStop(room.entity_id);
    virtual.scrollToIndex(index as number);
    const link = `[data-id="${CSS.escape(room.entity_id)}"]`;
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(link)?.focus());
  }

  const isEmpty = rows.length === 0;
  return (
    <div className="rows" ref={scroller} onScroll={onScroll} aria-busy={isEmpty && isLoading}>
      {!isEmpty && (
        <ul style={{ blockSize: virtual.getTotalSize() }} onKeyDown={move}>
          {items.map(({ index, key, start }) => {
            const room = rows[index];
            if (!room) return undefined;
            return (
              <ConversationRow
                key={String(key)}
                {...{ room, me, actions }}
                isOpen={room.entity_id === openId}
                isStop={index === stopIndex}
                top={start}
                position={index + 1}
                count={hasMore ? -1 : rows.length}
              />
            );
          })}
        </ul>
      )}
      {failure !== undefined && <Failure sentence={failure} onRetry={() => void loadMore()} />}
      {isEmpty && failure === undefined && (hasMore ? <Skeletons /> : empty)}
    </div>
  );
}

const withIndex = (range: Range, index: number): number[] => {
  const shown = defaultRangeExtractor(range);
  if (shown.includes(index) || index >= range.count) return shown;
  return [...shown, index].sort((a, b) => a - b);
};

/**
 * Keeps the first visible row in its place when rows change their order above it, unless the list
 * is at its top. Returns what to call when it is scrolled.
 */
function useSteadyScroll(
  scroller: RefObject<HTMLElement | null>,
  rows: readonly RoomRow[],
): () => void {
  const anchor = useRef<{ id: string; offset: number }>(undefined);
  useLayoutEffect(() => {
    const { current: held } = anchor;
    const index = rows.findIndex(({ entity_id }) => entity_id === held?.id);
    if (!held || index === -1 || !scroller.current) return;
    const top = index * rowHeight + held.offset;
    if (scroller.current.scrollTop !== top) scroller.current.scrollTop = top;
  }, [scroller, rows]);
  return () => {
    const top = scroller.current?.scrollTop ?? 0;
    const index = Math.floor(top / rowHeight);
    const id = rows[index]?.entity_id;
    const isAtTop = top < rowHeight / 2;
    anchor.current = isAtTop || !id ? undefined : { id, offset: top - index * rowHeight };
  };
}

function Failure({ sentence, onRetry }: { sentence: string; onRetry: () => void }) {
  return (
    <div className="list-failure" role="alert">
      <p>{sentence}</p>
      <button type="button" className="button" onClick={onRetry}>
        {t('action.retry')}
      </button>
    </div>
  );
}

/** Rows of the final size, while the first page is being read. */
const Skeletons = () => (
  <div aria-hidden="true">
    {Array.from({ length: 8 }, (_, n) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same.
      <div key={n} className="row skeleton">
        <span className="avatar" />
        <span className="bar" />
        <span className="bar" />
      </div>
    ))}
  </div>
);
