import { type ErrorCode, RateLimited, type ServiceError } from '../../acl/language/errors.ts';
import { maxPins } from '../../acl/language/limits.ts';
import { type Grant, noGrant, noUser } from '../../acl/language/permission.ts';
import type { GatewayReply } from '../../service/gateways/port.ts';
import { values } from './guesses.ts';

/** The documented codes: HTTP status, and message with `%s` for each parameter. */
const codes = {
  'bad.request': [
    400,
    'The request could not be understood by the server due to malformed syntax.',
  ],
  'invalid.date': [
    400,
    'Dates must be specified as ISO-8601 strings. For example: yyyy-MM-ddTHH:mm:ss.SSSZ',
  ],
  'invalid.value': [400, 'Value [%s] is not valid for field type [%s]. Allowable values are: %s'],
  'not.a.user': [
    400,
    'This request requires a user context. ' +
      'Client credentials cannot be used for requests to this resource.',
  ],
  'authentication.required': [
    401,
    'No authentication bearer token specified in authorization header.',
  ],
  'bad.credentials': [401, 'Invalid login credentials.'],
  'missing.any.permissions': [
    403,
    'Unable to perform the requested action. ' +
      'You must have at least one of the following permissions assigned: %s',
  ],
  'not.authorized': [403, 'You are not authorized to perform the requested action.'],
  'not.found': [404, 'The requested resource was not found.'],
  [values.wrongVerbCode]: [405, 'The requested resource does not support this method.'],
  'general.conflict': [409, 'The request conflicts with the current state of the target resource.'],
  [values.tooLargeCode]: [413, 'The request is over the size limit. Maximum bytes: %s'],
  'unsupported.media.type': [
    415,
    'Unsupported Media Type - Unsupported or incorrect media type, ' +
      'such as an incorrect Content-Type value in the header.',
  ],
  'too.many.requests.retry.after': [
    429,
    'Rate limit exceeded the maximum. Retry the request in [%s] seconds',
  ],
  'internal.server.error': [
    500,
    'The server encountered an unexpected condition which prevented it from fulfilling the ' +
      'request.',
  ],
  'service.unavailable': [
    503,
    'The server is currently unable to handle the request ' +
      'due to a temporary overloading or maintenance of the server.',
  ],
} as const satisfies Record<string, readonly [status: number, message: string]>;

type Code = keyof typeof codes;

/** The Genesys code of each of our errors. */
const codeOf = {
  INVALID_INPUT: 'bad.request',
  INVALID_CRITERIA: 'bad.request',
  INVALID_CONTEXT: 'bad.request',
  INVALID_OPTION: 'not.authorized',
  INVALID_STATUS0: 'bad.request',
  NOT_AUTHENTICATED: 'bad.credentials',
  PERMISSION_DENIED: 'not.authorized',
  METHOD_NOT_FOUND: 'not.found',
  ROOM_NOT_FOUND: 'not.found',
  CHANNEL_NOT_FOUND: 'not.found',
  MESSAGE_NOT_FOUND: 'not.found',
  TAG_NOT_FOUND: 'not.found',
  FILE_NOT_FOUND: 'not.found',
  IDENTITY_NOT_FOUND: 'not.found',
  KEY_NOT_FOUND: 'not.found',
  SESSION_NOT_FOUND: 'not.found',
  INVALID_CONTACT: 'not.found',
  INVALID_RECIPIENT: 'not.found',
  INVALID_THREAD: 'not.found',
  INVALID_MESSAGES: 'not.found',
  NOT_ENABLED: 'not.authorized',
  METHOD_NOT_ALLOWED: values.wrongVerbCode,
  ECHO_ID_CONFLICT: 'general.conflict',
  VERSION_MISMATCH: 'general.conflict',
  ROOM_ARCHIVED: 'general.conflict',
  PIN_LIMIT: 'bad.request',
  ROOM_FULL: 'general.conflict',
  RECIPIENT_LIMIT: 'bad.request',
  REACTION_LIMIT: 'general.conflict',
  IDENTITY_MISMATCH: 'general.conflict',
  EMAIL_TAKEN: 'general.conflict',
  HOST_TAKEN: 'general.conflict',
  TOO_LARGE: values.tooLargeCode,
  INVALID_RANGE: 'bad.request',
  UNSUPPORTED_TYPE: 'unsupported.media.type',
  INVALID_ATTACHMENT: 'bad.request',
  RATE_LIMITED: 'too.many.requests.retry.after',
  INTERNAL_ERROR: 'internal.server.error',
  UNAVAILABLE: 'service.unavailable',
} as const satisfies Record<ErrorCode, Code>;

interface Extras {
  /** Values for the places in the message, by name, in order. */
  params?: Readonly<Record<string, string>>;
  /** Appended to the message. */
  note?: string;
  details?: readonly { errorCode: string; fieldName: string }[];
  limit?: { key: string; value: number };
  headers?: Readonly<Record<string, string>>;
}

