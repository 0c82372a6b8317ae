import { z } from 'zod';
import {
  amountOf,
  databaseUrl,
  flag,
  issuer,
  type Kind,
  kind,
  level,
  origins,
  port,
  publicKey,
  requireForProvision,
  secret,
  text,
  url,
  type Variable,
} from './config-kinds.ts';

export type { Variable };

/** Every environment variable, at the field of the configuration that it sets. */
export const variables = {
  port: {
    name: 'PORT',
    kind: port,
    default: '3000',
    doc: 'TCP port to listen on; 0 takes a free one.',
  },
  host: { name: 'HOST', kind: text, default: '127.0.0.1', doc: 'Address to listen on.' },
  databaseUrl: {
    name: 'DATABASE_URL',
    kind: databaseUrl,
    unset: 'a private MariaDB under `HUBCHAT_DATA`',
    doc:
      'Database to use: MariaDB 10.6 or later, or MySQL 8.0.21 or later; tests run on 10.11 and ' +
      '9.7. It must exist; its tables are made. `?socketPath=…` connects through a Unix socket.',
  },
  dataDir: {
    name: 'HUBCHAT_DATA',
    kind: text,
    default: './var',
    doc: 'Folder of uploaded files, of generated secrets and of the embedded database.',
  },
  embeddedPort: {
    name: 'HUBCHAT_DB_PORT',
    kind: kind(
      port.is,
      port.schema.transform((value) => value || undefined),
    ),
    unset: 'a Unix socket only',
    doc: 'TCP port of the embedded database on 127.0.0.1, for other clients; 0 opens none.',
  },
  embeddedBufferPool: {
    name: 'HUBCHAT_DB_MEMORY',
    kind: amountOf('MiB', 64),
    unset: 'a quarter of the memory of the machine or container, from 128 to 4096',
    doc: 'Buffer pool of the embedded database: data and indexes that it keeps in memory.',
  },
  embeddedLog: {
    name: 'HUBCHAT_DB_LOG',
    kind: amountOf('MiB', 16),
    unset: 'a sixteenth of the buffer pool, from 32 to 256',
    doc: 'Redo log of the embedded database on the disk; a larger one makes long writes faster.',
  },
  operatorToken: {
    name: 'HUBCHAT_OPERATOR_TOKEN',
    kind: secret,
    unset:
      'with the embedded database: generated in `HUBCHAT_DATA/operator-token`; ' +
      'with `DATABASE_URL`: nobody is operator',
    doc: 'Token of the operator, who creates and administers hubs; each use is audited.',
  },
  secretKey: {
    name: 'HUBCHAT_SECRET_KEY',
    kind: secret,
    unset: 'generated in `HUBCHAT_DATA/secret-key`',
    doc:
      'Signs page contexts and encrypts secrets of brainCloud applications. ' +
      'Processes that share a database need the same one.',
  },
  demo: {
    name: 'HUBCHAT_DEMO',
    kind: flag,
    default: '1',
    doc: '1 creates a demo hub with three users when the database has no hub.',
  },
  trustProxy: {
    name: 'TRUST_PROXY',
    kind: flag,
    default: '0',
    doc:
      '1 trusts X-Forwarded-For, X-Forwarded-Host and X-Forwarded-Proto. ' +
      'Set it only behind a proxy that replaces them.',
  },
  allowedOrigins: {
    name: 'ALLOWED_ORIGINS',
    kind: origins,
    default: '',
    doc: 'Origins of pages that may call every hub; `hub.update {origins}` adds some for one hub.',
  },
  eventsDays: {
    name: 'EVENTS_DAYS',
    kind: amountOf('days', 1),
    default: '30',
    doc: 'How long events are kept: a client that was away for longer loads everything again.',
  },
  logLevel: {
    name: 'LOG_LEVEL',
    kind: level,
    default: 'info',
    doc: 'Least severe level that is logged, as JSON lines on standard error.',
  },
  checked: {
    name: 'NODE_ENV',
    kind: kind(
      'text',
      z.string().transform((value) => (value === 'production' ? 0.01 : 1)),
    ),
    default: 'development',
    doc: '`production` checks 1 % of replies and events against the contract instead of all.',
  },
  jwt: {
    issuer: {
      name: 'JWT_ISSUER',
      kind: issuer,
      unset: 'JWTs are refused',
      doc: 'The `iss` of the JWTs to accept. Needs exactly one of the three keys below.',
    },
    jwksUrl: { name: 'JWT_JWKS_URL', kind: url, doc: 'Where the issuer publishes its keys.' },
    secret: { name: 'JWT_SECRET', kind: secret, doc: 'Shared secret, for HS256, HS384 or HS512.' },
    publicKey: {
      name: 'JWT_PUBLIC_KEY',
      kind: publicKey,
      doc: 'Public key, for the RS, PS and ES algorithms or EdDSA.',
    },
    audience: {
      name: 'JWT_AUDIENCE',
      kind: text,
      unset: 'any audience is accepted, and the start warns',
      doc: 'The `aud` that a JWT must have.',
    },
    hubId: {
      name: 'JWT_HUB_ID',
      kind: text,
      unset: 'the `hub_id` of the JWT, else all hubs of its user',
      doc: 'The only hub that JWTs are valid for.',
    },
    autoProvision: {
      name: 'JWT_AUTO_PROVISION',
      kind: flag,
      default: '0',
      doc: '1: unknown subjects become members. Needs `JWT_HUB_ID` and `JWT_AUDIENCE`.',
    },
  },
  limits: {
    userCalls: {
      name: 'LIMIT_USER_CALLS',
      kind: amountOf('calls per second'),
      default: '200',
      doc: 'For each user, averaged over ten seconds.',
    },
    hubCalls: {
      name: 'LIMIT_HUB_CALLS',
      kind: amountOf('calls per second'),
      default: '5000',
      doc: 'For each hub.',
    },
    anonymousCalls: {
      name: 'LIMIT_ANONYMOUS_CALLS',
      kind: amountOf('calls per second'),
      default: '50',
      doc: 'For each address without a valid token, averaged over ten seconds.',
    },
    unidentified: {
      name: 'LIMIT_UNIDENTIFIED',
      kind: amountOf('connections'),
      default: '100',
      doc:
        'WebSocket and Socket.IO connections of one address that have been open for over two ' +
        'seconds without identifying themselves; the newest beyond it are closed.',
    },
    sockets: {
      name: 'LIMIT_SOCKETS',
      kind: amountOf('sockets'),
      default: '20',
      doc: 'Open at the same time, for each user in a hub.',
    },
    files: {
      name: 'LIMIT_FILES',
      kind: amountOf('files per minute'),
      default: '100',
      doc: 'Uploads of each user.',
    },
    fileBytes: {
      name: 'LIMIT_FILE_BYTES',
      kind: amountOf('bytes'),
      default: String(25 * 1024 * 1024),
      doc: 'Size of one file.',
    },
    filesPerMessage: {
      name: 'LIMIT_FILES_MESSAGE',
      kind: amountOf('files', 0, 100),
      default: '20',
      doc: 'In one upload and in one message; 0 allows 100.',
    },
    stagedBytes: {
      name: 'LIMIT_STAGED_BYTES',
      kind: amountOf('bytes'),
      default: String(1024 * 1024 * 1024),
      doc: 'Uploaded files of one user that were not posted yet.',
    },
    storageUser: {
      name: 'LIMIT_STORAGE_USER',
      kind: amountOf('bytes'),
      default: '0',
      doc: 'Sent files of one user in one hub; 0 allows any number. Deleting messages frees it.',
    },
    storageHub: {
      name: 'LIMIT_STORAGE_HUB',
      kind: amountOf('bytes'),
      default: '0',
      doc: 'Sent files of one hub; 0 allows any number. `hub.info` shows admins what is used.',
    },
    imagePixels: {
      name: 'LIMIT_IMAGE_PIXELS',
      kind: amountOf('pixels'),
      default: '50000000',
      doc: 'Width times height of a picture that gets a thumbnail; 0 allows any number.',
    },
    participants: {
      name: 'LIMIT_PARTICIPANTS',
      kind: amountOf('users'),
      default: '10000',
      doc: 'Participants of one group room.',
    },
    recipients: {
      name: 'LIMIT_RECIPIENTS',
      kind: amountOf('users'),
      default: '5',
      doc: 'Recipients of one box message that a member sends.',
    },
    loginsFromAddress: {
      name: 'LIMIT_LOGINS_ACCOUNT',
      kind: amountOf('failed logins in 15 minutes'),
      default: '10',
      doc: 'For each account from one address; IPv6 addresses count by /64.',
    },
    loginsInTotal: {
      name: 'LIMIT_LOGINS_TOTAL',
      formerName: 'LIMIT_LOGINS_ADDRESS',
      kind: amountOf('failed logins in 15 minutes'),
      default: '100',
      doc:
        'For each account from all addresses together. It does not hold for addresses from which ' +
        'the account logged in within 30 days. The former name `LIMIT_LOGINS_ADDRESS` works too.',
    },
  },
} as const satisfies Record<string, Variable | Readonly<Record<string, Variable>>>;

