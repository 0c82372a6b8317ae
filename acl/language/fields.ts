import { z } from 'zod';
import { hasControls, isBlank, isInvisible, withoutReordering } from '../text/characters.ts';
import { normalEmail } from '../text/email.ts';
import { preparedPassword } from '../text/password.ts';
import { hostNameOf, originOf } from './hosts.ts';
import {
  maxDescriptionLength,
  maxIds,
  maxMessageLength,
  maxNameLength,
  maxUserIds,
  pageRows,
} from './limits.ts';
import { isLarge, refuseRounded } from './numbers.ts';
import { privileges } from './permission.ts';
import { commaSeparated } from './query.ts';

/* Parameters. Refusals read as "parameter: message". */

const possibleId = /^[0-9A-Za-z_-]{1,64}$/;
/** Replaces a malformed id by `unknown`, so that it fails like an id that does not exist. */
export const asId = (value: string): string => (possibleId.test(value) ? value : 'unknown');
export const id = z.string().transform(asId);

/** An integer; numeric strings are accepted, because query parameters are strings. */
export const integer = (min: number, max = Number.MAX_SAFE_INTEGER) =>
  z.preprocess(
    (value) =>
      isLarge(value) || (typeof value === 'string' && /^-?\d{1,16}$/.test(value))
        ? Number(value)
        : value,
    z.int().min(min).max(max),
  );

/** A non-negative integer that is moved into the range instead of being refused. */
export const clamped = (min: number, max: number) =>
  integer(0).transform((value) => Math.min(Math.max(value, min), max));

const flagWords: Readonly<Record<string, 0 | 1>> = { 1: 1, 0: 0, true: 1, false: 0 };
/** 0 or 1; booleans and the words `1`, `0`, `true` and `false` in any case are accepted. */
export const flag = z.preprocess(
  (value) => {
    if (typeof value === 'boolean') return Number(value);
    return typeof value === 'string' ? (flagWords[value.toLowerCase()] ?? value) : value;
  },
  z.literal([0, 1]),
);

const wellFormed = (value: string) => value.isWellFormed();
const notWellFormed = 'must be well-formed Unicode';
const codePoints = (value: string) => [...value].length;
const limited = (value: z.ZodString, max: number) =>
  value
    .refine(
      (value) => value.length <= max || codePoints(value) <= max,
      `must be at most ${max} characters long`,
    )
    .refine(wellFormed, notWellFormed);

/** Text of any number of lines, at most `max` code points, stored unchanged. */
export const text = (max: number) => limited(z.string(), max);

/**
 * A name: text of one line, of `min` to `max` characters, without the controls that reorder text.
 * What is left is stored unchanged; if nothing of it is seen, it is empty.
 */
export const name = (min: number, max: number) =>
  limited(z.string().overwrite(withoutReordering), max)
    .refine((value) => !hasControls(value), 'must not contain control characters')
    .overwrite((value) => (isInvisible(value) ? '' : value))
    .refine((value) => value.length >= min, 'must not be empty');

export const messageText = text(maxMessageLength);
export const title = name(1, maxNameLength);
export const description = text(maxDescriptionLength);
export const url = text(maxDescriptionLength);
/**
 * Restricts a list to the rows whose name contains it, regardless of case, accents, vowel signs,
 * width and invisible characters; katakana are found as hiragana too.
 */
export const search = text(maxNameLength).default('');
/** An e-mail address; the handler gets the form in which addresses are stored and compared. */
export const email = z
  .string()
  .refine((value) => normalEmail(value) !== undefined, 'must be an e-mail address')
  .overwrite((value) => normalEmail(value) ?? value);
const maxPasswordLength = 1024;
/** A new password; the handler gets its prepared form, which has the lengths. */
export const password = z
  .string()
  .refine(wellFormed, notWellFormed)
  .overwrite(preparedPassword)
  .min(8)
  .max(maxPasswordLength)
  .refine((value) => !isBlank(value), 'must not be blank');
/** A password to compare with a stored one, as it was typed. */
export const typedPassword = z
  .string()
  .refine(
    (value) => preparedPassword(value).length <= maxPasswordLength,
    `must be at most ${maxPasswordLength} characters long`,
  );
