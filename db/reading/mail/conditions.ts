/**
 * SQL conditions on fields of stored messages. No part of what a client sends becomes SQL text:
 * values and paths are parameters. A condition is 0 or 1 and never NULL, so that it can be negated.
 */

/** Criteria that are refused. The message is an error detail. */
export class BadCriteria extends Error {}

export interface Condition {
  sql: string;
  params: unknown[];
}

export type Field =
  /** A column; an `id` has ASCII characters only. */
  | { kind: 'number' | 'text' | 'id'; sql: string }
  /** A column that holds a JSON list of strings. */
  | { kind: 'list'; sql: string }
  /** A path in a column that holds a JSON object. */
  | { kind: 'json'; sql: string; path: string };

/** A list or an object in criteria is compared with each stored value, so it is limited. */
const maxParts = 20;
const maxValueLength = 1000;

export function join(conditions: readonly Condition[], operator: 'AND' | 'OR'): Condition {
  if (conditions.length === 0) return { sql: operator === 'AND' ? '1' : '0', params: [] };
  return {
    sql: `(${conditions.map((one) => one.sql).join(` ${operator} `)})`,
    params: conditions.flatMap((one) => one.params),
  };
}

export const not = ({ sql, params }: Condition): Condition => ({ sql: `NOT ${sql}`, params });

const never: Condition = { sql: '0', params: [] };

/** The field is null, or does not exist. */
export function isMissing(field: Field | undefined): Condition {
  if (!field) return { sql: '1', params: [] };
  if (field.kind === 'json')
    return {
      sql: `COALESCE(JSON_TYPE(JSON_EXTRACT(${field.sql}, ?)) = 'NULL', 1)`,
      params: [field.path],
    };
  return { sql: `(${field.sql} IS NULL)`, params: [] };
}

/** The field exists; a JSON null that a client stored exists too. */
export function exists(field: Field | undefined): Condition {
  if (field?.kind !== 'json') return not(isMissing(field));
  return { sql: `(JSON_EXTRACT(${field.sql}, ?) IS NOT NULL)`, params: [field.path] };
}

const fits = (kind: 'number' | 'text' | 'id', value: unknown): boolean =>
  kind === 'number'
    ? typeof value === 'number' && Number.isFinite(value)
    : typeof value === 'string';

/** The field equals the value; a list contains it; an object contains what it contains. */
export function equals(field: Field | undefined, value: unknown): Condition {
  if (value === null || value === undefined) return isMissing(field);
  const json = JSON.stringify(value);
  if (
    typeof value === 'object' &&
    (Object.keys(value).length > maxParts || json.length > maxValueLength)
  )
    throw new BadCriteria('criteria: a value is too large');
  if (!field) return never;
  if (field.kind === 'json')
    return {
      sql: `COALESCE(JSON_CONTAINS(${field.sql}, ?, ?), 0)`,
      params: [json, field.path],
    };
  if (field.kind === 'list')
    return { sql: `COALESCE(JSON_CONTAINS(${field.sql}, ?), 0)`, params: [json] };
  const plain = typeof value === 'boolean' ? Number(value) : value;
  if (!fits(field.kind, plain)) return never;
  if (field.kind === 'text')
    return { sql: `(CAST(${field.sql} AS BINARY) <=> CAST(? AS BINARY))`, params: [plain] };
  // An ASCII column can be compared with ASCII values only.
  const isComparable = field.kind === 'number' || /^[\x20-\x7e]*$/.test(String(plain));
  return isComparable ? { sql: `(${field.sql} <=> ?)`, params: [plain] } : never;
}

const binary = (text: string) => `CONVERT(${text} USING utf8mb4) COLLATE utf8mb4_bin`;
/**
 * The text of a string, number or boolean at a path. MySQL returns at most 512 characters unless
 * more are asked for, and none of a longer text; MariaDB ignores the comment.
 */
