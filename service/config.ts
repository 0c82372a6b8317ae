import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { origin } from '../acl/entities.ts';

const whole = (fallback: number, min = 0) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min))
    .default(fallback);
const optional = z.string().min(1).optional();
const names = z
  .string()
  .default('')
  .transform((value) =>
    value
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  );

function isPublicKey(pem: string): boolean {
  try {
    return createPublicKey(pem).type === 'public';
  } catch {
    return false;
  }
}

const Environment = z.object({
  PORT: whole(3000).pipe(z.number().max(65_535)),
  HOST: z.string().min(1).default('127.0.0.1'),
  DATABASE_URL: z
    .string()
    .regex(/^(mysql|mariadb):\/\//, 'must begin with mysql:// or mariadb://')
    .refine(URL.canParse, 'is no URL')
    .transform((value) => value.replace(/^mariadb:/, 'mysql:'))
    .optional(),
  HUBCHAT_DATA: z.string().min(1).default('./var'),
  HUBCHAT_DB_PORT: whole(0).pipe(z.number().max(65_535)),
  HUBCHAT_OPERATOR_TOKEN: z.string().min(32, 'must have at least 32 characters').optional(),
  HUBCHAT_SECRET_KEY: z.string().min(32, 'must have at least 32 characters').optional(),
  HUBCHAT_DEMO: z.enum(['0', '1']).default('1'),
  TRUST_PROXY: z.enum(['0', '1']).default('0'),
  ALLOWED_ORIGINS: names.pipe(z.array(origin)),
  JWT_ISSUER: optional,
  JWT_AUDIENCE: optional,
  JWT_JWKS_URL: z.url().optional(),
  JWT_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  JWT_PUBLIC_KEY: z
    .string()
    .transform((value) => value.replaceAll('\\n', '\n'))
    .refine(isPublicKey, 'is no public key in PEM')
    .optional(),
  JWT_HUB_ID: optional,
  EVENTS_DAYS: whole(30, 1),
  LIMIT_USER_CALLS: whole(200),
  LIMIT_HUB_CALLS: whole(5000),
  LIMIT_ANONYMOUS_CALLS: whole(50),
  LIMIT_SOCKETS: whole(20),
  LIMIT_FILES: whole(100),
  LIMIT_FILE_BYTES: whole(25 * 1024 * 1024),
  LIMIT_FILES_MESSAGE: whole(20).pipe(z.number().max(100)),
  LIMIT_STAGED_BYTES: whole(1024 * 1024 * 1024),
  LIMIT_IMAGE_PIXELS: whole(50_000_000),
  LIMIT_PARTICIPANTS: whole(10_000),
  LIMIT_RECIPIENTS: whole(5),
  LIMIT_LOGINS_ACCOUNT: whole(10),
  LIMIT_LOGINS_ADDRESS: whole(100),
  LOG_LEVEL: z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug']).default('info'),
  NODE_ENV: z.string().default('development'),
});

/** Everything that is set from outside, parsed once. */
export interface Config {
  port: number;
  host: string;
  databaseUrl: string | undefined;
  dataDir: string;
  embeddedPort: number | undefined;
  operatorToken: string | undefined;
  /** Signs and encrypts what is given out of hand; not set: one is kept in the data folder. */
  secretKey: string | undefined;
  demo: boolean;
  trustProxy: boolean;
  allowedOrigins: string[];
  jwt: JwtConfig | undefined;
  /** How far back chat.sync reaches. */
  eventsDays: number;
  /** Zero switches a limit off. */
  limits: {
    userCalls: number;
    hubCalls: number;
    anonymousCalls: number;
    sockets: number;
    /** Files a minute and user. */
    files: number;
    fileBytes: number;
    filesPerMessage: number;
    /** Bytes of a user's files that wait to be sent. */
    stagedBytes: number;
    imagePixels: number;
    /** Of a group room. */
    participants: number;
    /** Of a member's message to others' boxes. */
    recipients: number;
    loginsPerAccount: number;
    loginsPerAddress: number;
  };
  logLevel: string;
  /** The share of replies and events that are checked against the contract. */
  checked: number;
}

export interface JwtConfig {
  issuer: string;
  audience: string | undefined;
  jwksUrl: string | undefined;
  secret: string | undefined;
  publicKey: string | undefined;
  hubId: string | undefined;
}

/** The configuration, or an Error whose sentence names the bad value. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(set);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(
      `The environment variable ${String(issue?.path[0])} is not usable: ${issue?.message}.`,
    );
  }
  const env = parsed.data;
  if (!env.JWT_ISSUER && (env.JWT_JWKS_URL || env.JWT_SECRET || env.JWT_PUBLIC_KEY)) {
    throw new Error('The environment variable JWT_ISSUER must be set where a JWT key is.');
  }
  if (
    env.JWT_ISSUER &&
    [env.JWT_JWKS_URL, env.JWT_SECRET, env.JWT_PUBLIC_KEY].filter(Boolean).length !== 1
  ) {
    throw new Error(
      'The environment variable JWT_ISSUER needs exactly one of JWT_JWKS_URL, JWT_SECRET and JWT_PUBLIC_KEY beside it.',
    );
  }
  return {
    port: env.PORT,
    host: env.HOST,
    databaseUrl: env.DATABASE_URL,
    dataDir: env.HUBCHAT_DATA,
    embeddedPort: env.HUBCHAT_DB_PORT || undefined,
    operatorToken: env.HUBCHAT_OPERATOR_TOKEN,
    secretKey: env.HUBCHAT_SECRET_KEY,
    demo: env.HUBCHAT_DEMO === '1',
    trustProxy: env.TRUST_PROXY === '1',
    allowedOrigins: env.ALLOWED_ORIGINS,
    jwt: env.JWT_ISSUER
      ? {
          issuer: env.JWT_ISSUER,
          audience: env.JWT_AUDIENCE,
          jwksUrl: env.JWT_JWKS_URL,
          secret: env.JWT_SECRET,
          publicKey: env.JWT_PUBLIC_KEY,
          hubId: env.JWT_HUB_ID,
        }
      : undefined,
    eventsDays: env.EVENTS_DAYS,
    limits: {
      userCalls: env.LIMIT_USER_CALLS,
      hubCalls: env.LIMIT_HUB_CALLS,
      anonymousCalls: env.LIMIT_ANONYMOUS_CALLS,
      sockets: env.LIMIT_SOCKETS,
      files: env.LIMIT_FILES,
      fileBytes: env.LIMIT_FILE_BYTES,
      filesPerMessage: env.LIMIT_FILES_MESSAGE,
      stagedBytes: env.LIMIT_STAGED_BYTES,
      imagePixels: env.LIMIT_IMAGE_PIXELS,
      participants: env.LIMIT_PARTICIPANTS,
      recipients: env.LIMIT_RECIPIENTS,
      loginsPerAccount: env.LIMIT_LOGINS_ACCOUNT,
      loginsPerAddress: env.LIMIT_LOGINS_ADDRESS,
    },
    logLevel: env.LOG_LEVEL,
    checked: env.NODE_ENV === 'production' ? 0.01 : 1,
  };
}
