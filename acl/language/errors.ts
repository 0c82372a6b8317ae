/** Every error that leaves the service: its HTTP status and the sentence for people. Codes are matched on, sentences never. */
export const errors = {
  INVALID_INPUT: { status: 400, reason: 'A parameter is missing or has a bad value' },
  INVALID_CRITERIA: { status: 400, reason: 'The criteria or the order are not understood' },
  INVALID_CONTEXT: { status: 400, reason: 'The context is none that was answered here' },
  INVALID_OPTION: {
    status: 400,
    reason: "Option must be 'me' or 'all', and 'all' needs the right to delete for everyone",
  },
  INVALID_STATUS0: { status: 400, reason: "Status must be 'archived' or 'active'" },
  NOT_AUTHENTICATED: { status: 401, reason: 'A valid token, session or password is needed' },
  PERMISSION_DENIED: { status: 403, reason: 'You may not do this' },
  METHOD_NOT_FOUND: { status: 404, reason: 'There is no such method' },
  ROOM_NOT_FOUND: { status: 404, reason: 'Room does not exist' },
  CHANNEL_NOT_FOUND: { status: 404, reason: 'Channel does not exist' },
  MESSAGE_NOT_FOUND: { status: 404, reason: 'Message does not exist' },
  TAG_NOT_FOUND: { status: 404, reason: 'Tag does not exist' },
  FILE_NOT_FOUND: { status: 404, reason: 'File does not exist' },
  IDENTITY_NOT_FOUND: { status: 404, reason: 'Nobody has logged in with this before' },
  KEY_NOT_FOUND: { status: 404, reason: 'Key does not exist' },
  SESSION_NOT_FOUND: { status: 404, reason: 'Session does not exist' },
  INVALID_CONTACT: { status: 404, reason: 'Contact does not exist or is invalid' },
  INVALID_RECIPIENT: { status: 404, reason: 'One or more recipients do not exist' },
  INVALID_THREAD: { status: 404, reason: 'Thread ID does not exist' },
  INVALID_MESSAGES: { status: 404, reason: 'One or more message IDs do not exist' },
  NOT_ENABLED: { status: 403, reason: 'This feature is switched off' },
  METHOD_NOT_ALLOWED: { status: 405, reason: 'This cannot be called with this HTTP method' },
  ECHO_ID_CONFLICT: { status: 409, reason: 'This echoId was used for something else' },
  VERSION_MISMATCH: { status: 409, reason: 'The message has another version by now' },
  ROOM_ARCHIVED: { status: 409, reason: 'The room is archived and read-only' },
  PIN_LIMIT: { status: 409, reason: 'A room has at most five pins' },
  ROOM_FULL: { status: 409, reason: 'The room has as many participants as it may have' },
  RECIPIENT_LIMIT: { status: 400, reason: 'A message goes to fewer recipients than these' },
  REACTION_LIMIT: { status: 409, reason: 'A message has at most twenty different reactions' },
  IDENTITY_MISMATCH: { status: 409, reason: 'This identity belongs to another user' },
  EMAIL_TAKEN: { status: 409, reason: 'This e-mail address belongs to another user' },
  HOST_TAKEN: { status: 409, reason: 'This host name belongs to another hub' },
  TOO_LARGE: { status: 413, reason: 'The body or a file is larger than allowed' },
  INVALID_RANGE: { status: 416, reason: 'The file has no such part' },
  UNSUPPORTED_TYPE: { status: 415, reason: 'The Content-Type is not what this method takes' },
  INVALID_ATTACHMENT: {
    status: 422,
    reason: 'One or more attachments are invalid or inaccessible',
  },
  RATE_LIMITED: { status: 429, reason: 'Too many calls; wait as long as Retry-After says' },
  INTERNAL_ERROR: { status: 500, reason: 'Something went wrong on our side' },
  UNAVAILABLE: { status: 503, reason: 'The service cannot answer right now; try again' },
} as const satisfies Record<string, { status: number; reason: string }>;

export type ErrorCode = keyof typeof errors;

/** What any method may answer without declaring it. */
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

/** What a method declares when its subject calls for it. */
export type DomainError = Exclude<ErrorCode, GeneralError>;

/** The only error that is answered as it is. `details` say what was wrong, in sentences that name the parameter. */
export class ServiceError extends Error {
  readonly code: ErrorCode;
  readonly details: readonly string[];
  constructor(code: ErrorCode, details: readonly string[] = []) {
    super(code);
    this.code = code;
    this.details = details;
  }
}

/** Refused for now; seconds until it may succeed. */
export class RateLimited extends ServiceError {
  readonly retryAfter: number;
  constructor(retryAfter: number) {
    super('RATE_LIMITED', [`try again in ${retryAfter} s`]);
    this.retryAfter = retryAfter;
  }
}

/** The service cannot work at present, though nothing is wrong with the call. */
export class Outage extends Error {
  /** For the caller. */
  readonly details: readonly string[] = [];
}
