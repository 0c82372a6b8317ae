import type { RoomRow } from '../../client/index.ts';

export type NotifyLevel = RoomRow['notify_level'];

export interface Notify {
  level: NotifyLevel;
  /** When the level ends, in Unix milliseconds; null: it does not. */
  untilMs: number | null;
}

/** Returns what notifies in a conversation. A level that has ended is `default` again. */
export function notifyOf(room: RoomRow, nowMs = Date.now()): Notify {
  const { notify_level: level, notify_until_ms: untilMs } = room;
  if (untilMs !== null && untilMs <= nowMs) return { level: 'default', untilMs: null };
  return { level, untilMs };
}
