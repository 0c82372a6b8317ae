import type { ZodObject, ZodType, z } from 'zod';
import { ServiceError } from '../../acl/language/errors.ts';
import type { MethodSpec } from '../../acl/language/method.ts';

type Params = Record<string, unknown>;

/** Parameters that a call may name, known or not. */
const maxParams = 1000;
/** Details of an error, and unknown parameters in one of them; others are left out. */
const maxDetails = 20;

/**
 * Returns the parameters as the method declares them. Fails with INVALID_INPUT, or with the code
 * that the method declares for a bad value of the parameter. `mayMark` false turns `mark_read` off.
 */
export function parseParams(spec: MethodSpec, params: Params, mayMark: boolean): unknown {
  const { shape } = spec.input;
  if (Object.keys(params).length > maxParams)
    throw new ServiceError('INVALID_INPUT', [`body: has more than ${maxParams} parameters`]);
  const given: Params = { ...params };
  if ('peer_id' in given && 'entity_id' in shape) {
    given.entity_id ??= given.peer_id;
    delete given.peer_id;
  }
  dropNulls(spec.input, given);
  if (!mayMark && 'mark_read' in shape) given.mark_read = 0;

  const result = spec.input.safeParse(given);
  if (result.success) return result.data;
  const { issues } = result.error;
  const details = issues.slice(0, maxDetails).map((issue) =>
    issue.code === 'unrecognized_keys'
      ? `${issue.keys
          .slice(0, maxDetails)
          .map((key) => [...issue.path, key].join('.'))
          .join(', ')}: unknown parameter`
      : `${issue.path.join('.') || 'body'}: ${issue.message}`,
  );
  // A value of a wrong type may also exceed a limit; then the type is what is wrong.
  const mistyped = new Set(
    issues
      .filter((issue) => isWrongType(issue.code, valueAt(given, issue.path)))
      .map((issue) => issue.path.join('.')),
  );
  for (const issue of issues) {
    const code = issue.path
      .map((part) => spec.codes?.[String(part)])
      .find((found) => found !== undefined);
    if (code && !mistyped.has(issue.path.join('.'))) throw new ServiceError(code, details);
  }
  throw new ServiceError('INVALID_INPUT', details);
}

/**
 * Removes the nulls of optional parameters that do not declare null, also in objects: many clients
 * send null for what they leave out.
 */
export function dropNulls({ shape }: ZodObject, params: Params): void {
  for (const [key, value] of Object.entries(params)) {
    const declared = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (!declared || typeof value !== 'object') continue;
    if (value === null) {
      if (isOptional(declared)) delete params[key];
      continue;
    }
    const inner = objectIn(declared);
    if (!inner || Array.isArray(value)) continue;
    const copy = { ...(value as Params) };
    dropNulls(inner, copy);
    params[key] = copy;
  }
}

/** Whether a parameter may be absent, but not null. */
const isOptional = (schema: ZodType): boolean =>
  schema.safeParse(undefined).success && !schema.safeParse(null).success;

/** Returns the object that a parameter is declared as, if it is one. */
function objectIn(schema: z.core.$ZodType): ZodObject | undefined {
  const { type, innerType } = schema._zod.def as z.core.$ZodTypeDef & {
    innerType?: z.core.$ZodType;
  };
  if (type === 'object') return schema as ZodObject;
  return innerType && objectIn(innerType);
}

/** A missing value and one of a wrong type are INVALID_INPUT; codes are declared for bad values. */
const isWrongType = (issue: string | undefined, value: unknown): boolean =>
  issue === 'invalid_type' || (issue === 'invalid_value' && typeof value !== 'string');

const valueAt = (params: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (inner, part) => (inner as Record<PropertyKey, unknown> | undefined)?.[part],
    params,
  );