const scalarOf = (json: string) =>
  `JSON_VALUE(${json}, ? /*!80021 RETURNING CHAR(16777215) CHARACTER SET utf8mb4 */)`;
const isNumber = (json: string) =>
  `JSON_TYPE(JSON_EXTRACT(${json}, ?)) IN ('INTEGER', 'DOUBLE', 'DECIMAL')`;
const isText = (json: string) => `JSON_TYPE(JSON_EXTRACT(${json}, ?)) = 'STRING'`;

/** The field is a number or a text, and comes before or after the value of the same type. */
export function compares(
  field: Field | undefined,
  operator: '>' | '>=' | '<' | '<=',
  value: unknown,
): Condition {
  if (typeof value !== 'number' && typeof value !== 'string')
    throw new BadCriteria('criteria: only numbers and texts have an order');
  if (!field || field.kind === 'list') return never;
  if (field.kind !== 'json') {
    const column = field.kind === 'number' ? field.sql : binary(field.sql);
    return fits(field.kind, value)
      ? { sql: `COALESCE(${column} ${operator} ?, 0)`, params: [value] }
      : never;
  }
  const scalar = scalarOf(field.sql);
  const compared =
    typeof value === 'number'
      ? `${isNumber(field.sql)} AND ${scalar} + 0 ${operator} ?`
      : `${isText(field.sql)} AND ${binary(scalar)} ${operator} ?`;
  return { sql: `COALESCE(${compared}, 0)`, params: [field.path, field.path, value] };
}

const pattern = /^(\^?)((?:\\[^A-Za-z0-9]|\.\*|[^\\.^$*+?()[\]{}|])*)(\$?)$/u;
const patternPart = /\\([^A-Za-z0-9])|\.\*|./gsu;

/**
 * The field matches a pattern of plain text, with ^ at its beginning, $ at its end and .* between.
 * Other regular expressions could keep the database busy without end.
 */
export function matches(field: Field | undefined, given: unknown, options: unknown): Condition {
  if (typeof given !== 'string' || given.length > 200)
    throw new BadCriteria('criteria: $regex must be a text of at most 200 characters');
  if (options !== undefined && options !== '' && options !== 'i')
    throw new BadCriteria('criteria: $options must be i');
  const [, begin, middle, end] = pattern.exec(given) ?? [];
  if (middle === undefined) throw new BadCriteria('criteria: $regex may contain ^, $ and .* only');
  if (!field || field.kind === 'list' || field.kind === 'number') return never;
  const literal = middle.replace(patternPart, (part, escaped: string | undefined) =>
    part === '.*' ? '%' : (escaped ?? part).replace(/[\\%_]/, '\\$&'),
  );
  const like = `${begin ? '' : '%'}${literal}${end ? '' : '%'}`;
  const collation = options === 'i' ? 'utf8mb4_unicode_520_ci' : 'utf8mb4_bin';
  const isLike = (text: string) => `CONVERT(${text} USING utf8mb4) COLLATE ${collation} LIKE ?`;
  if (field.kind !== 'json') return { sql: `COALESCE(${isLike(field.sql)}, 0)`, params: [like] };
  return {
    sql: `COALESCE(${isText(field.sql)} AND ${isLike(scalarOf(field.sql))}, 0)`,
    params: [field.path, field.path, like],
  };
}

/** Returns an ORDER BY term. In a JSON object, values that are no numbers come before numbers. */
export function orderBy(field: Field, direction: 1 | -1): Condition {
  const way = direction === 1 ? 'ASC' : 'DESC';
  if (field.kind !== 'json') return { sql: `${field.sql} ${way}`, params: [] };
  const scalar = scalarOf(field.sql);
  return {
    sql: `IF(${isNumber(field.sql)}, ${scalar} + 0, NULL) ${way}, ${binary(scalar)} ${way}`,
    params: [field.path, field.path, field.path],
  };
}
