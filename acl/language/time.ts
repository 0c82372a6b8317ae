/** A day in milliseconds. */
export const dayMs = 86_400_000;

/** Whether something that holds until a time (Unix milliseconds; null: for good) is over. */
export const isOver = (untilMs: number | null, now: number): boolean =>
  untilMs !== null && untilMs <= now;
