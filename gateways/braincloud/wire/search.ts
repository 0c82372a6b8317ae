import { z } from 'zod';
import { jsonObject } from '../../../acl/language/fields.ts';
import { Refusal } from '../errors.ts';
import { values } from '../guesses.ts';
import { readSchema } from './body.ts';

const Search = z.object({
  context: z.object({
    pagination: z
      .object({ rowsPerPage: z.int().optional(), pageNumber: z.int().optional() })
      .nullish(),
    searchCriteria: jsonObject.nullish(),
    sortCriteria: jsonObject.nullish(),
  }),
});
const defaultRowsPerPage = 50;

/** Our names of the fields of a message. */
const fields: Readonly<Record<string, string>> = {
  msgbox: 'box',
  msgId: 'message_id',
  read: 'is_read',
  mbCr: 'created_ms',
  mbUp: 'updated_ms',
  mbVer: 'version',
  msgCr: 'message_created_ms',
  msgUp: 'message_updated_ms',
  msgVer: 'message_version',
  'message.from.id': 'from.id',
  'message.from.name': 'from.name',
  'message.from.pic': 'from.pic',
  'message.to': 'to_ids',
  'message.sentAt': 'sent_ms',
};

/** Returns our name of a field; a prefix keeps unknown fields from matching one of ours. */
function fieldOf(path: string): string {
  if (path.startsWith('message.content.')) return path.slice('message.'.length);
  return Object.hasOwn(fields, path) ? (fields[path] ?? '') : `unknown.${path}`;
}

const combinators = ['$and', '$or', '$nor'];

/** Returns criteria with our names of the fields. */
const criteriaOf = (criteria: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(criteria).map(([name, value]) => [
      name.startsWith('$') ? name : fieldOf(name),
      combinators.includes(name) ? operandsOf(value) : value,
    ]),
  );

const operandsOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(operandsOf);
  if (typeof value !== 'object' || value === null) return value;
  return criteriaOf(value as Record<string, unknown>);
};

function sortOf(sortCriteria: Readonly<Record<string, unknown>>): Record<string, 1 | -1> {
  const sort: Record<string, 1 | -1> = {};
  for (const [name, direction] of Object.entries(sortCriteria)) {
    if (direction !== 1 && direction !== -1)
      throw new Refusal('INVALID_SORT', `sortCriteria: ${name} must be 1 or -1`);
    sort[fieldOf(name)] = direction;
  }
  return sort;
}

/** Reads a search for messages, as parameters of messaging.page. */
export function readSearch(data: unknown) {
  const { pagination, searchCriteria, sortCriteria } = readSchema(Search, data).context;
  const sort = sortOf(sortCriteria ?? {});
  return {
    criteria: criteriaOf(searchCriteria ?? {}),
    sort: Object.keys(sort).length > 0 ? sort : undefined,
    rows: Math.min(
      Math.max(pagination?.rowsPerPage ?? defaultRowsPerPage, 1),
      values.maxRowsPerPage,
    ),
    page: Math.max(pagination?.pageNumber ?? 1, 1),
  };
}
