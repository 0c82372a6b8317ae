import { z } from 'zod';
import { EventPayload, events, Ready, signals } from '../../acl/events.ts';
import { contract, paths } from '../../acl/index.ts';
import { errors } from '../../acl/language/errors.ts';
import type { MethodSpec } from '../../acl/language/method.ts';
import { bits, type Permission } from '../../acl/language/permission.ts';

interface Schema {
  type?: string | string[];
  format?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
  maxItems?: number;
}

/** Returns a schema's type in the notation of the page. */
function typeOf(schema: Schema): string {
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

const jsonSchema = (schema: z.ZodType, io: 'input' | 'output') =>
  z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Schema;

function limitsOf(schema: Schema): string {
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
  const schema = jsonSchema(spec.input, 'input');
  const rows = Object.entries(schema.properties ?? {});
  if (rows.length === 0) return ['No parameters.', ''];
  return [
    '| parameter | type | required | limits |',
    '| --- | --- | --- | --- |',
    ...rows.map(
      ([name, field]) =>
        `| ${name} | ${typeOf(field)} | ${schema.required?.includes(name) ? 'yes' : 'no'} | ${limitsOf(field)} |`,
    ),
    '',
  ];
}

function fields(schema: Schema): string {
  const { properties } = schema.type === 'array' ? (schema.items ?? {}) : schema;
  const listed = Object.entries(properties ?? {}).map(
    ([name, field]) => `${name} (${typeOf(field)})`,
  );
  return `${schema.type === 'array' ? 'An array of ' : ''}{ ${listed.join(', ')} }`;
}

const withBit = (permission: Permission): string => `with ${permission} (${bits[permission]})`;

function callersOf({ by }: MethodSpec): string {
  if (by === 'anyone') return 'anyone';
  if ('user' in by)
    return `any logged-in user${by.user === true ? '' : ` ${withBit(by.user)} in their token`}`;
  const callers = [
    by.member && `members ${withBit(by.member)}`,
    by.key && `keys ${withBit(by.key)}`,
    by.operator && `the operator${by.operator === 'platform' ? ', with or without a hub' : ''}`,
  ];
  return callers.filter((caller) => caller !== undefined).join('; ');
}

function section(name: string, spec: MethodSpec): string[] {
  return [
    `### ${name}`,
    '',
    spec.doc,
    '',
    `By: ${callersOf(spec)}. Call: ${spec.safe ? 'GET or POST' : 'POST'} \`/-/svc/${name}\`${spec.multipart ? ', multipart/form-data' : ''}.`,
    '',
    ...parameters(spec),
    `Returns: ${fields(jsonSchema(spec.output, 'output'))}`,
    '',
    `Errors: ${spec.errors.join(', ') || 'only general ones'}. Events: ${[...spec.events, ...(spec.signals ?? [])].join(', ') || 'none'}.`,
    '',
  ];
}

/** The reference page in Markdown, derived from the contract. */
export function reference(): string {
  const lines = [
    '# Reference',
    '',
    'Written by `npm run reference` from `acl/`; do not edit. `docs/calls.md` describes the',
    'envelope and events, `docs/auth.md` hubs, tokens and rights.',
    '',
  ];
  for (const [module, specs] of Object.entries(contract)) {
    lines.push(`## ${module}`, '');
    for (const [verb, spec] of Object.entries<MethodSpec>(specs))
      lines.push(...section(`${module}.${verb}`, spec));
  }
  lines.push('## File bytes', '');
  for (const [path, spec] of Object.entries<MethodSpec>(paths))
    lines.push(
      `### GET ${path}`,
      '',
      spec.doc,
      '',
      `By: ${callersOf(spec)}. Errors: ${spec.errors.join(', ')}.`,
      '',
    );
  lines.push(
    '## Events',
    '',
    `An event: ${fields(jsonSchema(EventPayload.omit({ name: true }), 'output'))}. Its name is the name of the`,
    'Socket.IO event.',
    '',
    `\`ready\`, once the socket is live: ${fields(jsonSchema(Ready, 'output'))}. \`protocol\` is the`,
    'version of the events; it is raised by a change that breaks clients only.',
    '',
    '| event | data |',
    '| --- | --- |',
  );
  for (const [name, schema] of Object.entries(events)) {
    const shape = jsonSchema(schema, 'output');
    lines.push(`| ${name} | ${(shape.anyOf ?? [shape]).map(fields).join(' or ')} |`);
  }
  lines.push(
    '',
    '## Signals',
    '',
    'Sent once to connected sockets. They have no seq and are not stored.',
    '',
  );
  lines.push('| signal | data |', '| --- | --- |');
  for (const [name, schema] of Object.entries(signals))
    lines.push(`| ${name} | ${fields(jsonSchema(schema, 'output'))} |`);
  lines.push('', '## Errors', '', '| code | status | reason |', '| --- | --- | --- |');
  for (const [code, { status, reason }] of Object.entries(errors))
    lines.push(`| ${code} | ${status} | ${reason} |`);
  return `${lines.join('\n')}\n`;
}
