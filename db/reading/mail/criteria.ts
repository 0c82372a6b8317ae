/**
 * Conditions that a client writes as an object, in the manner of MongoDB's queries, as SQL. Nothing of the object becomes SQL text:
 * fields are looked up in a table, values and paths are parameters. Every condition is 0 or 1, never NULL, so that it can be negated.
 */

/** A bad condition; the message says what is wrong with it. */
export class BadCriteria extends Error {}

export type Field =
  /** A column; an `id` is of ASCII only. */
  | { kind: 'number' | 'text' | 'id'; sql: string }
  /** A column that holds a list of strings as JSON. */
  | { kind: 'list'; sql: string }
  /** A place in a column that holds a JSON object. */
  | { kind: 'json'; sql: string; path: string };

/** Which field a path names; undefined: none, so that it matches like one that is missing. */
export type FieldOf = (path: string) => Field | undefined;

interface Condition {
  sql: string;
  params: unknown[];
}

const mostConditions = 100;
const mostOrders = 10;
/** Of a value that is a list or an object: the database compares each part with each that is stored. */
const mostParts = 20;
const longestValue = 1000;
const deepest = 8;

const all = (conditions: readonly Condition[], operator: 'AND' | 'OR'): Condition => {
  if (conditions.length === 0) return { sql: operator === 'AND' ? '1' : '0', params: [] };
  return {
    sql: `(${conditions.map((one) => one.sql).join(` ${operator} `)})`,
    params: conditions.flatMap((one) => one.params),
  };
};
const not = ({ sql, params }: Condition): Condition => ({ sql: `NOT ${sql}`, params });
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Criteria as one SQL condition. Throws BadCriteria. */
export function conditionOf(criteria: Record<string, unknown>, fieldOf: FieldOf): Condition {
  let count = 0;

  function counted(more: number): void {
    count += more;
    if (count > mostConditions)
      throw new BadCriteria(`criteria: more than ${mostConditions} conditions`);
  }

  function whole(object: unknown, depth: number): Condition {
    if (!isObject(object)) throw new BadCriteria('criteria: an object is needed');
    if (depth > deepest) throw new BadCriteria(`criteria: deeper than ${deepest}`);
    if (Object.keys(object).length === 0) counted(1);
    return all(
      Object.entries(object).map(([name, value]) =>
        name.startsWith('$') ? joined(name, value, depth) : of(name, value, depth),
      ),
      'AND',
    );
  }

  function joined(name: string, value: unknown, depth: number): Condition {
    if (!['$and', '$or', '$nor'].includes(name))
      throw new BadCriteria(`criteria: ${name} is not known here`);
    if (!Array.isArray(value) || value.length === 0)
      throw new BadCriteria(`criteria: ${name} needs a list`);
    const parts = value.map((one) => whole(one, depth + 1));
    if (name === '$and') return all(parts, 'AND');
    return name === '$or' ? all(parts, 'OR') : not(all(parts, 'OR'));
  }

  function of(path: string, value: unknown, depth: number): Condition {
    const field = fieldOf(path);
    if (!isObject(value) || !Object.keys(value).some((name) => name.startsWith('$')))
      return compared(field, '$eq', value);
    if (depth > deepest) throw new BadCriteria(`criteria: deeper than ${deepest}`);
    const { $options: options, ...operators } = value;
    if (options !== undefined && !('$regex' in operators))
      throw new BadCriteria('criteria: $options without $regex');
    return all(
      Object.entries(operators).map(([name, operand]) => {
        if (name === '$not') return not(of(path, operand, depth + 1));
        if (name !== '$regex') return compared(field, name, operand);
        counted(1);
        return matching(field, operand, options);
      }),
      'AND',
    );
  }

  function compared(field: Field | undefined, operator: string, value: unknown): Condition {
    counted(1);
    switch (operator) {
      case '$eq':
        return equal(field, value);
      case '$ne':
        return not(equal(field, value));
      case '$in':
      case '$nin': {
        if (!Array.isArray(value)) throw new BadCriteria(`criteria: ${operator} needs a list`);
        counted(value.length - 1);
        const any = all(
          value.map((one) => equal(field, one)),
          'OR',
        );
        return operator === '$in' ? any : not(any);
      }
      case '$exists':
        if (![true, false, 0, 1].includes(value as boolean))
          throw new BadCriteria('criteria: $exists is true or false');
        return value ? there(field) : not(there(field));
      case '$gt':
      case '$gte':
      case '$lt':
      case '$lte':
        return ordered(
          field,
          ({ $gt: '>', $gte: '>=', $lt: '<', $lte: '<=' } as const)[operator],
          value,
        );
      default:
        throw new BadCriteria(`criteria: ${operator} is not known here`);
    }
  }

  return whole(criteria, 1);
}

const never: Condition = { sql: '0', params: [] };

function missing(field: Field | undefined): Condition {
  if (!field) return { sql: '1', params: [] };
  if (field.kind === 'json')
    return {
      sql: `COALESCE(JSON_TYPE(JSON_EXTRACT(${field.sql}, ?)) = 'NULL', 1)`,
      params: [field.path],
    };
  return { sql: `(${field.sql} IS NULL)`, params: [] };
}

/** Also null is there, where a client put it. */
function there(field: Field | undefined): Condition {
  if (field?.kind !== 'json') return not(missing(field));
  return { sql: `(JSON_EXTRACT(${field.sql}, ?) IS NOT NULL)`, params: [field.path] };
}