type ValueOf<V> = V extends { kind: Kind<infer Value> }
  ? V extends { default: string }
    ? Value
    : Value | undefined
  : never;
type Values<D> = {
  -readonly [Field in keyof D]: D[Field] extends Variable ? ValueOf<D[Field]> : Values<D[Field]>;
};
type AllValues = Values<typeof variables>;

/** The external issuer whose JWTs are accepted. */
export type JwtConfig = AllValues['jwt'] & { issuer: string };

/** The configuration: one field for each of {@link variables}. A limit of 0 is switched off. */
export type Config = Omit<AllValues, 'jwt'> & { jwt: JwtConfig | undefined };

/** Returns the configuration. Throws an Error whose one sentence names the variable to correct. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  refuseUnknown(environment);
  const values = readAll(variables, environment) as AllValues;
  return { ...values, jwt: jwtOf(values.jwt) };
}

type Declared = Readonly<Record<string, Variable | Readonly<Record<string, Variable>>>>;

const isVariable = (entry: Declared[string]): entry is Variable => typeof entry.name === 'string';

const namesOf = (declared: Declared): string[] =>
  Object.values(declared).flatMap((entry) => (isVariable(entry) ? [entry.name] : namesOf(entry)));

const formerNamesOf = (declared: Declared): string[] =>
  Object.values(declared).flatMap((entry) =>
    isVariable(entry) ? (entry.formerName ?? []) : formerNamesOf(entry),
  );

const ownPrefix = /^(HUBCHAT|LIMIT|JWT)_/;
/** Kubernetes sets such variables for each of its services, also for one named hubchat. */
const ofKubernetes =
  /^[A-Z0-9]+_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)?)$/;

