import { useEffect, useState } from 'react';
import type { CallResult } from '../../../client/index.ts';
import { useClient } from '../../../client/react.ts';

export type Tag = CallResult<'tag.list'>[number];

/** Returns the member's tags, by name; none while they are not known. */
export function useTags(): readonly Tag[] {
  const { api, store } = useClient();
  const [tags, setTags] = useState<readonly Tag[]>([]);
  useEffect(() => {
    const abort = new AbortController();
    const read = (): void =>
      void api.tag.list({}, { signal: abort.signal }).then(setTags, () => {});
    read();
    const end = store.onEvents((events) => {
      if (events.some(({ name }) => name.startsWith('tag.'))) read();
    });
    return () => {
      end();
      abort.abort();
    };
  }, [api, store]);
  return tags;
}
