import { cookieNames } from '../../acl/cookie.ts';
import { events, signals } from '../../acl/events.ts';
import { methods } from '../../acl/index.ts';
import { defined } from '../../acl/language/defined.ts';
import { type ErrorCode, errors, generalErrors } from '../../acl/language/errors.ts';
import type { MethodSpec } from '../../acl/language/method.ts';
import { paths } from '../../acl/paths.ts';
import { jsonSchemaOf } from './json-schema.ts';

let document: unknown;

/** Returns the contract as an OpenAPI 3.1 document; built at the first request. */
export function openApi(): unknown {
  document ??= {
    openapi: '3.1.0',
    info: {
      title: 'hubchat',
      version: '1',
      description:
        'Methods return {__ack__, __status__, __timestamp__, data}, or one of the listed errors.',
    },
    paths: Object.fromEntries<object>([
      ...[...methods].map(([name, spec]) => [`/-/svc/${name}`, methodPath(name, spec)] as const),
      ...Object.entries(paths).map(([path, spec]) => [path, filePath(path, spec)] as const),
    ]),
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        cookie: {
          type: 'apiKey',
          in: 'cookie',
          name: cookieNames.http,
          description: `Over https its name is ${cookieNames.https}.`,
        },
      },
      schemas: {
        Error: errorSchema,
        ...Object.fromEntries(
          Object.entries({ ...events, ...signals }).map(([name, schema]) => [
            `event.${name}`,
            jsonSchemaOf(schema, 'output'),
          ]),
        ),
      },
    },
  };
  return document;
}

const errorSchema = {
  type: 'object',
  required: ['error', 'reason', 'details', 'request_id'],
  properties: {
    __ack__: { type: 'string' },
    __timestamp__: { type: 'integer' },
    error: { enum: Object.keys(errors) },
    reason: { type: 'string' },
    details: { type: 'array', items: { type: 'string' } },
    request_id: { type: 'string' },
    data: { type: 'null' },
  },
};

function methodPath(name: string, spec: MethodSpec) {
  const operation = {
    summary: spec.doc,
    tags: [name.split('.')[0]],
    security: spec.by === 'anyone' ? [] : [{ bearer: [] }, { cookie: [] }],
    'x-by': spec.by,
    'x-events': [...spec.events, ...(spec.signals ?? [])],
    responses: { 200: reply(spec), ...failures(spec) },
  };
  const input = jsonSchemaOf(spec.input, 'input');
  const { properties = {}, required = [] } = input;
  const parameters = Object.entries(properties).map(([parameter, schema]) => ({
    name: parameter,
    in: 'query',
    required: required.includes(parameter),
    schema,
  }));
  const type = spec.multipart ? 'multipart/form-data' : 'application/json';
  return defined({
    post: {
      operationId: name,
      ...operation,
      requestBody: { content: { [type]: { schema: input } } },
    },
    get: spec.safe ? { operationId: `${name}.get`, ...operation, parameters } : undefined,
  });
}

const filePath = (path: string, spec: MethodSpec) => ({
  get: {
    operationId: path,
    summary: spec.doc,
    tags: ['file'],
    security: [{ bearer: [] }, { cookie: [] }],
    'x-by': spec.by,
    parameters: [
      { name: 'nid', in: 'path', required: true, schema: { type: 'string' } },
      ...['Range', 'If-Range', 'If-None-Match'].map((name) => ({
        name,
        in: 'header',
        schema: { type: 'string' },
      })),
    ],
    responses: {
      200: { description: 'The bytes', content: { '*/*': {} } },
      206: { description: 'The requested part', content: { '*/*': {} } },
      304: { description: 'The copy of the caller is current' },
      ...failures(spec),
    },
  },
});

const reply = (spec: MethodSpec) => ({
  description: 'The result',
  content: {
    'application/json': {
      schema: {
        type: 'object',
        required: ['__ack__', '__status__', '__timestamp__', 'data'],
        properties: {
          __ack__: { type: 'string' },
          __status__: { const: 'online' },
          __timestamp__: { type: 'integer' },
          data: jsonSchemaOf(spec.output, 'output'),
        },
      },
    },
  },
});

function failures(spec: MethodSpec) {
  const codes: ErrorCode[] = [...spec.errors, ...generalErrors];
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes)
    byStatus.set(errors[code].status, [...(byStatus.get(errors[code].status) ?? []), code]);
  return Object.fromEntries(
    [...byStatus].map(([status, names]) => [
      status,
      {
        description: names.join(', '),
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    ]),
  );
}
