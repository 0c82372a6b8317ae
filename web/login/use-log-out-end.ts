import { useEffect, useRef } from 'react';
import { finishLogOut } from '../session.ts';

const pauseMs = 5000;

/** Ends the session of a log-out without a connection, as soon as there is one. */
export function useLogOutEnd(isPending: boolean, onEnd: () => void): void {
  const ended = useRef(onEnd);
  ended.current = onEnd;
  useEffect(() => {
    if (!isPending) return;
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    async function attempt(): Promise<void> {
      clearTimeout(timer);
      const isEnded = await finishLogOut();
      if (isOver) return;
      if (isEnded) ended.current();
      else timer = setTimeout(attempt, pauseMs);
    }
    void attempt();
    addEventListener('online', attempt);
    return () => {
      isOver = true;
      clearTimeout(timer);
      removeEventListener('online', attempt);
    };
  }, [isPending]);
}
