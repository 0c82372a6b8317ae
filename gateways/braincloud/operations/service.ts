import { type Operations, operation } from '../operation.ts';

/** Does nothing itself: every packet extends its session. */
export const heartbeat = operation([], async () => null);

export const timeOperations: Operations = {
  READ: operation([], async ({ clock }) => ({ server_time: clock() })),
};

/** There is no cloud code; published servers only need the call to succeed. */
export const scriptOperations: Operations = { RUN: operation([], async () => ({})) };
