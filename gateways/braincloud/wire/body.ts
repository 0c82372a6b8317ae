import { z } from 'zod';
import { Refusal } from '../errors.ts';

/** What was sent, as an operation wants it; what it does not know is passed over. */
export function read<T extends z.ZodType>(schema: T, data: unknown): z.output<T> {
  const given = data ?? {};
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path ?? [];
  const name = path.join('.') || 'data';
  if (isMissing(given, path)) throw new Refusal('MISSING_REQUIRED_PARAMETER', `${name} is missing`);
  throw new Refusal(
    issue?.code === 'invalid_type' ? 'INVALID_PARAMETER_TYPE' : 'INVALID_PARAMETER_VALUE',
    `${name}: ${issue?.message ?? 'not understood'}`,
  );
}

function isMissing(given: unknown, path: readonly PropertyKey[]): boolean {
  let value: unknown = given;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return false;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return path.length > 0 && value === undefined;
}

export const content = z.record(z.string(), z.unknown());
/** -1: whatever it has. */
export const version = z.int().min(-1);
export const ids = z.array(z.string());
