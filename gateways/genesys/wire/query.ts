import { z } from 'zod';
import { Fault, invalidValue } from '../errors.ts';
import { values } from '../guesses.ts';

const isoDate = z.iso.datetime({ offset: true });
const largestPageNumber = 1_000_000;

/** A whole number of the query, at least 1; undefined: none was given. */
export function readCount(
  query: URLSearchParams,
  name: string,
  largest = Number.MAX_SAFE_INTEGER,
): number | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  const count = /^\d{1,15}$/.test(value) ? Number(value) : 0;
  if (count < 1 || count > largest) throw invalidValue(name, value, 'integer', '1 or more');
  return count;
}

/** Unix milliseconds of an ISO-8601 date of the query. */
function readDate(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  if (!isoDate.safeParse(value).success)
    throw new Fault('invalid.date', { details: [{ errorCode: 'invalid.date', fieldName: name }] });
  return Math.max(0, Date.parse(value));
}

/** The part of a history that is asked for, as the parameters of our methods. */
export function readPage(query: URLSearchParams) {
  const wanted = readCount(query, 'limit') ?? readCount(query, 'pageSize') ?? values.defaultPage;
  const [before, after] = [readDate(query, 'before'), readDate(query, 'after')];
  const page = readCount(query, 'pageNumber', largestPageNumber) ?? 1;
  return {
    limit: Math.min(wanted, values.largestPage),
    ...(page === 1 ? {} : { page }),
    ...(before === undefined ? {} : { before_ms: before }),
    ...(after === undefined ? {} : { after_ms: after }),
  };
}

/** Ids of a path, in the order given, each once. */
export function readIds(path: string): string[] {
  const ids = path.split(',').map((id) => id.trim().toLowerCase());
  const named = [...new Set(ids.filter((id) => id !== ''))];
  if (named.length > values.mostIds)
    throw new Fault('bad.request', { note: `More than ${values.mostIds} ids.` });
  return named;
}

export const isTrue = (query: URLSearchParams, name: string): boolean =>
  query.get(name)?.toLowerCase() === 'true';
