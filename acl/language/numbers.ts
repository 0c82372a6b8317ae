import type { z } from 'zod';

/**
 * An integer of a client's JSON that a number would round, such as a 64-bit id. It is refused where
 * it would be kept; where a parameter is ignored, it harms nobody.
 */
export class LargeInteger {
  // Refusals name it: "expected string, received large integer".
  static {
    Object.defineProperty(LargeInteger, 'name', { value: 'large integer' });
  }
  readonly digits: string;
  constructor(digits: string) {
    this.digits = digits;
  }
  toJSON(): string {
    return this.digits;
  }
  toString(): string {
    return this.digits;
  }
}

export const isLarge = (value: unknown): value is LargeInteger => value instanceof LargeInteger;

/** The strings and numbers of valid JSON. */
const tokens = /"(?:[^"\\]+|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

const isRounded = (token: string): boolean =>
  /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token));

/**
 * Parses JSON like JSON.parse, but for integers beyond ±(2^53 − 1): they become a LargeInteger.
 * Numbers with a fraction or an exponent are rounded to a double, as every JSON parser may do.
 */
export function parseExactly(text: string): unknown {
  const rounded = JSON.parse(text);
  if (!/\d{16}/.test(text)) return rounded;
  // Unguessable, so that no string of the client begins with it.
  const mark = `${crypto.randomUUID()} `;
  let hasLarge = false;
  const marked = text.replace(tokens, (token) => {
    if (!isRounded(token)) return token;
    hasLarge = true;
    return `"${mark}${token}"`;
  });
  if (!hasLarge) return rounded;
  return JSON.parse(marked, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith(mark)
      ? new LargeInteger(value.slice(mark.length))
      : value,
  );
}

/** Adds an issue for each number in a value that would not be kept as it was sent. */
export function refuseRounded(value: unknown, context: z.core.$RefinementCtx): void {
  const visit = (inner: unknown, path: readonly PropertyKey[]): void => {
    if (isLarge(inner)) {
      const message = `is an integer beyond ±${Number.MAX_SAFE_INTEGER}; send it as a string`;
      context.addIssue({ code: 'custom', path: [...path], message });
    } else if (typeof inner === 'number' && !Number.isFinite(inner)) {
      const message = 'is a larger number than can be kept; send it as a string';
      context.addIssue({ code: 'custom', path: [...path], message });
    } else if (Array.isArray(inner)) {
      for (const [index, item] of inner.entries()) visit(item, [...path, index]);
    } else if (typeof inner === 'object' && inner !== null) {
      for (const [key, item] of Object.entries(inner)) visit(item, [...path, key]);
    }
  };
  visit(value, []);
}