/** A misspelt variable would otherwise leave a limit or a secret unset without a word. */
function refuseUnknown(environment: NodeJS.ProcessEnv): void {
  const names = namesOf(variables);
  const accepted = [...names, ...formerNamesOf(variables)];
  for (const name of Object.keys(environment)) {
    const [prefix] = ownPrefix.exec(name) ?? [];
    if (!prefix || !environment[name] || accepted.includes(name) || ofKubernetes.test(name))
      continue;
    const known = names.filter((one) => one.startsWith(prefix)).join(', ');
    throw new Error(`The environment variable ${name} does not exist. Known ones are ${known}.`);
  }
}

const readAll = (declared: Declared, environment: NodeJS.ProcessEnv): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(declared).map(([field, entry]) => [
      field,
      isVariable(entry) ? readOne(entry, environment) : readAll(entry, environment),
    ]),
  );

/** An empty variable counts as not set. Messages leave out the value: it may be a secret. */
function readOne(
  { name, formerName = '', kind, ...variable }: Variable,
  environment: NodeJS.ProcessEnv,
): unknown {
  const value = environment[name] || environment[formerName] || variable.default;
  if (value === undefined) return undefined;
  const parsed = kind.schema.safeParse(value);
  if (!parsed.success) throw new Error(`The environment variable ${name} must be ${kind.is}.`);
  return parsed.data;
}

function jwtOf(values: AllValues['jwt']): JwtConfig | undefined {
  const { issuer, jwksUrl, secret, publicKey } = values;
  const keys = [jwksUrl, secret, publicKey].filter((key) => key !== undefined);
  if (values.autoProvision) requireForProvision(values);
  if (issuer === undefined && keys.length === 0) return undefined;
  if (issuer === undefined)
    throw new Error('The environment variable JWT_ISSUER must be set when a JWT key is set.');
  if (keys.length !== 1)
    throw new Error(
      'The environment variable JWT_ISSUER needs exactly one of ' +
        'JWT_JWKS_URL, JWT_SECRET and JWT_PUBLIC_KEY.',
    );
  return { ...values, issuer };
}
