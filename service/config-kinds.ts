/* What an environment variable is, and what its values may be. */
import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { origin } from '../acl/language/fields.ts';

/** What the value of a variable may be. */
export interface Kind<Value> {
  /** Completes "PORT must be …", and documents the variable. */
  is: string;
  schema: z.ZodType<Value, string>;
}

/** One environment variable, declared once: read, refused and documented from here. */
export interface Variable {
  name: string;
  /** Read where the name is not set. */
  formerName?: string;
  kind: Kind<unknown>;
  /** As it would be set in the environment. Without one the field may be undefined. */
  default?: string;
  /** What happens when the variable has no default and is not set. */
  unset?: string;
  /** One sentence or two for the person who configures the service. */
  doc: string;
}

export const kind = <Value>(is: string, schema: z.ZodType<Value, string>): Kind<Value> => ({
  is,
  schema,
});

const whole = (is: string, min = 0, max = Number.MAX_SAFE_INTEGER): Kind<number> =>
  kind(is, z.string().regex(/^\d+$/).transform(Number).pipe(z.number().min(min).max(max)));

export const amountOf = (unit: string, min = 0, max?: number): Kind<number> => {
  const range = max === undefined ? (min > 0 ? `, at least ${min}` : '') : `, at most ${max}`;
  return whole(`a whole number of ${unit}${range}`, min, max);
};

function isPublicKey(pem: string): boolean {
  try {
    return createPublicKey(pem).type === 'public';
  } catch {
    return false;
  }
}

const splitAtCommas = (value: string): string[] =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);

const levels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug'] as const;

export const text = kind('text', z.string());
/** Under these issuers the service keeps its own passwords and users of applications. */
const ownIssuers = /^\s*(password\s*$|braincloud:)/i;
export const issuer = kind(
  'at most 191 printable ASCII characters, and neither password nor braincloud:…, which the ' +
    'service uses itself',
  z
    .string()
    .regex(/^[\x20-\x7e]{1,191}$/)
    .refine((value) => !ownIssuers.test(value)),
);
export const secret = kind('text of at least 32 characters', z.string().min(32));
export const url = kind('a URL', z.string().pipe(z.url()));
export const port = whole('a whole number from 0 to 65535', 0, 65_535);
export const flag = kind(
  '0 or 1',
  z.enum(['0', '1']).transform((value) => value === '1'),
);
export const level = kind(`one of ${levels.join(', ')}`, z.enum(levels));
export const databaseUrl = kind(
  'a URL that begins with mysql:// or mariadb:// and names a database',
  z
    .string()
    .regex(/^(mysql|mariadb):\/\//)
    .refine((value) => URL.canParse(value) && new URL(value).pathname.length > 1)
    .transform((value) => value.replace(/^mariadb:/, 'mysql:')),
);
export const origins = kind(
  'a list of origins, such as https://app.example.com, separated by commas',
  z.string().transform(splitAtCommas).pipe(z.array(origin)),
);
export const publicKey = kind(
  'a public key in PEM format (line breaks may be written \\n)',
  z
    .string()
    .transform((value) => value.replaceAll('\\n', '\n'))
    .refine(isPublicKey),
);

/** Fails unless the variables are set without which JWT_AUTO_PROVISION would admit too many. */
export function requireForProvision(jwt: {
  issuer: string | undefined;
  hubId: string | undefined;
  audience: string | undefined;
}): void {
  const { issuer, hubId, audience } = jwt;
  const needed = { JWT_ISSUER: issuer, JWT_HUB_ID: hubId, JWT_AUDIENCE: audience };
  const [missing] = Object.entries(needed).find(([, value]) => value === undefined) ?? [];
  if (missing) throw new Error(`The environment variable JWT_AUTO_PROVISION needs ${missing} too.`);
}
