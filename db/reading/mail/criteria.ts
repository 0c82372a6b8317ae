/** Reads criteria and orders that clients write as objects, like queries of MongoDB. */
import {
  BadCriteria,
  type Condition,
  compares,
  equals,
  exists,
  type Field,
  join,
  matches,
  not,
  orderBy,
} from './conditions.ts';

/** Returns the field of a path. Undefined: there is none, and it matches like a missing one. */
export type FieldOf = (path: string) => Field | undefined;

const maxConditions = 100;
const maxOrders = 10;
const maxDepth = 8;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const orderOperators: Readonly<Record<string, '>' | '>=' | '<' | '<='>> = {
  $gt: '>',
  $gte: '>=',
  $lt: '<',
  $lte: '<=',
};

/** Reads one criteria object, and counts its conditions. */
class CriteriaReader {
  readonly #fieldOf: FieldOf;
  #conditions = 0;

  constructor(fieldOf: FieldOf) {
    this.#fieldOf = fieldOf;
  }

  /** Reads an object whose fields must all match. */
  read(criteria: unknown, depth: number): Condition {
    if (!isObject(criteria)) throw new BadCriteria('criteria: must be an object');
    this.#checkDepth(depth);
    const entries = Object.entries(criteria);
    if (entries.length === 0) this.#count(1);
    return join(
      entries.map(([name, value]) =>
        name.startsWith('$')
          ? this.#readLogical(name, value, depth)
          : this.#readField(name, value, depth),
      ),
      'AND',
    );
  }

  #count(more: number): void {
    this.#conditions += more;
    if (this.#conditions > maxConditions)
      throw new BadCriteria(`criteria: must have at most ${maxConditions} conditions`);
  }

  #checkDepth(depth: number): void {
    if (depth > maxDepth)
      throw new BadCriteria(`criteria: must be nested at most ${maxDepth} levels deep`);
  }

  #readLogical(operator: string, value: unknown, depth: number): Condition {
    if (!['$and', '$or', '$nor'].includes(operator))
      throw new BadCriteria(`criteria: ${operator} is not supported`);
    if (!Array.isArray(value) || value.length === 0)
      throw new BadCriteria(`criteria: ${operator} must be a list`);
    const parts = value.map((one) => this.read(one, depth + 1));
    if (operator === '$and') return join(parts, 'AND');
    return operator === '$or' ? join(parts, 'OR') : not(join(parts, 'OR'));
  }

  #readField(path: string, value: unknown, depth: number): Condition {
    const field = this.#fieldOf(path);
    if (!isObject(value) || !Object.keys(value).some((name) => name.startsWith('$')))
      return this.#readOperator(field, '$eq', value);
    this.#checkDepth(depth);
    const { $options: options, ...operators } = value;
    if (options !== undefined && !('$regex' in operators))
      throw new BadCriteria('criteria: $options needs $regex');
    return join(
      Object.entries(operators).map(([name, operand]) => {
        if (name === '$not') return not(this.#readField(path, operand, depth + 1));
        if (name !== '$regex') return this.#readOperator(field, name, operand);
        this.#count(1);
        return matches(field, operand, options);
      }),
      'AND',
    );
  }

  #readOperator(field: Field | undefined, operator: string, value: unknown): Condition {
    this.#count(1);
    if (operator === '$eq') return equals(field, value);
    if (operator === '$ne') return not(equals(field, value));
    if (operator === '$in') return this.#readIn(field, operator, value);
    if (operator === '$nin') return not(this.#readIn(field, operator, value));
    if (operator === '$exists') {
      if (![true, false, 0, 1].some((one) => one === value))
        throw new BadCriteria('criteria: $exists must be true or false');
      return value ? exists(field) : not(exists(field));
    }
    const order = Object.hasOwn(orderOperators, operator) ? orderOperators[operator] : undefined;
    if (!order) throw new BadCriteria(`criteria: ${operator} is not supported`);
    return compares(field, order, value);
  }

  #readIn(field: Field | undefined, operator: string, values: unknown): Condition {
    if (!Array.isArray(values)) throw new BadCriteria(`criteria: ${operator} must be a list`);
    this.#count(values.length - 1);
    return join(
      values.map((value) => equals(field, value)),
      'OR',
    );
  }
}

/** Returns criteria as one SQL condition. Throws BadCriteria. */
export const conditionOf = (criteria: Record<string, unknown>, fieldOf: FieldOf): Condition =>
  new CriteriaReader(fieldOf).read(criteria, 1);

/**
 * Returns the beginning of an ORDER BY list, each term followed by a comma. Unknown fields are
 * ignored. Throws BadCriteria.
 */
export function orderOf(sort: Record<string, 1 | -1>, fieldOf: FieldOf): Condition {
  const entries = Object.entries(sort);
  if (entries.length > maxOrders)
    throw new BadCriteria(`sort: must have at most ${maxOrders} fields`);
  const terms = entries.flatMap(([name, direction]) => {
    const field = fieldOf(name);
    return field ? orderBy(field, direction) : [];
  });
  return {
    sql: terms.map((one) => `${one.sql}, `).join(''),
    params: terms.flatMap((one) => one.params),
  };
}
