import { language, t } from './translate.ts';

const formats = new Map<string, Intl.DateTimeFormat>();

function format(ms: number, options: Intl.DateTimeFormatOptions): string {
  const locale = language.getSnapshot();
  const key = locale + JSON.stringify(options);
  const found = formats.get(key) ?? new Intl.DateTimeFormat(locale, options);
  formats.set(key, found);
  return found.format(ms);
}

/** Returns the time of day. */
export const timeOf = (ms: number): string => format(ms, { timeStyle: 'short' });

/** Returns date and time. */
export const momentOf = (ms: number): string =>
  format(ms, { dateStyle: 'full', timeStyle: 'short' });

/** The days since a moment, by the clock on the wall. */
function daysSince(ms: number, nowMs: number): number {
  const midnight = (time: number) => new Date(time).setHours(0, 0, 0, 0);
  return Math.round((midnight(nowMs) - midnight(ms)) / 86_400_000);
}

/** Returns the day for a separator: today, yesterday or the date. */
export function dayOf(ms: number, nowMs = Date.now()): string {
  const days = daysSince(ms, nowMs);
  if (days === 0) return t('day.today');
  if (days === 1) return t('day.yesterday');
  const isThisYear = new Date(ms).getFullYear() === new Date(nowMs).getFullYear();
  return format(ms, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(isThisYear ? {} : { year: 'numeric' }),
  });
}

/** Returns the shortest text that says when: the time, the day of the week or the date. */
export function whenOf(ms: number, nowMs = Date.now()): string {
  const days = daysSince(ms, nowMs);
  if (days <= 0) return timeOf(ms);
  if (days === 1) return t('day.yesterday');
  if (days < 7) return format(ms, { weekday: 'short' });
  return format(ms, { dateStyle: 'short' });
}

const sizes = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** Returns a number of bytes in its largest unit. */
export function sizeOf(bytes: number): string {
  const step = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), sizes.length - 1);
  const options = {
    style: 'unit',
    unit: sizes[step],
    unitDisplay: 'short',
    maximumFractionDigits: step < 2 ? 0 : 1,
  } as const;
  return new Intl.NumberFormat(language.getSnapshot(), options).format(bytes / 1000 ** step);
}

/** Returns a part from 0 to 1 as percent. */
export const percentOf = (part: number): string =>
  new Intl.NumberFormat(language.getSnapshot(), { style: 'percent' }).format(part);

/** Joins names as a list: "Bea and Tomás". */
export const listOf = (names: readonly string[]): string =>
  new Intl.ListFormat(language.getSnapshot(), { type: 'conjunction' }).format(names);

/** Returns a number as the language writes it. */
export const numberOf = (value: number): string =>
  new Intl.NumberFormat(language.getSnapshot()).format(value);
