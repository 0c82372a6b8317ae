/** What a failed statement means for the call that sent it. */
export type Fault = 'conflict' | 'waited' | 'lost' | 'full' | 'duplicate' | 'other';

// 1213 deadlock, 1020 record changed since last read: nothing happened, do it again.
const conflicts = new Set([1213, 1020]);
// Shutdown under way, killed connection, too many connections, server gone (as an error packet).
const losses = new Set([1053, 1927, 1040, 1317, 2006, 2013]);
// Disk or table full, server read-only.
const shortages = new Set([1021, 1114, 1290, 1836, 3100]);
const broken = new Set([
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

interface DriverError {
  errno?: number;
  code?: string;
  fatal?: boolean;
  cause?: unknown;
}

export function faultOf(error: unknown): Fault {
  if (!(error instanceof Error)) return 'other';
  const { errno = 0, code = '', fatal, cause } = error as DriverError;
  if (conflicts.has(errno)) return 'conflict';
  // Lock wait timeout.
  if (errno === 1205) return 'waited';
  if (errno === 1062) return 'duplicate';
  if (shortages.has(errno)) return 'full';
  if (losses.has(errno) || broken.has(code) || fatal) return 'lost';
  return cause ? faultOf(cause) : 'other';
}
