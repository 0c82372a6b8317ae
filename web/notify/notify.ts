import type { RoomRow } from '../../client/index.ts';

export type NotifyLevel = RoomRow['notify_level'];

interface Notify {
  level: NotifyLevel;
  /** When the level ends, in Unix milliseconds; null: it does not. */
  untilMs: number | null;
}

const hourMs = 3_600_000;

/** The next morning at eight. */
function tomorrowMs(): number {
  const morning = new Date();
  morning.setDate(morning.getDate() + 1);
  return morning.setHours(8, 0, 0, 0);
}

/** For how long a conversation or a hub can be muted: until when, if not for good. */
export const mutes = {
  hour: () => Date.now() + hourMs,
  tomorrow: tomorrowMs,
  none: () => undefined,
} as const;

export type Mute = keyof typeof mutes;
export const muteNames = ['hour', 'tomorrow', 'none'] as const satisfies readonly Mute[];

/** Returns what notifies in a conversation. A level that has ended is `default` again. */
export function notifyOf(room: RoomRow, nowMs = Date.now()): Notify {
  const { notify_level: level, notify_until_ms: untilMs } = room;
  if (untilMs !== null && untilMs <= nowMs) return { level: 'default', untilMs: null };
  return { level, untilMs };
}
