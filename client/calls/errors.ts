import type { CallFailure, ErrorCode, MethodName } from './types.ts';

/** The body of an error, as the service writes it. */
export interface Refusal {
  error: ErrorCode;
  reason: string;
  details: string[];
  request_id?: string;
}

/** The service refused a call. Match on `code`; the message is for people. */
export class CallError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'CallError';
  readonly code: Code;
  /** The HTTP status. */
  readonly status: number;
  /** Sentences of the form "parameter: what is wrong". */
  readonly details: readonly string[];
  /** Seconds to wait before the next attempt, where the service names them. */
  readonly retryAfter: number | undefined;
  /** Names the call in the log of the service. */
  readonly requestId: string | undefined;

  constructor(status: number, body: Refusal & { error: Code }, retryAfter?: number) {
    super([body.reason, ...body.details].join(': '));
    this.code = body.error;
    this.status = status;
    this.details = body.details;
    this.retryAfter = retryAfter;
    this.requestId = body.request_id;
  }
}

/**
 * There was no answer: no connection, a time limit, or a reply that was cut short. The call may
 * have taken effect.
 */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

/**
 * Returns whether the method refused the call; the codes that it may have are then a closed union:
 *
 *     catch (error) { if (isRefusal('chat.post', error)) switch (error.code) { … } }
 */
export const isRefusal = <N extends MethodName>(
  _method: N,
  error: unknown,
): error is CallError<CallFailure<N>> => error instanceof CallError;