/** An error that is sent with a Genesys code. */
export class Refusal extends Error {
  readonly code: Code;
  readonly extras: Extras;
  constructor(code: Code, extras: Extras = {}) {
    super(code);
    this.code = code;
    this.extras = extras;
  }
}

export const notFound = (): Refusal => new Refusal('not.found');

export const invalidValue = (
  fieldName: string,
  value: unknown,
  type: string,
  allowable: string,
): Refusal =>
  new Refusal('invalid.value', {
    params: { value: String(value).slice(0, 100), fieldType: type, allowableValues: allowable },
    details: [{ errorCode: 'invalid.value', fieldName }],
  });

export const invalidField = (
  fieldName: string,
  note: string,
  errorCode: 'invalid.value' | 'not.found' = 'invalid.value',
): Refusal =>
  new Refusal('bad.request', {
    note: `${fieldName}: ${note}`,
    details: [{ errorCode, fieldName }],
  });

export const tooManyPins = (): Refusal =>
  new Refusal('bad.request', { limit: { key: values.pinLimitKey, value: maxPins } });

/** Facts about a request on which the translation of an error depends. */
export interface ErrorContext {
  grants: readonly Grant[] | 'any';
  /** Whether a bearer token was sent, valid or not. */
  hasToken: boolean;
  /** Whether the request names a hub itself. */
  namesHub: boolean;
  /** Names of body fields by the method parameters that are taken from them. */
  fields: Readonly<Record<string, string>>;
}
const outsideOperations: ErrorContext = {
  grants: 'any',
  hasToken: true,
  namesHub: false,
  fields: {},
};

/** Translates an error of ours. */
export function refusalOf(error: ServiceError, context: ErrorContext = outsideOperations): Refusal {
  const { code, details } = error;
  const [detail = ''] = details;
  if (error instanceof RateLimited) return rateLimited(error.retryAfter);
  if (code === 'NOT_AUTHENTICATED' && !context.hasToken)
    return new Refusal('authentication.required');
  if (code === 'PERMISSION_DENIED') return permissionDenied(detail, context.grants);
  // The token's user is in no hub, or in several and the request names none.
  if (code === 'INVALID_INPUT' && detail.startsWith('hub_id:') && !context.namesHub)
    return new Refusal('not.authorized', { note: detail });
  // A key without a user makes rooms only for owners whom it names, which no operation here does.
  if (code === 'INVALID_INPUT' && detail.startsWith('owner_ids:')) return new Refusal('not.a.user');
  if (code === 'PIN_LIMIT') return tooManyPins();
  if (code === 'TOO_LARGE')
    return new Refusal(codeOf[code], { params: { maximum: /\d+/.exec(detail)?.[0] ?? '' } });
  const field = fieldRefusal(code, detail, context.fields);
  if (field) return field;
  return new Refusal(codeOf[code], codeOf[code] === 'bad.request' ? { note: detail } : {});
}

function rateLimited(retryAfter: number): Refusal {
  const seconds = String(retryAfter);
  return new Refusal('too.many.requests.retry.after', {
    params: { seconds },
    headers: { 'Retry-After': seconds },
  });
}

function permissionDenied(detail: string, grants: ErrorContext['grants']): Refusal {
  if (detail.startsWith(noUser)) return new Refusal('not.a.user');
  // An operation without a list of permissions has none to name: its caller is not in the hub.
  if (!detail.startsWith(noGrant) || grants === 'any') return new Refusal('not.authorized');
  return new Refusal('missing.any.permissions', {
    params: { permissions: `[${grants.join(', ')}]` },
  });
}

/** Returns 400 with the body's field that the error is about; undefined if it is about none. */
function fieldRefusal(
  code: ErrorCode,
  detail: string,
  fields: ErrorContext['fields'],
): Refusal | undefined {
  const [, parameter = '', sentence = ''] = /^(\w+)[\w.]*: (.*)$/s.exec(detail) ?? [];
  const fieldName = fields[parameter];
  if (fieldName === undefined) return undefined;
  // An unknown id in the body is no missing resource: 404 is for ids in the path.
  if (codeOf[code] === 'not.found') return invalidField(fieldName, sentence, 'not.found');
  return codeOf[code] === 'bad.request' ? invalidField(fieldName, sentence) : undefined;
}

/** Returns the documented ErrorBody with its status. */
export function presentRefusal({ code, extras }: Refusal, requestId: string): GatewayReply {
  const [status, message] = codes[code];
  const { params = {}, note, details = [], limit, headers } = extras;
  const filled = Object.values(params).reduce<string>(
    (text, value) => text.replace('%s', () => value),
    message,
  );
  return {
    status,
    headers: { ...headers, ...correlationHeader(requestId) },
    body: {
      message: note ? `${filled} ${note}` : filled,
      code,
      status,
      messageParams: params,
      contextId: requestId,
      details,
      errors: [],
      limit,
    },
  };
}

/** Every reply has this header. */
export const correlationHeader = (requestId: string): Record<string, string> => ({
  'ININ-Correlation-Id': requestId,
});
