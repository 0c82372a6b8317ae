/** What a failed statement means for the call that sent it. */
export type Fault =
  /** Deadlock or changed record: nothing happened. */
  | 'conflict'
  | 'lockTimeout'
  | 'disconnected'
  /** The statement ran longer than its class may. */
  | 'timeout'
  /** There was no answer in time; it may still be run. */
  | 'unanswered'
  /** There was no connection in time; nothing was sent. */
  | 'unreachable'
  /** The disk or a table is full, or the server is read-only. */
  | 'readOnly'
  /** A unique key is taken. */
  | 'duplicate'
  | 'other';

/** Error numbers of MariaDB and MySQL. */
const faultOfNumber = new Map<number, Fault>([
  [1213, 'conflict'], // ER_LOCK_DEADLOCK
  [1020, 'conflict'], // ER_CHECKREAD
  [1205, 'lockTimeout'], // ER_LOCK_WAIT_TIMEOUT
  [1062, 'duplicate'], // ER_DUP_ENTRY
  [3, 'readOnly'], // EE_WRITE
  [1021, 'readOnly'], // ER_DISK_FULL
  [1026, 'readOnly'], // ER_ERROR_ON_WRITE
  [1114, 'readOnly'], // ER_RECORD_FILE_FULL
  [1290, 'readOnly'], // ER_OPTION_PREVENTS_STATEMENT
  [1836, 'readOnly'], // ER_READ_ONLY_MODE
  [3100, 'readOnly'], // ER_RUN_HOOK_ERROR
  [1969, 'timeout'], // ER_STATEMENT_TIMEOUT
  [3024, 'timeout'], // ER_QUERY_TIMEOUT
  [1053, 'disconnected'], // ER_SERVER_SHUTDOWN
  [1927, 'disconnected'], // ER_CONNECTION_KILLED
  [1040, 'disconnected'], // ER_CON_COUNT_ERROR
  [1041, 'disconnected'], // ER_OUT_OF_RESOURCES
  [1047, 'disconnected'], // ER_UNKNOWN_COM_ERROR: a node of a cluster that is not ready
  [1129, 'disconnected'], // ER_HOST_IS_BLOCKED
  [1135, 'disconnected'], // ER_CANT_CREATE_THREAD
  [1203, 'disconnected'], // ER_TOO_MANY_USER_CONNECTIONS
  [1226, 'disconnected'], // ER_USER_LIMIT_REACHED
  [1317, 'disconnected'], // ER_QUERY_INTERRUPTED
  [2006, 'disconnected'], // CR_SERVER_GONE_ERROR
  [2013, 'disconnected'], // CR_SERVER_LOST
]);

const disconnectedCodes = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTCONN',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
  'PROTOCOL_SEQUENCE_TIMEOUT',
]);

const faultOfCode = new Map<string, Fault>([
  ['NO_ANSWER', 'unanswered'],
  ['NO_CONNECTION', 'unreachable'],
]);

interface DriverError {
  errno?: number;
  code?: string;
  fatal?: boolean;
  cause?: unknown;
}

/** Returns what an error of the driver, or its cause, means. */
export function faultOf(error: unknown): Fault {
  if (!(error instanceof Error)) return 'other';
  const { errno = 0, code = '', fatal, cause } = error as DriverError;
  const fault = faultOfNumber.get(errno) ?? faultOfCode.get(code);
  if (fault) return fault;
  if (disconnectedCodes.has(code) || fatal) return 'disconnected';
  return cause ? faultOf(cause) : 'other';
}
