import { maxEmoji, maxPins } from './limits.ts';

/**
 * Every error that leaves the service: its HTTP status and a sentence for people. Clients match
 * the code; the sentence may change.
 */
export const errors = {
  INVALID_INPUT: { status: 400, reason: 'A parameter is missing or has an invalid value' },
  INVALID_CRITERIA: { status: 400, reason: 'The criteria or the sort order are not valid' },
  INVALID_CONTEXT: { status: 400, reason: 'The context was not returned by this method' },
  INVALID_OPTION: {
    status: 400,
    reason: "Option must be 'me' or 'all', and 'all' needs the right to delete for everyone",
  },
  INVALID_STATUS0: { status: 400, reason: "Status must be 'archived' or 'active'" },
  NOT_AUTHENTICATED: { status: 401, reason: 'A valid token, session or password is required' },
  PERMISSION_DENIED: { status: 403, reason: 'The caller is not allowed to do this' },
  METHOD_NOT_FOUND: { status: 404, reason: 'Method does not exist' },
  ROOM_NOT_FOUND: { status: 404, reason: 'Room does not exist' },
  CHANNEL_NOT_FOUND: { status: 404, reason: 'Channel does not exist' },
  MESSAGE_NOT_FOUND: { status: 404, reason: 'Message does not exist' },
  TAG_NOT_FOUND: { status: 404, reason: 'Tag does not exist' },
  FILE_NOT_FOUND: { status: 404, reason: 'File does not exist' },
  IDENTITY_NOT_FOUND: { status: 404, reason: 'Identity does not exist' },
  KEY_NOT_FOUND: { status: 404, reason: 'Key does not exist' },
  SESSION_NOT_FOUND: { status: 404, reason: 'Session does not exist' },
  INVALID_CONTACT: { status: 404, reason: 'Contact does not exist or is invalid' },
  INVALID_RECIPIENT: { status: 404, reason: 'One or more recipients do not exist' },
  INVALID_THREAD: { status: 404, reason: 'Thread ID does not exist' },
  INVALID_MESSAGES: { status: 404, reason: 'One or more message IDs do not exist' },
  NOT_ENABLED: { status: 403, reason: 'This feature is disabled' },
  METHOD_NOT_ALLOWED: { status: 405, reason: 'The HTTP method is not allowed here' },
  ECHO_ID_CONFLICT: { status: 409, reason: 'This echoId was used for a different call' },
  VERSION_MISMATCH: { status: 409, reason: 'The message has a different version now' },
  ROOM_ARCHIVED: { status: 409, reason: 'The room is archived and read-only' },
  PIN_LIMIT: { status: 409, reason: `A conversation has at most ${maxPins} pinned messages` },
  ROOM_FULL: { status: 409, reason: 'The room has the maximum number of participants' },
  RECIPIENT_LIMIT: { status: 400, reason: 'The message has too many recipients' },
  REACTION_LIMIT: {
    status: 409,
    reason: `A message has reactions of at most ${maxEmoji} different emoji`,
  },
  IDENTITY_MISMATCH: { status: 409, reason: 'This identity belongs to another user' },
  EMAIL_TAKEN: { status: 409, reason: 'This e-mail address belongs to another user' },
  HOST_TAKEN: { status: 409, reason: 'This host name belongs to another hub' },
  TOO_LARGE: { status: 413, reason: 'The body or a file is larger than allowed' },
  INVALID_RANGE: { status: 416, reason: 'The file does not contain the requested range' },
  UNSUPPORTED_TYPE: { status: 415, reason: 'The method does not accept this Content-Type' },
  INVALID_ATTACHMENT: {
    status: 422,
    reason: 'One or more attachments are invalid or inaccessible',
  },
  RATE_LIMITED: { status: 429, reason: 'Too many calls; retry after the time in Retry-After' },
  INTERNAL_ERROR: { status: 500, reason: 'The service failed unexpectedly' },
  UNAVAILABLE: { status: 503, reason: 'The service is temporarily unavailable; retry later' },
} as const satisfies Record<string, { status: number; reason: string }>;

export type ErrorCode = keyof typeof errors;

/** The errors that any method may return without declaring them. */
export const generalErrors = [
  'INVALID_INPUT',
  'NOT_AUTHENTICATED',
  'PERMISSION_DENIED',
  'METHOD_NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'TOO_LARGE',
  'UNSUPPORTED_TYPE',
  'RATE_LIMITED',
  'INTERNAL_ERROR',
  'UNAVAILABLE',
] as const satisfies readonly ErrorCode[];

export type GeneralError = (typeof generalErrors)[number];

/** The errors that a method must declare to return them. */
export type DomainError = Exclude<ErrorCode, GeneralError>;

/**
 * The only error that a caller sees unchanged; any other becomes INTERNAL_ERROR or UNAVAILABLE.
 * Each of `details` is a sentence of the form "parameter: what is wrong".
 */
export class ServiceError extends Error {
  readonly code: ErrorCode;
  readonly details: readonly string[];
  /** Seconds after which the caller may retry, where that is known. */
  readonly retryAfter?: number;
  constructor(code: ErrorCode, details: readonly string[] = []) {
    super(code);
    this.code = code;
    this.details = details;
  }
}

/** Thrown when a rate limit is exceeded; `retryAfter` is in seconds. */
export class RateLimited extends ServiceError {
  override readonly retryAfter: number;
  constructor(retryAfter: number) {
    super('RATE_LIMITED', [`retry after ${retryAfter} s`]);
    this.retryAfter = retryAfter;
  }
}

/** Thrown when the service cannot work at present; `retryAfter` is in seconds. */
export class Unavailable extends ServiceError {
  override readonly retryAfter = 1;
  constructor(details: readonly string[]) {
    super('UNAVAILABLE', details);
  }
}

/** Thrown when too much work waits already. */
export class Busy extends Unavailable {
  constructor() {
    super(['too many calls are waiting; retry after 1 s']);
  }
}

/** The service cannot work at present, though nothing is wrong with the call. */
export class Outage extends Error {
  /** For the caller. */
  readonly details: readonly string[] = [];
}
