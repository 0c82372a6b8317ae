import { useMemo, useSyncExternalStore } from 'react';

/** What the address names after `#`: a conversation, and in it maybe a message or a thread. */
export interface Route {
  entityId?: string | undefined;
  messageId?: string | undefined;
  threadId?: string | undefined;
}

function parse(hash: string): Route {
  const [, entityId, kind, id] = hash.slice(1).split('/');
  if (!entityId) return {};
  const key = kind === 'message' ? 'messageId' : 'threadId';
  return { entityId, ...(id === undefined ? {} : { [key]: id }) };
}

/** Returns the address of a conversation, a message or a thread. */
export function hrefOf({ entityId, messageId, threadId }: Route): string {
  if (entityId === undefined) return '#/';
  if (messageId !== undefined) return `#/${entityId}/message/${messageId}`;
  return threadId === undefined ? `#/${entityId}` : `#/${entityId}/thread/${threadId}`;
}

/** Shows something else; the browser's Back returns. */
export function navigate(route: Route): void {
  location.hash = hrefOf(route);
}

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}

/** Returns what is shown. */
export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  return useMemo(() => parse(hash), [hash]);
}