/** An id that another system has for a user: of any script, compared code point by code point. */
export const externalId = text(255).refine((value) => value !== '', 'must not be empty');
/** A secret or token to compare with a stored one. */
export const secret = z.string().max(1024);
export const privilege = z.preprocess(
  (value) => (typeof value === 'string' && /^\d{1,2}$/.test(value) ? Number(value) : value),
  z.literal(Object.values(privileges)),
);
/**
 * Chosen by the client for a call; its event carries it too. A whole number stands for its digits.
 * See isEchoKey.
 */
export const echoId = z.preprocess(
  (value: string | number) =>
    Number.isSafeInteger(value) || isLarge(value) ? String(value) : value,
  z.string().regex(/^[\x20-\x7e]{1,64}$/, 'must be 1 to 64 printable ASCII characters'),
);
/**
 * Returns whether an echoId makes a repeated call safe. One of digits only does not: clients that
 * number their calls per browser tab use the same number for different calls.
 */
export const isEchoKey = (value: string | undefined): value is string =>
  value !== undefined && !/^\d+$/.test(value);
/** Replaces a value by the form in which such values are compared, and refuses others. */
const compared = (formOf: (value: string) => string | undefined, refusal: string) =>
  z
    .string()
    .max(300)
    .transform((value, context) => {
      const form = formOf(value);
      if (form !== undefined) return form;
      context.addIssue(refusal);
      return z.NEVER;
    });
/** A host name, as in the Host header; its port is left out. */
export const host = compared(hostNameOf, 'must be a host name');
/** The origin of a web page: scheme://host[:port]. */
export const origin = compared(originOf, 'must be an origin such as https://app.example.com');

export const list = <T extends z.ZodType>(item: T, min: number, max: number) =>
  z.array(item).min(min).max(max);
export const ids = (min: number) => list(id, min, maxIds);
/** The same, also as one text with commas. */
export const idList = z.preprocess(
  (value) => (typeof value === 'string' ? commaSeparated(value) : value),
  ids(1),
);
export const userIds = (min: number) => list(id, min, maxUserIds);
/** The number of rows of a page. */
export const rows = (max: number, normal: number = pageRows) => integer(1, max).default(normal);
/** The version that a message must have for the change; -1: any. */
export const version = integer(-1).default(-1);
/** The `cursor` of a row, where the next page starts. */
export const cursor = z
  .string()
  .regex(/^[0-9A-Za-z_.-]{1,128}$/, 'must be the cursor of a row of an earlier page');
/** Unix milliseconds. */
export const time = integer(0, 8_640_000_000_000_000);
/**
 * Restricts a history to a period: `after_ms` is included, `before_ms` is not. With `after_ms`
 * alone the page starts at the oldest message of the period.
 */
export const period = { before_ms: time.optional(), after_ms: time.optional() };
export const page = integer(1, 1_000_000).default(1);

const emojiSequence = /^\p{RGI_Emoji}$/v;
/** Returns the emoji with exactly the variation selectors that its recommended form has. */
function qualified(value: string): string {
  const bare = value.replaceAll('\u{fe0f}', '');
  const full = bare.replace(
    /(?!\p{Emoji_Presentation})\p{Emoji}(?!\p{Emoji_Modifier})/gv,
    '$&\u{fe0f}',
  );
  return [bare, full, value].find((form) => emojiSequence.test(form)) ?? value;
}
/** One emoji, with or without variation selectors; the handler gets its recommended form. */
export const emoji = z
  .string()
  .max(64)
  .transform(qualified)
  .refine((value) => emojiSequence.test(value), 'must be exactly one emoji');

/* Parts of replies and events. */

/** A JSON object of any members. Numbers in it that would be rounded are refused. */
export const jsonObject = z.record(z.string(), z.unknown()).superRefine(refuseRounded);
/** Any JSON object; plain text is in its `text`. */
export const content = jsonObject;
export type Content = z.infer<typeof content>;

export const bit = z.literal([0, 1]);
export const count = z.int().nonnegative();
export const positive = z.int().positive();
/** Unix seconds. */
export const seconds = z.int().nonnegative();
/** Unix milliseconds. */
export const millis = z.int().nonnegative();

export const done = z.strictObject({ ok: z.literal(1) });
