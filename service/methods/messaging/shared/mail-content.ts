import type { Content } from '../../../../acl/language/fields.ts';
import { maxMailContentBytes, maxMailContentDepth } from '../../../../acl/language/limits.ts';

interface WithContent {
  input: { content?: Content | undefined; text?: string | undefined };
  fail(code: 'INVALID_INPUT' | 'TOO_LARGE', ...details: string[]): never;
}

/** Returns the object of a message; a `text` becomes an object with just that field. */
export function readMailContent({ input, fail }: WithContent): Content {
  const { content, text } = input;
  if ((content === undefined) === (text === undefined))
    fail('INVALID_INPUT', 'content: either content or text is required, not both');
  const given = content ?? { text };
  if (Buffer.byteLength(JSON.stringify(given)) > maxMailContentBytes)
    fail('TOO_LARGE', `content: larger than ${maxMailContentBytes} bytes of JSON`);
  if (!isSearchable(given))
    fail(
      'INVALID_INPUT',
      `content: nested deeper than ${maxMailContentDepth} levels, or not well-formed Unicode`,
    );
  return given;
}

/** Whether criteria can find every value in it. */
function isSearchable(value: unknown, depth = 1): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  if (depth > maxMailContentDepth) return false;
  return Object.entries(value).every(
    ([key, item]) => key.isWellFormed() && isSearchable(item, depth + 1),
  );
}
