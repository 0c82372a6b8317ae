import { useEffect, useRef } from 'react';

/** What one part of the page asks of another part that it does not know. */
export interface Requests {
  /** Edit the member's last message of this conversation. */
  'edit-last': { entityId: string };
  /** Put the cursor into the composer. */
  'focus-composer': { entityId: string };
  /** Show the end of the log: the member has written something. */
  'show-newest': { entityId: string };
  /** Show a message of the log, although the address names it already. */
  'show-message': { entityId: string; messageId: string };
  /** Read nothing more by itself: the member has marked messages as unread. */
  'keep-unread': { entityId: string };
}

const requests = new EventTarget();

/** Asks the part of the page that handles it; nothing happens where none is shown. */
export function request<K extends keyof Requests>(name: K, detail: Requests[K]): void {
  requests.dispatchEvent(new CustomEvent(name, { detail }));
}

/** Handles a kind of request while the component is mounted. */
export function useRequest<K extends keyof Requests>(
  name: K,
  handle: (detail: Requests[K]) => void,
): void {
  const latest = useRef(handle);
  latest.current = handle;
  useEffect(() => {
    const receive = (event: Event): void =>
      latest.current((event as CustomEvent<Requests[K]>).detail);
    requests.addEventListener(name, receive);
    return () => requests.removeEventListener(name, receive);
  }, [name]);
}