/** Of a list: it holds the value. Of an object: it holds what this one does. */
function equal(field: Field | undefined, value: unknown): Condition {
  if (value === null || value === undefined) return missing(field);
  if (
    typeof value === 'object' &&
    (Object.keys(value).length > mostParts || JSON.stringify(value).length > longestValue)
  )
    throw new BadCriteria('criteria: a value is too large');
  if (!field) return never;
  if (field.kind === 'json')
    return {
      sql: `COALESCE(JSON_CONTAINS(${field.sql}, ?, ?), 0)`,
      params: [JSON.stringify(value), field.path],
    };
  if (field.kind === 'list')
    return { sql: `COALESCE(JSON_CONTAINS(${field.sql}, ?), 0)`, params: [JSON.stringify(value)] };
  const plain = typeof value === 'boolean' ? Number(value) : value;
  if (!fits(field.kind, plain)) return never;
  if (field.kind === 'text')
    return { sql: `(CAST(${field.sql} AS BINARY) <=> CAST(? AS BINARY))`, params: [plain] };
  // The database compares a column of ASCII with nothing else.
  const isPossible = field.kind === 'number' || /^[\x20-\x7e]*$/.test(String(plain));
  return isPossible ? { sql: `(${field.sql} <=> ?)`, params: [plain] } : never;
}

const fits = (kind: 'number' | 'text' | 'id', value: unknown): boolean =>
  kind === 'number'
    ? typeof value === 'number' && Number.isFinite(value)
    : typeof value === 'string';

const binary = (text: string) => `CONVERT(${text} USING utf8mb4) COLLATE utf8mb4_bin`;
const isNumber = (json: string) =>
  `JSON_TYPE(JSON_EXTRACT(${json}, ?)) IN ('INTEGER', 'DOUBLE', 'DECIMAL')`;
const isText = (json: string) => `JSON_TYPE(JSON_EXTRACT(${json}, ?)) = 'STRING'`;

function ordered(
  field: Field | undefined,
  operator: '>' | '>=' | '<' | '<=',
  value: unknown,
): Condition {
  if (typeof value !== 'number' && typeof value !== 'string')
    throw new BadCriteria('criteria: only numbers and text have an order');
  if (!field || field.kind === 'list') return never;
  if (field.kind !== 'json') {
    const column = field.kind === 'number' ? field.sql : binary(field.sql);
    return fits(field.kind, value)
      ? { sql: `COALESCE(${column} ${operator} ?, 0)`, params: [value] }
      : never;
  }
  const scalar = `JSON_VALUE(${field.sql}, ?)`;
  const compared =
    typeof value === 'number'
      ? `${isNumber(field.sql)} AND ${scalar} + 0 ${operator} ?`
      : `${isText(field.sql)} AND ${binary(scalar)} ${operator} ?`;
  return { sql: `COALESCE(${compared}, 0)`, params: [field.path, field.path, value] };
}

const pattern = /^(\^?)((?:\\[^A-Za-z0-9]|\.\*|[^\\.^$*+?()[\]{}|])*)(\$?)$/u;
const part = /\\([^A-Za-z0-9])|\.\*|./gsu;

/** A pattern of plain text, ^ at its beginning, $ at its end and .* between: others may take a database's time without end. */
function matching(field: Field | undefined, given: unknown, options: unknown): Condition {
  if (typeof given !== 'string' || given.length > 200)
    throw new BadCriteria('criteria: $regex needs a short text');
  if (options !== undefined && options !== '' && options !== 'i')
    throw new BadCriteria('criteria: $options knows i only');
  const [, begin, middle, end] = pattern.exec(given) ?? [];
  if (middle === undefined) throw new BadCriteria('criteria: $regex knows ^, $ and .* only');
  if (!field || field.kind === 'list' || field.kind === 'number') return never;
  const literal = middle.replace(part, (one, escaped) =>
    one === '.*' ? '%' : ((escaped as string | undefined) ?? one).replace(/[\\%_]/, '\\$&'),
  );
  const like = `${begin ? '' : '%'}${literal}${end ? '' : '%'}`;
  const collation = options === 'i' ? 'utf8mb4_unicode_520_ci' : 'utf8mb4_bin';
  const text = (of: string) => `CONVERT(${of} USING utf8mb4) COLLATE ${collation} LIKE ?`;
  if (field.kind !== 'json') return { sql: `COALESCE(${text(field.sql)}, 0)`, params: [like] };
  return {
    sql: `COALESCE(${isText(field.sql)} AND ${text(`JSON_VALUE(${field.sql}, ?)`)}, 0)`,
    params: [field.path, field.path, like],
  };
}

/** An order by fields; those that are none are passed over. Of what a message holds, what is no number comes before numbers. Throws BadCriteria. */
export function orderOf(sort: Record<string, 1 | -1>, fieldOf: FieldOf): Condition {
  const entries = Object.entries(sort);
  if (entries.length > mostOrders) throw new BadCriteria(`sort: more than ${mostOrders} fields`);
  const parts = entries.flatMap(([name, direction]): Condition[] => {
    const field = fieldOf(name);
    if (!field) return [];
    const way = direction === 1 ? 'ASC' : 'DESC';
    if (field.kind !== 'json') return [{ sql: `${field.sql} ${way}`, params: [] }];
    const scalar = `JSON_VALUE(${field.sql}, ?)`;
    return [
      {
        sql: `IF(${isNumber(field.sql)}, ${scalar} + 0, NULL) ${way}, ${binary(scalar)} ${way}`,
        params: [field.path, field.path, field.path],
      },
    ];
  });
  return {
    sql: parts.map((one) => `${one.sql}, `).join(''),
    params: parts.flatMap((one) => one.params),
  };
}
