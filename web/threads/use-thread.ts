import { useEffect, useMemo } from 'react';
import { useClient, useObservable } from '../../client/react.ts';
import { Thread, type ThreadView } from './thread.ts';

export interface OpenThread extends ThreadView {
  loadOlder(): Promise<void>;
}

/** Opens a thread by its first message while the component is mounted. */
export function useThread(entityId: string, threadId: string): OpenThread {
  const chat = useClient();
  const thread = useMemo(() => new Thread(chat, entityId, threadId), [chat, entityId, threadId]);
  useEffect(() => thread.open(), [thread]);
  return { ...useObservable(thread.view), loadOlder: thread.loadOlder };
}
