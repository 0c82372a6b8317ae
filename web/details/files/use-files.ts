import { useCallback, useEffect, useRef, useState } from 'react';
import type { MessageFile, MessageRow, RoomRow } from '../../../client/index.ts';
import { useClient, useObservable } from '../../../client/react.ts';
import { sentenceOf } from '../../ui/use-action.ts';

/** A file of a conversation, and the message it came with. */
export interface RoomFile extends MessageFile {
  messageId: string;
  author: string;
  ms: number;
}

export interface RoomFiles {
  files: readonly RoomFile[];
  hasMore: boolean;
  isLoading: boolean;
  failure: string | undefined;
  /** When the oldest message was written in which files have been looked for. */
  searchedMs: number | undefined;
  loadMore(): void;
}

const messagesOfPage = 100;
/** One load ends after so many pages, or once so many more files have been found. */
const pagesOfLoad = 5;
const filesOfLoad = 30;

interface State extends Pick<RoomFiles, 'files' | 'searchedMs' | 'hasMore' | 'failure'> {
  cursor: string | undefined;
}

const nothing: State = {
  ...{ files: [], hasMore: true, cursor: undefined, searchedMs: undefined, failure: undefined },
};

/** Returns the files of a conversation, newest first. */
export function useFiles({ entity_id: entityId }: RoomRow): RoomFiles {
  const { api, store, connection } = useClient();
  const [state, setState] = useState(nothing);
  const [isLoading, setLoading] = useState(false);
  const latest = useRef(state);
  latest.current = state;
  const running = useRef<AbortController>(undefined);

  const load = useCallback(
    async (from: State): Promise<void> => {
      running.current?.abort();
      const abort = new AbortController();
      running.current = abort;
      const { signal } = abort;
      setLoading(true);
      let next: State = { ...from, failure: undefined };
      try {
        for (let n = 0; n < pagesOfLoad && isWanted(from, next); n += 1) {
          const rows = await api.chat.messages(
            {
              ...{ entity_id: entityId, limit: messagesOfPage, mark_read: 0 },
              ...(next.cursor === undefined ? {} : { before: next.cursor }),
            },
            { signal },
          );
          next = withPage(next, rows);
        }
      } catch (error) {
        next = { ...next, failure: sentenceOf(error) };
      }
      if (signal.aborted) return;
      setState(next);
      setLoading(false);
    },
    [api, entityId],
  );

  const isLive = useObservable(connection) === 'live';
  // biome-ignore lint/correctness/useExhaustiveDependencies: read again after a break.
  useEffect(() => {
    void load(nothing);
    return () => running.current?.abort();
  }, [load, isLive]);
  useEffect(
    () =>
      store.onEvents((events) => {
        const isChange = events.some(
          ({ name, entity_id, data }) =>
            entity_id === entityId &&
            (name === 'chat.delete' || name === 'room.purge' || 'attachment_count' in data) &&
            name !== 'chat.edit',
        );
        if (isChange) void load(nothing);
      }),
    [store, entityId, load],
  );
  const { cursor: _, ...shown } = state;
  return { ...shown, isLoading, loadMore: () => void load(latest.current) };
}

const isWanted = (from: State, { hasMore, files }: State): boolean =>
  hasMore && files.length < from.files.length + filesOfLoad;

function withPage({ files, cursor, searchedMs }: State, rows: readonly MessageRow[]): State {
  const last = rows.at(-1);
  return {
    files: [...files, ...rows.flatMap(filesOf)],
    hasMore: rows.length === messagesOfPage,
    cursor: last?.cursor ?? cursor,
    searchedMs: last?.ctime_ms ?? searchedMs,
    failure: undefined,
  };
}

const filesOf = ({ files, message_id, entity, from, ctime_ms }: MessageRow): RoomFile[] =>
  files.map((file) => ({
    ...file,
    ...{ messageId: message_id, author: from?.name ?? entity.surname, ms: ctime_ms },
  }));
