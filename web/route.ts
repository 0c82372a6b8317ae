import { useMemo, useSyncExternalStore } from 'react';

/** One of the member's message boxes. */
export type Box = 'inbox' | 'sent';

/**
 * What the address names after `#`: a conversation, and in it maybe a message or a thread; or a
 * message box, and in it maybe a message.
 */
export interface Route {
  entityId?: string | undefined;
  messageId?: string | undefined;
  threadId?: string | undefined;
  box?: Box | undefined;
  mailId?: string | undefined;
}

function parse(hash: string): Route {
  const [, entityId, kind, id] = hash.slice(1).split('/');
  if (!entityId) return {};
  if (entityId === 'mail') return { box: kind === 'sent' ? 'sent' : 'inbox', mailId: id };
  const key = kind === 'message' ? 'messageId' : 'threadId';
  return { entityId, ...(id === undefined ? {} : { [key]: id }) };
}

/** Returns the address of a conversation, a message, a thread or a message box. */
export function hrefOf({ entityId, messageId, threadId, box, mailId }: Route): string {
  if (box !== undefined) return ['#/mail', box, mailId].filter(Boolean).join('/');
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
