import { z } from 'zod';
import { invalidValue, Refusal } from '../errors.ts';
import { values } from '../guesses.ts';

const isoDate = z.iso.datetime({ offset: true });
const maxPageNumber = 1_000_000;

/** Reads a whole number of at least 1; undefined when it is absent. */
function readCount(
  query: URLSearchParams,
  name: string,
  max = Number.MAX_SAFE_INTEGER,
): number | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  const count = /^\d{1,15}$/.test(value) ? Number(value) : 0;
  if (count < 1 || count > max) throw invalidValue(name, value, 'integer', '1 or more');
  return count;
}

/** Reads `pageSize` and `pageNumber`. */
export const readPageNumber = (
  query: URLSearchParams,
  { defaultSize, maxSize }: { defaultSize: number; maxSize: number },
) => ({
  pageSize: Math.min(readCount(query, 'pageSize') ?? defaultSize, maxSize),
  pageNumber: readCount(query, 'pageNumber', maxPageNumber) ?? 1,
});

/** Reads an ISO-8601 date as Unix milliseconds; undefined when it is absent. */
function readDate(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  if (!isoDate.safeParse(value).success)
    throw new Refusal('invalid.date', {
      details: [{ errorCode: 'invalid.date', fieldName: name }],
    });
  return Math.max(0, Date.parse(value));
}

/** Reads which page of a history is requested, as parameters of chat.messages and chat.thread. */
export function readHistoryPage(query: URLSearchParams) {
  const limit = readCount(query, 'limit') ?? readCount(query, 'pageSize') ?? values.defaultPageSize;
  const [before, after] = [readDate(query, 'before'), readDate(query, 'after')];
  return {
    limit: Math.min(limit, values.maxPageSize),
    page: readCount(query, 'pageNumber', maxPageNumber),
    before_ms: before,
    after_ms: after,
  };
}

/** Reads comma-separated ids of a path, in the order given, each once. */
export function readIds(text: string): string[] {
  const ids = text.split(',').map((id) => id.trim().toLowerCase());
  const distinct = [...new Set(ids.filter((id) => id !== ''))];
  if (distinct.length > values.maxIds)
    throw new Refusal('bad.request', { note: `More than ${values.maxIds} ids.` });
  return distinct;
}

/** Reads every value of a parameter, each of which may be a comma-separated list. */
export const readList = (query: URLSearchParams, name: string): string[] =>
  query
    .getAll(name)
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '');

export const isTrue = (query: URLSearchParams, name: string): boolean =>
  query.get(name)?.toLowerCase() === 'true';
