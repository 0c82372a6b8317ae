import { useEffect, useMemo, useRef, useState } from 'react';
import type { OpenConversation } from '../../client/react.ts';

/** So many rows of a page are put into the log in one frame. */
const rowsOfFrame = 15;

type Messages = OpenConversation['messages'];

/** The keys of the first and the last row that are shown. */
interface Ends {
  first: string | undefined;
  last: string | undefined;
}

/**
 * Returns the conversation with a page that is read beside what is shown in slices of some rows a
 * frame, so that no task is long; it `isLoading` until all of them are shown. What is jumped to is
 * shown at once.
 */
export function useSlices(conversation: OpenConversation): OpenConversation {
  const { messages, isLoading, loadOlder, loadNewer, jump } = conversation;
  /** What is shown while a page is put beside it; undefined: everything. */
  const [ends, setEnds] = useState<Ends>();
  const { from, to } = sliceOf(messages, ends);
  const shown = useMemo(() => messages.slice(from, to), [messages, from, to]);
  const isAll = shown.length === messages.length;

  useEffect(() => {
    if (!isAll) {
      const frame = requestAnimationFrame(() => setEnds(endsOf(shown)));
      return () => cancelAnimationFrame(frame);
    }
    if (!isLoading) setEnds(undefined);
    return undefined;
  }, [shown, isAll, isLoading]);

  const latest = useRef(shown);
  latest.current = shown;
  const calls = useMemo(() => {
    function within<T extends unknown[]>(call: (...args: T) => Promise<void>, isBeside: boolean) {
      return (...args: T): Promise<void> => {
        setEnds(isBeside ? endsOf(latest.current) : undefined);
        return call(...args);
      };
    }
    return {
      loadOlder: within(loadOlder, true),
      loadNewer: within(loadNewer, true),
      jump: within(jump, false),
    };
  }, [loadOlder, loadNewer, jump]);
  return { ...conversation, ...calls, messages: shown, isLoading: isLoading || !isAll };
}

const endsOf = (shown: Messages): Ends => ({ first: shown[0]?.key, last: shown.at(-1)?.key });

/** Returns the part of the messages that goes a slice beyond the rows that are shown. */
function sliceOf(messages: Messages, ends: Ends | undefined): { from: number; to: number } {
  const start = ends ? messages.findIndex(({ key }) => key === ends.first) : -1;
  const end = ends ? messages.findLastIndex(({ key }) => key === ends.last) : -1;
  return {
    from: Math.max(0, start - rowsOfFrame),
    to: end < 0 ? messages.length : Math.min(messages.length, end + 1 + rowsOfFrame),
  };
}
