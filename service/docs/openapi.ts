import { z } from 'zod';
import { cookieName } from '../../acl/cookie.ts';
import { events, signals } from '../../acl/events.ts';
import { methods, paths } from '../../acl/index.ts';
import { type ErrorCode, errors, generalErrors } from '../../acl/language/errors.ts';
import type { MethodSpec } from '../../acl/language/method.ts';

const schemaOf = (schema: z.ZodType, io: 'input' | 'output') => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
};

let document: unknown;

/** The contract as OpenAPI 3.1; made once, on first request. */
export function openApi(): unknown {
  document ??= {
    openapi: '3.1.0',
    info: {
      title: 'hubchat',
      version: '1',
      description:
        'Every method answers {__ack__, __status__, __timestamp__, data}, or an error of the closed table.',
    },
    paths: {
      ...Object.fromEntries(
        [...methods].map(([name, spec]) => [`/-/svc/${name}`, pathOf(name, spec)]),
      ),
      ...Object.fromEntries(
        Object.entries(paths).map(([path, spec]) => [path, bytesAt(path, spec)]),
      ),
    },
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        cookie: { type: 'apiKey', in: 'cookie', name: cookieName },
      },
      schemas: {
        Error: errorSchema,
        ...Object.fromEntries(
          Object.entries({ ...events, ...signals }).map(([name, schema]) => [
            `event.${name}`,
            schemaOf(schema, 'output'),
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

function pathOf(name: string, spec: MethodSpec) {
  const operation = {
    summary: spec.doc,
    tags: [name.split('.')[0]],
    security: spec.by === 'anyone' ? [] : [{ bearer: [] }, { cookie: [] }],
    'x-by': spec.by,
    'x-events': [...spec.events, ...(spec.signals ?? [])],
    responses: { 200: reply(spec), ...failures(spec) },
  };
  const input = schemaOf(spec.input, 'input') as {
    properties?: Record<string, unknown>;
    required?: string[];
  };
  const parameters = Object.entries(input.properties ?? {}).map(([parameter, schema]) => ({
    name: parameter,
    in: 'query',
    required: input.required?.includes(parameter) ?? false,
    schema,
  }));
  return {
    post: {
      operationId: name,
      ...operation,
      requestBody: {
        content: {
          [spec.multipart ? 'multipart/form-data' : 'application/json']: { schema: input },
        },
      },
    },
    ...(spec.safe ? { get: { operationId: `${name}.get`, ...operation, parameters } } : {}),
  };
}

const bytesAt = (path: string, spec: MethodSpec) => ({
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
      206: { description: 'The part asked for', content: { '*/*': {} } },
      304: { description: 'What the caller has is the same' },
      ...failures(spec),
    },
  },
});

const reply = (spec: MethodSpec) => ({
  description: 'What was asked for',
  content: {
    'application/json': {
      schema: {
        type: 'object',
        required: ['__ack__', '__status__', '__timestamp__', 'data'],
        properties: {
          __ack__: { type: 'string' },
          __status__: { const: 'online' },
          __timestamp__: { type: 'integer' },
          data: schemaOf(spec.output, 'output'),
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
