import { maxLevels } from './depth.ts';
import { parseExactly } from './numbers.ts';

/** Elements and members of all levels in a JSON body at most: more than any method takes. */
export const maxValues = 50_000;
/** Members of all objects in it: each costs several times what an element of an array does. */
export const maxMembers = 10_000;

const explanations = {
  invalid: 'is not valid JSON in UTF-8',
  deep: 'is nested too deeply',
  wide: `has more than ${maxValues} values or ${maxMembers} members of objects`,
};

/** Why a text is not read; the message says so of the body. */
export class UnreadableJson extends Error {
  readonly reason: keyof typeof explanations;
  constructor(reason: keyof typeof explanations) {
    super(explanations[reason]);
    this.reason = reason;
  }
}

/** What a text contains; an empty array or object counts as two values. */
export interface Extent {
  values: number;
  members: number;
  levels: number;
}

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const opening = [0x5b, 0x7b];
const closing = [0x5d, 0x7d];

/**
 * Measures JSON without making its values, which takes much more time and memory than the bytes.
 * Means nothing for bytes that are not JSON.
 */
export function measureJson(bytes: Uint8Array): Extent {
  const extent = { values: 0, members: 0, levels: 0 };
  let level = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === quote) at = endOfString(bytes, at);
    else if (byte === comma) extent.values += 1;
    else if (byte === colon) extent.members += 1;
    else if (byte === opening[0] || byte === opening[1]) {
      extent.values += 1;
      level += 1;
      if (level > extent.levels) extent.levels = level;
    } else if (byte === closing[0] || byte === closing[1]) level -= 1;
  }
  return extent;
}

function endOfString(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
  return at;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Parses JSON of a client; an integer that a number would round is a LargeInteger. Fails with
 * UnreadableJson, before its values are made if they are more than `maxValues` and `maxMembers`
 * allow, or if it has more than `levels` levels.
 */
export function parseJson(bytes: Uint8Array, levels = maxLevels): unknown {
  const extent = measureJson(bytes);
  if (extent.levels > levels) throw new UnreadableJson('deep');
  if (extent.values > maxValues || extent.members > maxMembers) throw new UnreadableJson('wide');
  try {
    return parseExactly(utf8.decode(bytes));
  } catch {
    throw new UnreadableJson('invalid');
  }
}
