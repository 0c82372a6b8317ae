import type { z } from 'zod';

/** Returns the parts of a text that commas separate. */
export const commaSeparated = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** Whether a parameter is declared as a list, optional or not. */
function isList(schema: z.core.$ZodType | undefined): boolean {
  if (!schema) return false;
  const { type, innerType, out } = schema._zod.def as z.core.$ZodTypeDef & {
    innerType?: z.core.$ZodType;
    out?: z.core.$ZodType;
  };
  return type === 'array' || isList(innerType ?? out);
}

/**
 * Returns the parameters in a query. A list may be `ids=a,b`, `ids=a&ids=b`, `ids[]=a&ids[]=b` or
 * `ids[0]=a&ids[1]=b`. Other parameters are strings; repeated ones are arrays, and fail.
 */
export function readQuery(
  shape: z.ZodObject['shape'],
  query: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, unknown> {
  const params = new Map<string, unknown>();
  const lists = new Map<string, { place: number; items: string[] }[]>();
  for (const [key, value] of Object.entries(query)) {
    const [, base = key, place] = /^([^[]+)\[(\d{0,4})\]$/.exec(key) ?? [];
    if (!Object.hasOwn(shape, base) || !isList(shape[base])) {
      params.set(key, value);
      continue;
    }
    const parts = lists.get(base) ?? [];
    const items = [value ?? []].flat().flatMap(commaSeparated);
    parts.push({ place: place ? Number(place) : parts.length, items });
    lists.set(base, parts);
  }
  for (const [name, parts] of lists)
    params.set(
      name,
      parts.toSorted((a, b) => a.place - b.place).flatMap(({ items }) => items),
    );
  return Object.fromEntries(params);
}
