import { useSyncExternalStore } from 'react';

/** Whether the member looks at the page: it is visible, and its window has the focus. */
export const isLooking = (): boolean =>
  document.visibilityState === 'visible' && document.hasFocus();

function subscribe(listener: () => void): () => void {
  addEventListener('focus', listener);
  addEventListener('blur', listener);
  document.addEventListener('visibilitychange', listener);
  return () => {
    removeEventListener('focus', listener);
    removeEventListener('blur', listener);
    document.removeEventListener('visibilitychange', listener);
  };
}

/** Returns the same, and renders again when it changes. */
export const useIsLooking = (): boolean => useSyncExternalStore(subscribe, isLooking);
