import { useEffect } from 'react';
import { useObservable } from '../../client/react.ts';
import { createSubject } from '../../client/store/observable.ts';

const notice = createSubject<{ text: string } | undefined>(undefined);

/** A notice is shown for so long, in milliseconds. */
const shownMs = 6000;

/** Says what became of something that has no place of its own to say it. */
export const notify = (text: string): void => notice.set({ text });

/** The last notice, over the page. */
export function Notice() {
  const shown = useObservable(notice);
  useEffect(() => {
    if (!shown) return;
    const timer = setTimeout(() => notice.set(undefined), shownMs);
    return () => clearTimeout(timer);
  }, [shown]);
  return (
    <div className="notice" role="alert" hidden={!shown}>
      {shown?.text}
    </div>
  );
}
