/** Whether tabs can elect a leader: not in Node, and not in pages without TLS. */
export const hasLocks = (): boolean =>
  typeof navigator !== 'undefined' &&
  'locks' in navigator &&
  typeof BroadcastChannel === 'function';
