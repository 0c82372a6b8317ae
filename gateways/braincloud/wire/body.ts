import type { z } from 'zod';
import { parseJson, UnreadableJson } from '../../../acl/language/json.ts';
import { Refusal } from '../errors.ts';
import { values } from '../guesses.ts';

/** Returns the object of a JSON body. */
export function readObject(bytes: Buffer): Record<string, unknown> {
  const value = parse(bytes);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Refusal('MALFORMED', 'the body must be a JSON object in UTF-8');
  return value as Record<string, unknown>;
}

function parse(bytes: Buffer): unknown {
  try {
    return parseJson(bytes, values.maxPacketDepth);
  } catch (error) {
    if (!(error instanceof UnreadableJson)) throw error;
    if (error.reason !== 'invalid') throw new Refusal('MALFORMED', `the body ${error.message}`);
    return undefined;
  }
}

/** Parses the data of an operation; properties that the schema does not know are left out. */
export function readSchema<T extends z.ZodType>(schema: T, data: unknown): z.output<T> {
  const value = data ?? {};
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path ?? [];
  const name = path.join('.') || 'data';
  if (isMissing(value, path)) throw new Refusal('MISSING_REQUIRED_PARAMETER', `${name} is missing`);
  throw new Refusal(
    issue?.code === 'invalid_type' ? 'INVALID_PARAMETER_TYPE' : 'INVALID_PARAMETER_VALUE',
    `${name}: ${issue?.message ?? 'is not valid'}`,
  );
}

/** Whether the path leads to a property that is absent from an object that is there. */
function isMissing(data: unknown, path: readonly PropertyKey[]): boolean {
  let value: unknown = data;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return false;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return path.length > 0 && value === undefined;
}
