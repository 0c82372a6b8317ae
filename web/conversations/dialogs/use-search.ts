import { useEffect, useState } from 'react';
import { useClient } from '../../../client/react.ts';
import { searchKey } from '../../i18n/search-key.ts';
import { sentenceOf } from '../../ui/use-action.ts';

/** The pause after a letter before the service is asked, in milliseconds. */
const pauseMs = 150;

export interface Search<T> {
  /** Those of the last query that was answered. */
  found: readonly T[];
  isSearching: boolean;
  failure: string | undefined;
}

type Api = ReturnType<typeof useClient>['api'];

/** Asks the service for what matches; again when the query changes. `ask` stays the same. */
export function useSearch<T>(
  query: string,
  ask: (api: Api, key: string, signal: AbortSignal) => Promise<readonly T[]>,
): Search<T> {
  const { api } = useClient();
  const [state, setState] = useState<Search<T>>({
    found: [],
    isSearching: true,
    failure: undefined,
  });
  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    setState(({ found }) => ({ found, isSearching: true, failure: undefined }));
    const timer = setTimeout(
      () =>
        ask(api, query.trim(), signal).then(
          (found) => setState({ found, isSearching: false, failure: undefined }),
          (error: unknown) => {
            if (signal.aborted) return;
            setState({ found: [], isSearching: false, failure: sentenceOf(error) });
          },
        ),
      query === '' ? 0 : pauseMs,
    );
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [api, query, ask]);
  return state;
}

/** Finds members to write to. */
export const people = (api: Api, key: string, signal: AbortSignal) =>
  api.contact.list({ key, limit: 30 }, { signal });

/** Finds rooms that anyone may join. */
export const publicRooms = (api: Api, key: string, signal: AbortSignal) =>
  api.room.list({ public: 1, key, limit: 30 }, { signal });

/** Finds conversations of the member, archived ones too. */
export const ownRooms = async (api: Api, key: string, signal: AbortSignal) =>
  key === '' ? [] : api.chat.chat_rooms({ key, option: 'all' }, { signal });

/** Whether a name contains what is searched for. */
export const matches = (name: string, query: string): boolean =>
  searchKey(name).includes(searchKey(query.trim()));
