import { type RefObject, useLayoutEffect, useRef } from 'react';
import type { Draft } from '../../client/index.ts';
import type { DraftFields } from './use-draft-fields.ts';

/** Puts a text in place of a part of what is written, and the cursor after it. */
export type Insert = (
  place: { from: number; to: number },
  inserted: string,
  also?: Partial<Draft>,
) => void;

export function useInsertion(
  field: RefObject<HTMLTextAreaElement | null>,
  { text, change }: DraftFields,
): Insert {
  const cursor = useRef<number>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: after the text has been replaced.
  useLayoutEffect(() => {
    const { current } = cursor;
    if (current === undefined) return;
    cursor.current = undefined;
    field.current?.setSelectionRange(current, current);
  }, [field, text]);
  return ({ from, to }, inserted, also = {}) => {
    cursor.current = from + inserted.length;
    change({ ...also, text: text.slice(0, from) + inserted + text.slice(to) });
  };
}
