import { useCallback, useEffect, useRef, useState } from 'react';
import type { AnyEvent, Client, RoomFile } from '../../../client/index.ts';
import { useClient, useObservable } from '../../../client/react.ts';
import { sentenceOf } from '../../ui/use-action.ts';

export type FileKind = 'pictures' | 'others';

export interface RoomFiles {
  files: readonly RoomFile[];
  hasMore: boolean;
  isLoading: boolean;
  failure: string | undefined;
  loadMore(): void;
}

type State = Pick<RoomFiles, 'files' | 'hasMore' | 'failure'>;

/** What the service returns at once. */
const mostOfPage = 100;

const nothing: State = { files: [], hasMore: true, failure: undefined };

interface Listed {
  entityId: string;
  kind: FileKind;
  /** Files of a page. */
  limit: number;
}

/** Returns the files of a conversation, newest first. */
export function useRoomFiles({ entityId, kind, limit }: Listed): RoomFiles {
  const { api, store, connection } = useClient();
  const [state, setState] = useState(nothing);
  const [isLoading, setLoading] = useState(true);
  const latest = useRef(state);
  latest.current = state;
  const running = useRef<AbortController>(undefined);
  /** Repeats the last load. */
  const again = useRef(async (): Promise<void> => {});

  const load = useCallback(
    async (from: State, count = limit): Promise<void> => {
      running.current?.abort();
      const abort = new AbortController();
      const { signal } = abort;
      running.current = abort;
      again.current = () => load(from, count);
      setLoading(true);
      const next = await nextPage(api, { entityId, kind, limit: count }, from, signal);
      if (signal.aborted) return;
      // What is shown stays where it cannot be read again.
      setState((before) => ({ ...before, ...next }));
      setLoading(false);
    },
    [api, entityId, kind, limit],
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
        if (!events.some((event) => changesFiles(event, entityId))) return;
        const { length } = latest.current.files;
        void load(nothing, Math.min(Math.max(length, limit), mostOfPage));
      }),
    [store, entityId, limit, load],
  );
  const loadMore = (): void =>
    void (state.failure === undefined ? load(latest.current) : again.current());
  return { ...state, isLoading, loadMore };
}

/** Returns the files with those of the next page, or why that could not be read. */
async function nextPage(
  api: Client,
  { entityId, kind, limit }: Listed,
  { files }: State,
  signal: AbortSignal,
): Promise<State | Pick<State, 'failure'>> {
  const last = files.at(-1);
  try {
    const page = await api.chat.files(
      { entity_id: entityId, kind, limit, ...(last ? { before: last.cursor } : {}) },
      { signal },
    );
    return { files: [...files, ...page], hasMore: page.length === limit, failure: undefined };
  } catch (error) {
    return { failure: sentenceOf(error) };
  }
}

/** Whether an event is of a message with files, or of one that may have had some. */
const changesFiles = ({ name, entity_id, data }: AnyEvent, entityId: string): boolean =>
  entity_id === entityId &&
  name !== 'chat.edit' &&
  (name === 'chat.delete' ||
    name === 'room.purge' ||
    ('attachment_count' in data && data.attachment_count !== 0));
