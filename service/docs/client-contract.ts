import { z } from 'zod';
import * as channelEntities from '../../acl/entities/channel.ts';
import * as fileEntities from '../../acl/entities/file.ts';
import * as keyEntities from '../../acl/entities/key.ts';
import * as mailEntities from '../../acl/entities/mail.ts';
import * as memberEntities from '../../acl/entities/member.ts';
import * as messageEntities from '../../acl/entities/message.ts';
import * as roomEntities from '../../acl/entities/room.ts';
import * as settingEntities from '../../acl/entities/setting.ts';
import * as tagEntities from '../../acl/entities/tag.ts';
import { EventPayload, events, notices, protocol, Ready, signals } from '../../acl/events.ts';
import { contract, methods } from '../../acl/index.ts';
import { generalErrors } from '../../acl/language/errors.ts';
import type { MethodSpec } from '../../acl/language/method.ts';
import type { JsonSchema } from './json-schema.ts';

/** The schemas that have a type of their own in the client, by its name. */
const named: Readonly<Record<string, unknown>> = {
  ...channelEntities,
  ...fileEntities,
  ...keyEntities,
  ...mailEntities,
  ...memberEntities,
  ...messageEntities,
  ...roomEntities,
  ...settingEntities,
  ...tagEntities,
  Ready,
  AnyEvent: EventPayload,
};

const names = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries(named))
  if (schema instanceof z.ZodType && /^[A-Z]/.test(id)) names.add(schema, { id });

/** A JSON Schema that may refer to those that have names. */
interface Schema extends JsonSchema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
}

/** The types that are referred to, by name. */
type Declared = Map<string, string>;

/** Returns the TypeScript type of what a schema accepts (`input`) or yields (`output`). */
function typeOf(schema: z.ZodType, io: 'input' | 'output', declared: Declared): string {
  const { $defs = {}, ...own } = z.toJSONSchema(schema, {
    io,
    metadata: names,
    unrepresentable: 'any',
  }) as Schema;
  for (const [name, definition] of Object.entries($defs)) declared.set(name, write(definition));
  return write(own);
}

/** Writes lines between braces, indented. */
const block = (lines: readonly string[]): string =>
  lines.length === 0 ? '{}' : `{\n${lines.join('\n').replace(/^/gm, '  ')}\n}`;

const words: Readonly<Record<string, string>> = { integer: 'number', object: 'object' };

function write(schema: Schema): string {
  const { $ref, anyOf, items, properties, additionalProperties } = schema;
  if ($ref) return $ref.replace(/^.*\//, '');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return union(schema.enum.map((value) => JSON.stringify(value)));
  if (schema.format === 'binary') return 'Blob';
  if (anyOf) return union(anyOf.map(write));
  if (schema.type === 'array') return `(${items ? write(items) : 'unknown'})[]`;
  if (properties) return writeObject(schema, properties);
  if (typeof additionalProperties === 'object')
    return `Record<string, ${write(additionalProperties)}>`;
  if (schema.type === undefined) return 'unknown';
  return union([schema.type].flat().map((type) => words[type] ?? type));
}

const union = (types: readonly string[]): string => [...new Set(types)].join(' | ');

function writeObject(
  { required = [] }: Schema,
  properties: Readonly<Record<string, Schema>>,
): string {
  const fields = Object.entries(properties).map(([name, field]) => {
    const mark = required.includes(name) ? '' : '?';
    return `${name}${mark}: ${write(field)};`;
  });
  return block(fields);
}

const comment = (text: string): string => `/** ${text.replaceAll('*/', '')} */`;

function writeMethod(verb: string, spec: MethodSpec, declared: Declared): string[] {
  const { doc, input, output, errors } = spec;
  return [
    comment(doc),
    `${verb}: ${block([
      `params: ${typeOf(input, 'input', declared)};`,
      `output: ${typeOf(output, 'output', declared)};`,
      `failure: ${union([...errors.map((code) => `'${code}'`), 'GeneralError'])};`,
    ])};`,
  ];
}

const writeModule = (
  module: string,
  specs: Readonly<Record<string, MethodSpec>>,
  declared: Declared,
): string =>
  `${module}: ${block(
    Object.entries(specs).flatMap(([verb, spec]) => writeMethod(verb, spec, declared)),
  )};`;

const writeData = (
  name: string,
  schemas: Readonly<Record<string, z.ZodType>>,
  declared: Declared,
): string =>
  `export interface ${name} ${block(
    Object.entries(schemas).map(
      ([event, schema]) => `'${event}': ${typeOf(schema, 'output', declared)};`,
    ),
  )}`;

/**
 * Returns the contract as TypeScript that needs no library: what the client's types are made of.
 * It is not formatted.
 */
export function clientContract(): string {
  const declared: Declared = new Map();
  const modules = Object.entries(contract).map(([module, specs]) =>
    writeModule(module, specs, declared),
  );
  const data = [
    writeData('EventData', events, declared),
    writeData('SignalData', signals, declared),
    writeData('NoticeData', notices, declared),
  ];
  typeOf(z.object({ Ready, EventPayload }), 'output', declared);
  const safe = [...methods].filter(([, spec]) => spec.safe).map(([name]) => `'${name}',`);
  return `${[
    '// Written by `npm run reference` from the declarations in acl/.',
    `export type GeneralError = ${union(generalErrors.map((code) => `'${code}'`))};`,
    ...[...declared]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, type]) => `export type ${name} = ${type};`),
    comment('The methods of each module: parameters, what they return, and error codes.'),
    `export interface Contract ${block(modules)}`,
    ...data,
    comment('The methods that change nothing: they can be repeated.'),
    `export const safeMethods: ReadonlySet<string> = new Set([\n  ${safe.join('\n  ')}\n]);`,
    comment('The version of the events that the client knows.'),
    `export const protocol = ${protocol};`,
  ].join('\n')}\n`;
}
