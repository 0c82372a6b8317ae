import type { z } from 'zod';
import { cursor, id } from '../../../acl/language/fields.ts';
import type { MethodSpec } from '../../../acl/language/method.ts';

/** A place in a method's parameters: `nodes.messages.*` are the elements of a list in an object. */
export interface Place {
  path: readonly string[];
  schema: z.core.$ZodType;
  kind: 'id' | 'cursor' | 'string' | 'number' | 'choice' | 'array' | 'object' | 'any';
}

// The parts of zod's own description of a schema that are used here.
interface Definition {
  type: string;
  innerType?: z.core.$ZodType;
  in?: z.core.$ZodType;
  out?: z.core.$ZodType;
  element?: z.core.$ZodType;
  options?: readonly z.core.$ZodType[];
  shape?: Record<string, z.core.$ZodType>;
}
// Zod's type of an arbitrary schema has only `type`, so the other parts are checked at runtime.
const definitionOf = (schema: z.core.$ZodType): Definition =>
  schema._zod.def as unknown as Definition;

/** Every place of a method's parameters; objects and lists come before their parts. */
export const placesOf = (spec: MethodSpec): Place[] =>
  Object.entries(spec.input.shape).flatMap(([name, schema]) => walk(schema, [name]));

function walk(schema: z.core.$ZodType, path: readonly string[]): Place[] {
  const at = (kind: Place['kind']): Place => ({ path, schema, kind });
  if (isSame(schema, id)) return [at('id')];
  if (isSame(schema, cursor)) return [at('cursor')];
  const { type, innerType, in: from, out, element, options, shape } = definitionOf(schema);
  if (innerType) return walk(innerType, path);
  // Of a pipe, the side that checks the input counts: after a transform `out`, otherwise `in`.
  if (from && out) return walk(definitionOf(from).type === 'transform' ? out : from, path);
  if (options)
    return options.flatMap((option) => walk(option, path)).filter(({ kind }) => kind === 'id');
  if (element) return [at('array'), ...walk(element, [...path, '*'])];
  if (shape)
    return [
      at('object'),
      ...Object.entries(shape).flatMap(([name, part]) => walk(part, [...path, name])),
    ];
  return [at(kinds[type] ?? 'any')];
}

const kinds: Record<string, Place['kind']> = {
  string: 'string',
  number: 'number',
  literal: 'choice',
  enum: 'choice',
};
const isSame = (schema: z.core.$ZodType, known: z.core.$ZodType): boolean => schema === known;

export const nameOf = ({ path }: Pick<Place, 'path'>): string =>
  path.filter((part) => part !== '*').join('.');
/** The parameter itself, for which codes are declared and with which details begin. */
export const parameterOf = (place: Pick<Place, 'path'>): string =>
  nameOf(place).split('.').at(-1) ?? '';

type Params = Record<string, unknown>;

/**
 * The parameters with another value at a place; for a list the value becomes its only element.
 * Undefined removes the place.
 */
export function withValue(params: Params, path: readonly string[], value: unknown): Params {
  const [name = '', next, ...rest] = path;
  if (next === undefined) {
    const { [name]: _, ...others } = params;
    return value === undefined ? others : { ...others, [name]: value };
  }
  if (next === '*') return { ...params, [name]: [value] };
  return { ...params, [name]: withValue((params[name] ?? {}) as Params, [next, ...rest], value) };
}

export const valueAt = (params: Params, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (inner, part) =>
      part === '*' ? (inner as unknown[] | undefined)?.[0] : (inner as Params | undefined)?.[part],
    params,
  );
