import { useEffect, useMemo, useRef, useState } from 'react';
import { type AnyEvent, CallError, type ShownMessage } from '../../client/index.ts';
import { useClient, useObservable } from '../../client/react.ts';
import { applyToRows, type Rows, rowOfEvent, withoutLinks } from '../../client/store/messages.ts';

const rowsOfPage = 45;

export interface ThreadView {
  /** Oldest first; undefined until they have been read. */
  rows: Rows | undefined;
  hasOlder: boolean;
  isLoading: boolean;
  isMissing: boolean;
  loadOlder(): Promise<void>;
}

/** Opens a thread by its first message, and keeps it up to date while the component is mounted. */
export function useThread(entityId: string, threadId: string): ThreadView {
  const { api, store, userId, connection } = useClient();
  const isLive = useObservable(connection) === 'live';
  const [rows, setRows] = useState<Rows>();
  const [hasOlder, setHasOlder] = useState(false);
  const [isMissing, setMissing] = useState(false);
  const [isLoading, setLoading] = useState(false);
  const current = useRef<Rows>(undefined);
  current.current = rows;

  const { readPage, readAgain } = useMemo(() => {
    const page = (before?: string): Promise<ShownMessage[]> =>
      api.chat
        .thread({ thread_id: threadId, limit: rowsOfPage, ...(before ? { before } : {}) })
        .then((found) => found.reverse());
    async function again(messageIds: string[]): Promise<void> {
      const found = await api.chat.get({ message_ids: messageIds }).catch(() => []);
      const byId = new Map(found.map((row) => [row.message_id, row]));
      setRows((before) => before?.map((row) => byId.get(row.message_id) ?? row));
    }
    return { readPage: page, readAgain: again };
  }, [api, threadId]);

  useEffect(() => {
    if (!isLive) return;
    let isOpen = true;
    /** Events that come while the page is being read. */
    let waiting: AnyEvent[] | undefined = [];
    function apply(events: readonly AnyEvent[]): void {
      const own = events.filter(({ entity_id }) => entity_id === entityId);
      if (own.length === 0) return;
      if (waiting) waiting.push(...own);
      else
        setRows((before) => {
          const after = own.reduce((all, event) => rowsAfter(all, event, threadId, userId), before);
          const incomplete = withoutLinks(after ?? []);
          if (incomplete.length > 0 && after !== before) void readAgain(incomplete);
          return after;
        });
    }
    const end = store.onEvents(apply);
    setLoading(true);
    readPage().then(
      (found) => {
        if (!isOpen) return;
        setRows(found);
        setHasOlder(found.length === rowsOfPage);
        setLoading(false);
        const missed = waiting ?? [];
        waiting = undefined;
        apply(missed);
      },
      (error: unknown) => {
        if (!isOpen) return;
        setLoading(false);
        setMissing(error instanceof CallError);
      },
    );
    return () => {
      isOpen = false;
      end();
    };
  }, [store, entityId, threadId, userId, isLive, readPage, readAgain]);

  async function loadOlder(): Promise<void> {
    const first = current.current?.[0];
    if (!first || isLoading) return;
    setLoading(true);
    const older = await readPage(first.cursor).catch(() => undefined);
    setLoading(false);
    if (!older) return;
    setRows((before) => [...older, ...(before ?? [])]);
    setHasOlder(older.length === rowsOfPage);
  }

  return { rows, hasOlder, isLoading, isMissing, loadOlder };
}

/** Returns the rows of a thread after an event of its conversation. */
function rowsAfter(
  rows: Rows | undefined,
  event: AnyEvent,
  threadId: string,
  me: string,
): Rows | undefined {
  if (!rows) return rows;
  const added = rowOfEvent(event, rows, me);
  if (added) return added.root_id === threadId ? [...rows, added] : rows;
  return applyToRows(rows, event, me);
}
