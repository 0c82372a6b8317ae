import type { z } from 'zod';
import { refuseDeep } from '../../../acl/language/depth.ts';
import { parseJson, UnreadableJson } from '../../../acl/language/json.ts';
import type { GatewayRequest } from '../../../service/gateways/port.ts';
import { invalidValue, Refusal } from '../errors.ts';

/** Returns the object of a JSON body; an empty object when there is no body. */
export async function readObject(request: GatewayRequest): Promise<Record<string, unknown>> {
  const bytes = await request.body();
  const value = bytes.length === 0 ? {} : parse(bytes);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Refusal('bad.request', { note: 'The body must be a JSON object.' });
  const body = value as Record<string, unknown>;
  refuseDeep(body);
  return body;
}

function parse(bytes: Buffer): unknown {
  try {
    // A body that is nested too deeply is parsed, so that the error can name the fields.
    return parseJson(bytes, Number.POSITIVE_INFINITY);
  } catch (error) {
    if (!(error instanceof UnreadableJson)) throw error;
    throw new Refusal('bad.request', { note: `The body ${error.message}.` });
  }
}

/** Fields for which an error lists the allowed values. */
const allowedValues: Readonly<Record<string, readonly [type: string, values: string]>> = {
  messageRetentionPeriodDays: ['integer', '10..3650'],
  'mobile.notifications.when': ['string', 'Always, OnlyWhenInactive'],
};

/** Parses a body; properties that the schema does not know are left out. */
export function readSchema<B>(schema: z.ZodType<B>, body: unknown): B {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => ({
    fieldName: path.join('.'),
    message,
    value: valueAt(body, path),
  }));
  const [first] = problems;
  const allowed = first && allowedValues[first.fieldName];
  if (allowed && first.value !== undefined)
    throw invalidValue(first.fieldName, first.value, ...allowed);
  throw new Refusal('bad.request', {
    note: problems.map(({ fieldName, message }) => `${fieldName}: ${message}`).join('; '),
    details: problems.map(({ fieldName }) => ({ errorCode: 'invalid.value', fieldName })),
  });
}

const valueAt = (body: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
    body,
  );
