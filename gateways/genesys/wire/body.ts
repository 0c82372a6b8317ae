import type { z } from 'zod';
import { ServiceError } from '../../../acl/language/errors.ts';
import type { ForeignRequest } from '../../../service/gateways/port.ts';
import { Fault, invalidValue } from '../errors.ts';

const isSent = ({ header }: ForeignRequest): boolean =>
  Number(header('Content-Length')) > 0 || header('Transfer-Encoding') !== '';

/** The object in a JSON body; an empty one without a body. */
export async function readObject(request: ForeignRequest): Promise<Record<string, unknown>> {
  const type = request.header('Content-Type');
  if (!isSent(request)) return {};
  if (!/^application\/json\s*(;|$)/i.test(type)) throw new ServiceError('UNSUPPORTED_TYPE');
  const bytes = await request.body();
  let value: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    value = text === '' ? {} : JSON.parse(text);
  } catch {
    throw new Fault('bad.request', { note: 'The body is not valid JSON in UTF-8.' });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Fault('bad.request', { note: 'The body must be a JSON object.' });
  return value as Record<string, unknown>;
}

/** Fields whose values are listed when another was sent. */
const allowable: Readonly<Record<string, readonly [type: string, values: string]>> = {
  messageRetentionPeriodDays: ['integer', '10..3650'],
  'mobile.notifications.when': ['string', 'Always, OnlyWhenInactive'],
};

/** What was sent, as the schema wants it; properties that it does not know are left out. */
export function readSchema<B>(schema: z.ZodType<B>, sent: unknown): B {
  const result = schema.safeParse(sent);
  if (result.success) return result.data;
  const { issues } = result.error;
  const bad = issues.map(({ path, message }) => ({
    fieldName: path.join('.'),
    message,
    value: valueAt(sent, path),
  }));
  const [first] = bad;
  const listed = first && allowable[first.fieldName];
  if (listed && first.value !== undefined)
    throw invalidValue(first.fieldName, first.value, ...listed);
  throw new Fault('bad.request', {
    note: bad.map(({ fieldName, message }) => `${fieldName}: ${message}`).join('; '),
    details: bad.map(({ fieldName }) => ({ errorCode: 'invalid.value', fieldName })),
  });
}

const valueAt = (sent: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (inner, part) => (inner as Record<PropertyKey, unknown> | undefined)?.[part],
    sent,
  );
