import { type ErrorCode, RateLimited, type ServiceError } from '../../acl/language/errors.ts';
import type { Grant } from '../../acl/language/permission.ts';
import { type ForeignReply, noGrant, noUser } from '../../service/gateways/port.ts';
import { values } from './guesses.ts';

/** How many messages a conversation may have pinned. */
export const mostPins = 5;

/** The documented codes: their status, and their sentence with places for what is special. */
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
    'This request requires a user context. Client credentials cannot be used for requests to this resource.',
  ],
  'authentication.required': [
    401,
    'No authentication bearer token specified in authorization header.',
  ],
  'bad.credentials': [401, 'Invalid login credentials.'],
  'missing.any.permissions': [
    403,
    'Unable to perform the requested action. You must have at least one of the following permissions assigned: %s',
  ],
  'not.authorized': [403, 'You are not authorized to perform the requested action.'],
  'not.found': [404, 'The requested resource was not found.'],
  [values.wrongVerbCode]: [405, 'The requested resource does not support this method.'],
  'general.conflict': [409, 'The request conflicts with the current state of the target resource.'],
  [values.oversizeCode]: [413, 'The request is over the size limit. Maximum bytes: %s'],
  'unsupported.media.type': [
    415,
    'Unsupported Media Type - Unsupported or incorrect media type, such as an incorrect Content-Type value in the header.',
  ],
  'too.many.requests.retry.after': [
    429,
    'Rate limit exceeded the maximum. Retry the request in [%s] seconds',
  ],
  'internal.server.error': [
    500,
    'The server encountered an unexpected condition which prevented it from fulfilling the request.',
  ],
  'service.unavailable': [
    503,
    'The server is currently unable to handle the request due to a temporary overloading or maintenance of the server.',
  ],
} as const satisfies Record<string, readonly [status: number, sentence: string]>;

type Code = keyof typeof codes;

/** What each of ours is called there. */
const ours = {
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
  TOO_LARGE: values.oversizeCode,
  INVALID_RANGE: 'bad.request',
  UNSUPPORTED_TYPE: 'unsupported.media.type',
  INVALID_ATTACHMENT: 'bad.request',
  RATE_LIMITED: 'too.many.requests.retry.after',
  INTERNAL_ERROR: 'internal.server.error',
  UNAVAILABLE: 'service.unavailable',
} as const satisfies Record<ErrorCode, Code>;

interface Special {
  /** What is put into the sentence, in order, by name. */
  params?: Readonly<Record<string, string>>;
  /** Said after the sentence. */
  note?: string;
  details?: readonly { errorCode: string; fieldName: string }[];
  limit?: { key: string; value: number };
  headers?: Readonly<Record<string, string>>;
}

/** An error as it is told there. */
export class Fault extends Error {
  readonly code: Code;
  readonly special: Special;
  constructor(code: Code, special: Special = {}) {
    super(code);
    this.code = code;
    this.special = special;
  }
}

export const notFound = (): Fault => new Fault('not.found');

export const invalidValue = (
  fieldName: string,
  value: unknown,
  type: string,
  allowable: string,
): Fault =>
  new Fault('invalid.value', {
    params: { value: String(value).slice(0, 100), fieldType: type, allowableValues: allowable },
    details: [{ errorCode: 'invalid.value', fieldName }],
  });

export const badField = (fieldName: string, note: string): Fault =>
  new Fault('bad.request', {
    note: `${fieldName}: ${note}`,
    details: [{ errorCode: 'invalid.value', fieldName }],
  });

export const tooManyPins = (): Fault =>
  new Fault('bad.request', { limit: { key: values.pinLimitKey, value: mostPins } });

/** What was asked, as far as it decides how an error is told. */
export interface Circumstances {
  grants: readonly Grant[] | 'any';
  /** A bearer token was sent, good or bad. */
  hasToken: boolean;
  /** It names a hub itself. */
  namesHub: boolean;
  /** What the body calls those parameters of the methods that come from it. */
  fields: Readonly<Record<string, string>>;
}
const nothing: Circumstances = { grants: 'any', hasToken: true, namesHub: false, fields: {} };

/** An error of ours as it is told there. */
export function faultOf(error: ServiceError, circumstances: Circumstances = nothing): Fault {
  const { grants, hasToken, namesHub, fields } = circumstances;
  const { code, details } = error;
  const [first = ''] = details;
  if (code === 'NOT_AUTHENTICATED' && !hasToken) return new Fault('authentication.required');
  if (code === 'PERMISSION_DENIED' && first.startsWith(noUser)) return new Fault('not.a.user');
  if (code === 'PERMISSION_DENIED' && first.startsWith(noGrant)) {
    // Without a list of its own the operation is not for who has no place in the hub.
    return grants === 'any'
      ? new Fault('not.authorized')
      : new Fault('missing.any.permissions', { params: { permissions: `[${grants.join(', ')}]` } });
  }
  // Who has no hub, or several of which none is named, may nothing.
  if (code === 'INVALID_INPUT' && first.startsWith('hub_id:') && !namesHub)
    return new Fault('not.authorized', { note: first });
  if (code === 'PIN_LIMIT') return tooManyPins();
  if (code === 'TOO_LARGE')
    return new Fault(ours[code], { params: { maximum: /\d+/.exec(first)?.[0] ?? '' } });
  if (error instanceof RateLimited) {
    const seconds = String(error.retryAfter);
    return new Fault('too.many.requests.retry.after', {
      params: { seconds },
      headers: { 'Retry-After': seconds },
    });
  }
  const [, parameter = '', , sentence = ''] = /^(\w+)([\w.]*): (.*)$/s.exec(first) ?? [];
  const fieldName = fields[parameter];
  // An id that the body names is no resource that was asked for.
  if (fieldName !== undefined && ['bad.request', 'not.found'].includes(ours[code])) {
    const errorCode = ours[code] === 'not.found' ? 'not.found' : 'invalid.value';
    return new Fault('bad.request', {
      note: `${fieldName}: ${sentence}`,
      details: [{ errorCode, fieldName }],
    });
  }
  return new Fault(ours[code], ours[code] === 'bad.request' ? { note: first } : {});
}

/** The documented ErrorBody. */
export function answerFault({ code, special }: Fault, requestId: string): ForeignReply {
  const [status, sentence] = codes[code];
  const { params = {}, note, details = [], limit, headers } = special;
  const filled = Object.values(params).reduce(
    (text, value) => text.replace('%s', () => value),
    sentence as string,
  );
  return {
    status,
    headers: { ...headers, ...correlated(requestId) },
    body: {
      message: note ? `${filled} ${note}` : filled,
      code,
      status,
      messageParams: params,
      contextId: requestId,
      details,
      errors: [],
      ...(limit ? { limit } : {}),
    },
  };
}

/** What every reply carries. */
export const correlated = (requestId: string): Record<string, string> => ({
  'ININ-Correlation-Id': requestId,
});
