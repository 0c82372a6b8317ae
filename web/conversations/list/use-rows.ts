import { useEffect, useMemo, useState } from 'react';
import type { RoomRow } from '../../../client/index.ts';
import { useClient, useConversations, useObservable } from '../../../client/react.ts';
import { t } from '../../i18n/translate.ts';
import { sentenceOf } from '../../ui/use-action.ts';
import { type Filter, filtered, listOfFilter } from './filter.ts';

export interface Rows {
  rows: readonly RoomRow[];
  hasMore: boolean;
  isLoading: boolean;
  /** Why the last page could not be read. */
  failure: string | undefined;
  loadMore(): Promise<void>;
}

/** Returns the conversations of a filter, as far as they have been read. */
export function useRows(filter: Filter): Rows {
  const { connection } = useClient();
  const list = listOfFilter(filter);
  const { rows, hasMore, isLoading, loadMore } = useConversations(list);
  const [failure, setFailure] = useState<string>();
  const state = useObservable(connection);
  // biome-ignore lint/correctness/useExhaustiveDependencies: tried again after each of them.
  useEffect(() => setFailure(undefined), [state, list]);
  const shown = useMemo(() => filtered(rows, filter), [rows, filter]);

  async function load(): Promise<void> {
    setFailure(undefined);
    await loadMore().catch((error: unknown) => setFailure(sentenceOf(error)));
  }
  // The bar above says so too, but not why the list is empty.
  const isCut = state === 'offline' && rows.length === 0;
  return {
    rows: shown,
    hasMore,
    loadMore: load,
    // Pages are read once there is a connection.
    isLoading: isLoading || state !== 'live',
    failure: isCut ? t('error.connection') : failure,
  };
}
