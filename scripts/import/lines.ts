import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { messageText, name } from '../../acl/language/fields.ts';
import { isInvisible } from '../../acl/text/characters.ts';

const lineNumber = z.int().nonnegative();

/** A line of the file: a message (an action becomes `/me …`), or a user who joined or left. */
const Line = z
  .object({
    /** Part of every echoId, which is limited to 64 printable ASCII characters. */
    day: z.string().regex(/^[\x21-\x7e]{1,40}$/, 'must be 1 to 40 printable ASCII characters'),
    line: lineNumber,
    author: name(1, 100),
    text: messageText.optional(),
    action: messageText.optional(),
    event: z.enum(['joined', 'left']).optional(),
    reply_to: lineNumber.nullish(),
  })
  .refine(
    ({ text, action, event }) =>
      [text, action, event].filter((one) => one !== undefined).length === 1,
    {
      message: 'must have exactly one of text, action and event',
    },
  )
  .transform(({ day, line, author, text, action, event, reply_to }) => ({
    day,
    line,
    author,
    replyTo: reply_to ?? undefined,
    ...(event === undefined
      ? { event: 'said' as const, text: text ?? `/me ${action}` }
      : { event, text: '' }),
  }));
export type Line = z.infer<typeof Line>;

/** Whether the message has no text; the service rejects such messages. */
export const isBlank = ({ text }: Line): boolean => isInvisible(text.replace(/^\s*\/me/, ''));

/** Returns the lines of a file in order; throws an Error that names the first invalid line. */
export async function readLines(path: string): Promise<Line[]> {
  const content = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${path} cannot be read (${error.code ?? error.message}).`);
  });
  const seen = new Set<string>();
  const lines = content.split('\n').flatMap((row, index) => {
    if (row.trim() === '') return [];
    const where = `Line ${index + 1} of ${path}`;
    const line = parseLine(row, where);
    const key = `${line.day} ${line.line}`;
    if (seen.has(key)) throw new Error(`${where} repeats line ${line.line} of ${line.day}.`);
    seen.add(key);
    return [line];
  });
  if (lines.length === 0) throw new Error(`${path} has no lines.`);
  return lines;
}

function parseLine(row: string, where: string): Line {
  let value: unknown;
  try {
    value = JSON.parse(row);
  } catch {
    throw new Error(`${where} is not JSON.`);
  }
  const parsed = Line.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(
    `${where} is not valid: ${[issue?.path.join('.'), issue?.message].filter(Boolean).join(': ')}.`,
  );
}

/** Returns the lines of each day; days and lines keep the order of the file. */
export function byDay(lines: readonly Line[]): Map<string, Line[]> {
  const days = new Map<string, Line[]>();
  for (const line of lines) {
    const day = days.get(line.day);
    if (day) day.push(line);
    else days.set(line.day, [line]);
  }
  return days;
}
