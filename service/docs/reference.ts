import type { z } from 'zod';
import { EventPayload, events, notices, signals } from '../../acl/events.ts';
import { contract } from '../../acl/index.ts';
import { errors } from '../../acl/language/errors.ts';
import type { MethodSpec } from '../../acl/language/method.ts';
import { bits, type Permission } from '../../acl/language/permission.ts';
import { paths, socket, socketPath } from '../../acl/paths.ts';
import { type JsonSchema, jsonSchemaOf } from './json-schema.ts';

/** Returns a schema's type in the notation of the page. */
function typeOf(schema: JsonSchema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' \\| ');
  if (schema.format === 'binary') return 'file';
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeOf))].join(' or ');
  if (schema.type === 'array')
    return `array of ${schema.items ? typeOf(schema.items) : 'anything'}`;
  if (schema.properties) {
    const fields = Object.entries(schema.properties).map(
      ([name, field]) => `${name}: ${typeOf(field)}`,
    );
    return `{ ${fields.join(', ')} }`;
  }
  return [schema.type ?? 'any'].flat().join(' or ');
}

function limitsOf(schema: JsonSchema): string {
  const parts: string[] = [];
  if (
    schema.minimum !== undefined &&
    schema.maximum !== undefined &&
    schema.maximum < Number.MAX_SAFE_INTEGER
  )
    parts.push(`${schema.minimum} to ${schema.maximum}`);
  if (schema.maxItems !== undefined) parts.push(`at most ${schema.maxItems}`);
  if (schema.default !== undefined) parts.push(`default ${JSON.stringify(schema.default)}`);
  return parts.join(', ');
}

function parameters(spec: MethodSpec): string[] {
  const { properties = {}, required = [] } = jsonSchemaOf(spec.input, 'input');
  const rows = Object.entries(properties).map(([name, field]) => [
    name,
    typeOf(field),
    required.includes(name) ? 'yes' : 'no',
    limitsOf(field),
  ]);
  if (rows.length === 0) return ['No parameters.', ''];
  return [...table(['parameter', 'type', 'required', 'limits'], rows), ''];
}

const table = (head: readonly string[], rows: readonly (readonly unknown[])[]): string[] => [
  `| ${head.join(' | ')} |`,
  `| ${head.map(() => '---').join(' | ')} |`,
  ...rows.map((row) => `| ${row.join(' | ')} |`),
];

function fieldsOf(schema: JsonSchema): string {
  const isArray = schema.type === 'array';
  const { properties = {} } = isArray ? (schema.items ?? {}) : schema;
  const fields = Object.entries(properties).map(([name, field]) => `${name} (${typeOf(field)})`);
  return `${isArray ? 'An array of ' : ''}{ ${fields.join(', ')} }`;
}

/** Returns the fields of what is sent, of each variant where there are several. */
function shapeOf(schema: z.ZodType): string {
  const shape = jsonSchemaOf(schema, 'output');
  return (shape.anyOf ?? [shape]).map(fieldsOf).join(' or ');
}

const withBit = (permission: Permission): string => `with ${permission} (${bits[permission]})`;

function callersOf({ by }: Pick<MethodSpec, 'by'>): string {
  if (by === 'anyone') return 'anyone';
  const callers = [
    'user' in by
      ? `any logged-in user${by.user === true ? '' : ` ${withBit(by.user)} in their token`}`
      : by.member && `members ${withBit(by.member)}`,
    'user' in by && by.others && `about another user ${callersOf({ by: by.others })}`,
    by.key && `keys ${withBit(by.key)}`,
    by.operator && `the operator${by.operator === 'platform' ? ', with or without a hub' : ''}`,
  ];
  return callers.filter(Boolean).join('; ');
}

function methodSection(name: string, spec: MethodSpec): string[] {
  const verbs = spec.safe ? 'GET or POST' : 'POST';
  const type = spec.multipart ? ', multipart/form-data' : '';
  const errorNames = spec.errors.join(', ') || 'only general ones';
  const eventNames = [...spec.events, ...(spec.signals ?? [])].join(', ') || 'none';
  return [
    `### ${name}`,
    '',
    spec.doc,
    '',
    `By: ${callersOf(spec)}. Call: ${verbs} \`/-/svc/${name}\`${type}.`,
    '',
    ...parameters(spec),
    `Returns: ${shapeOf(spec.output)}`,
    '',
    `Errors: ${errorNames}. Events: ${eventNames}.`,
    '',
  ];
}

const moduleSection = (module: string, specs: Readonly<Record<string, MethodSpec>>): string[] => [
  `## ${module}`,
  '',
  ...Object.entries(specs).flatMap(([verb, spec]) => methodSection(`${module}.${verb}`, spec)),
];

const fileSection = (): string[] => [
  '## File bytes',
  '',
  ...Object.entries<MethodSpec>(paths).flatMap(([path, spec]) => [
    `### GET ${path}`,
    '',
    spec.doc,
    '',
    `By: ${callersOf(spec)}. Errors: ${spec.errors.join(', ')}.`,
    '',
  ]),
];

const socketSection = (): string[] => [
  '## Socket',
  '',
  `### Socket.IO at ${socketPath}`,
  '',
  socket.doc,
  '',
  `By: ${callersOf(socket)}. \`auth\` of the handshake: token, hub_id, since.`,
  '',
  ...table(
    ['sent to one socket', 'payload'],
    Object.entries(notices).map(([name, schema]) => [name, shapeOf(schema)]),
  ),
  '',
];

const eventSection = (): string[] => [
  '## Events',
  '',
  `On a socket: ${shapeOf(EventPayload.omit({ name: true }))}`,
  '',
  ...payloadTable('event', events),
  '',
  '## Signals',
  '',
  'Sent once to connected sockets. They have no seq and are not stored.',
  '',
  ...payloadTable('signal', signals),
  '',
];

const payloadTable = (kind: string, schemas: Readonly<Record<string, z.ZodType>>): string[] =>
  table(
    [kind, 'data'],
    Object.entries(schemas).map(([name, schema]) => [name, shapeOf(schema)]),
  );

const errorSection = (): string[] => [
  '## Errors',
  '',
  ...table(
    ['code', 'status', 'reason'],
    Object.entries(errors).map(([code, { status, reason }]) => [code, status, reason]),
  ),
];

/** Returns docs/reference.md, written from the contract. */
export const reference = (): string =>
  `${[
    '# Reference',
    '',
    'Written by `npm run reference` from `acl/`; do not edit. `docs/calls.md` describes the',
    'envelope and events, `docs/auth.md` hubs, tokens and rights.',
    '',
    ...Object.entries(contract).flatMap(([module, specs]) => moduleSection(module, specs)),
    ...fileSection(),
    ...socketSection(),
    ...eventSection(),
    ...errorSection(),
  ].join('\n')}\n`;
