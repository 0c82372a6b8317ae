import { z } from 'zod';
import { privileges } from './permission.ts';

const possibleId = /^[0-9A-Za-z_-]{1,64}$/;

/** An id. One that cannot be an id is as unknown as one that never was; so it becomes one. */
export const asId = (value: string): string => (possibleId.test(value) ? value : 'unknown');

export const id = z.string().transform(asId);

/** An integer, also as a numeric string (query parameters are strings). */
export const integer = (min: number, max = Number.MAX_SAFE_INTEGER) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value),
    z.int().min(min).max(max),
  );

/** An integer that is moved into its range rather than refused. */
export const clamped = (min: number, max: number) =>
  integer(0).transform((value) => Math.min(Math.max(value, min), max));

export const flag = z.preprocess(
  (value) => (value === true || value === '1' ? 1 : value === false || value === '0' ? 0 : value),
  z.literal([0, 1]),
);

const wellFormed = (value: string) => value.isWellFormed();

const codePoints = (value: string) => [...value].length;

/** Text of several lines, stored as given. */
export const text = (max: number) =>
  z
    .string()
    .refine(
      (value) => value.length <= max || codePoints(value) <= max,
      `longer than ${max} characters`,
    )
    .refine(wellFormed, 'not well-formed Unicode');

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const controlCharacters = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;

/** A name of one line, kept as given. */
export const name = (min: number, max: number) =>
  text(max)
    .refine((value) => value.length >= min && (min === 0 || value.trim() !== ''), 'empty')
    .refine((value) => !controlCharacters.test(value), 'control characters');

export const messageText = text(10_000);

export const roomName = name(1, 255);

export const email = z
  .email('not an e-mail address')
  .max(254)
  .transform((value) => value.toLowerCase());

export const password = z.string().min(8).max(1024).refine(wellFormed, 'not well-formed Unicode');

export const privilege = z.preprocess(
  (value) => (typeof value === 'string' && /^\d{1,2}$/.test(value) ? Number(value) : value),
  z.literal(Object.values(privileges)),
);

/** One of digits only is a tab's counter and never a key. */
export const echoId = z.string().regex(/^[\x20-\x7e]{1,64}$/, '1 to 64 printable ASCII characters');

export const isEchoKey = (value: string | undefined): value is string =>
  value !== undefined && !/^\d+$/.test(value);

/** A host name, as in the Host header; a port and case do not matter. */
export const host = z
  .string()
  .max(253)
  .regex(
    /^(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z]([0-9A-Za-z.-]*[0-9A-Za-z])?)(:\d{1,5})?$/,
    'not a host name',
  )
  .transform((value) => value.replace(/:\d+$/, '').toLowerCase());

/** scheme://host[:port] of a page. */
export const origin = z
  .string()
  .max(300)
  .refine(
    (value) => /^https?:\/\//.test(value) && URL.canParse(value) && new URL(value).origin === value,
    'not an origin such as https://app.example.com',
  );

export const list = <T extends z.ZodType>(item: T, min: number, max: number) =>
  z.array(item).min(min).max(max);

/** Where a page of a list begins: the `cursor` of a row. */
export const cursor = z.string().regex(/^[0-9A-Za-z_.-]{1,128}$/, 'not a cursor');

/** Unix milliseconds. */
export const time = integer(0, 8_640_000_000_000_000);

/** A part of a history by time: from `after_ms` on, before `before_ms`. With `after_ms` alone the page is the oldest. */
export const dates = { before_ms: time.optional(), after_ms: time.optional() };

export const page = integer(1, 1_000_000).default(1);

const emojiSequence = /^\p{RGI_Emoji}$/v;

/** The one way to write an emoji: with the variation selectors that it needs, and no other. */
function qualified(value: string): string {
  const bare = value.replaceAll('\u{fe0f}', '');
  const full = bare.replace(
    /(?!\p{Emoji_Presentation})\p{Emoji}(?!\p{Emoji_Modifier})/gv,
    '$&\u{fe0f}',
  );
  return [bare, full, value].find((form) => emojiSequence.test(form)) ?? value;
}

/** One emoji, however it was written. */
export const emoji = z
  .string()
  .max(64)
  .transform(qualified)
  .refine((value) => emojiSequence.test(value), 'not one emoji');

/** Any JSON object; plain text stands in its `text`. */
export const content = z.record(z.string(), z.unknown());
export type Content = z.infer<typeof content>;

export const bit = z.literal([0, 1]);

export const count = z.int().nonnegative();

export const seconds = z.int().nonnegative();

export const millis = z.int().nonnegative();

export const done = z.strictObject({ ok: z.literal(1) });
