import { type ErrorCode, ServiceError } from '../../acl/language/errors.ts';

/** The status and reason code of each error, by the name that brainCloud's clients have for it. */
export const reasons = {
  INVALID_REQUEST: { status: 403, code: 40001 },
  MALFORMED: { status: 400, code: 40001 },
  UNEXPECTED: { status: 500, code: 40001 },
  SWITCHING_PROFILES: { status: 202, code: 40207 },
  MISSING_IDENTITY: { status: 202, code: 40206 },
  MISSING_PROFILE: { status: 202, code: 40208 },
  SECURITY_ERROR: { status: 403, code: 40209 },
  BAD_SIGNATURE: { status: 403, code: 40301 },
  USER_SESSION_EXPIRED: { status: 403, code: 40303 },
  NO_SESSION: { status: 403, code: 40304 },
  TOKEN_DOES_NOT_MATCH_USER: { status: 403, code: 40307 },
  INVALID_APP_ID: { status: 403, code: 40316 },
  INVALID_OPERATION: { status: 400, code: 40333 },
  INSUFFICIENT_PERMISSIONS: { status: 403, code: 40346 },
  MISSING_REQUIRED_PARAMETER: { status: 400, code: 40358 },
  INVALID_PARAMETER_TYPE: { status: 400, code: 40359 },
  SERVER_SESSION_EXPIRED: { status: 403, code: 40365 },
  DECODE_CONTEXT: { status: 400, code: 40383 },
  INVALID_QUERY_CONTEXT: { status: 400, code: 40384 },
  INVALID_SORT: { status: 400, code: 40386 },
  MESSAGE_NOT_FOUND: { status: 400, code: 40595 },
  MESSAGE_VERSION_MISMATCH: { status: 400, code: 40598 },
  MESSAGE_TOO_LARGE: { status: 400, code: 40600 },
  FEATURE_NOT_ENABLED: { status: 403, code: 40601 },
  CHANNEL_NOT_FOUND: { status: 400, code: 40603 },
  MISSING_LAST_PACKET_RESPONSE: { status: 403, code: 40605 },
  PACKET_IN_PROGRESS: { status: 503, code: 40606 },
  DUPLICATE_PACKET_ID: { status: 400, code: 40730 },
  CLOUD_CODE_ONLY_METHOD: { status: 403, code: 40616 },
  INVALID_HEADER_APP_ID: { status: 403, code: 40610 },
  MESSAGE_FROM_INVALID: { status: 400, code: 40617 },
  MESSAGE_FROM_NAME_MISSING: { status: 400, code: 40618 },
  MESSAGING_MAX_RECIPIENTS_EXCEEDED: { status: 400, code: 40621 },
  INVALID_PARAMETER_VALUE: { status: 400, code: 40660 },
  RATE_LIMITED: { status: 429, code: 40001 },
} as const satisfies Record<string, { status: number; code: number }>;
export type Reason = keyof typeof reasons;

/** An error that is sent with a brainCloud reason code. */
export class Refusal extends Error {
  readonly reason: Reason;
  constructor(reason: Reason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** The body of an error. */
export interface ErrorResponse {
  status: number;
  reason_code: number;
  status_message: string;
  severity: 'ERROR';
}

/** Presents an error of one message, or of a whole packet (`bundle`). */
export function presentRefusal(
  { reason, message }: Refusal,
  subject: 'message' | 'bundle' = 'message',
): ErrorResponse {
  const { status, code } = reasons[reason];
  return {
    status,
    reason_code: code,
    status_message: `Processing exception (${subject}): ${message}`,
    severity: 'ERROR',
  };
}

/** The reason of each of our errors. */
export const reasonOf = {
  INVALID_INPUT: 'INVALID_PARAMETER_VALUE',
  INVALID_CRITERIA: 'INVALID_QUERY_CONTEXT',
  INVALID_CONTEXT: 'DECODE_CONTEXT',
  INVALID_OPTION: 'INVALID_PARAMETER_VALUE',
  INVALID_STATUS0: 'INVALID_PARAMETER_VALUE',
  NOT_AUTHENTICATED: 'NO_SESSION',
  PERMISSION_DENIED: 'INSUFFICIENT_PERMISSIONS',
  METHOD_NOT_FOUND: 'INVALID_OPERATION',
  ROOM_NOT_FOUND: 'INVALID_PARAMETER_VALUE',
  CHANNEL_NOT_FOUND: 'CHANNEL_NOT_FOUND',
  MESSAGE_NOT_FOUND: 'MESSAGE_NOT_FOUND',
  TAG_NOT_FOUND: 'INVALID_PARAMETER_VALUE',
  FILE_NOT_FOUND: 'INVALID_PARAMETER_VALUE',
  IDENTITY_NOT_FOUND: 'MISSING_PROFILE',
  KEY_NOT_FOUND: 'INVALID_PARAMETER_VALUE',
  SESSION_NOT_FOUND: 'INVALID_PARAMETER_VALUE',
  INVALID_CONTACT: 'INVALID_PARAMETER_VALUE',
  INVALID_RECIPIENT: 'INVALID_PARAMETER_VALUE',
  INVALID_THREAD: 'INVALID_PARAMETER_VALUE',
  INVALID_MESSAGES: 'INVALID_PARAMETER_VALUE',
  NOT_ENABLED: 'FEATURE_NOT_ENABLED',
  METHOD_NOT_ALLOWED: 'INVALID_OPERATION',
  ECHO_ID_CONFLICT: 'DUPLICATE_PACKET_ID',
  VERSION_MISMATCH: 'MESSAGE_VERSION_MISMATCH',
  ROOM_ARCHIVED: 'INSUFFICIENT_PERMISSIONS',
  PIN_LIMIT: 'INVALID_PARAMETER_VALUE',
  ROOM_FULL: 'INSUFFICIENT_PERMISSIONS',
  RECIPIENT_LIMIT: 'MESSAGING_MAX_RECIPIENTS_EXCEEDED',
  REACTION_LIMIT: 'INVALID_PARAMETER_VALUE',
  IDENTITY_MISMATCH: 'SWITCHING_PROFILES',
  EMAIL_TAKEN: 'INVALID_PARAMETER_VALUE',
  HOST_TAKEN: 'INVALID_PARAMETER_VALUE',
  TOO_LARGE: 'MESSAGE_TOO_LARGE',
  INVALID_RANGE: 'INVALID_PARAMETER_VALUE',
  UNSUPPORTED_TYPE: 'MALFORMED',
  INVALID_ATTACHMENT: 'INVALID_PARAMETER_VALUE',
  RATE_LIMITED: 'RATE_LIMITED',
  INTERNAL_ERROR: 'UNEXPECTED',
  UNAVAILABLE: 'PACKET_IN_PROGRESS',
} as const satisfies Record<ErrorCode, Reason>;

/** Translates any error; those that are not meant for clients become UNEXPECTED. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (!(error instanceof ServiceError)) return new Refusal('UNEXPECTED', 'internal error');
  const details = error.details.join('; ');
  const isAboutSort = error.code === 'INVALID_CRITERIA' && details.startsWith('sort');
  return new Refusal(isAboutSort ? 'INVALID_SORT' : reasonOf[error.code], details || error.code);
}
