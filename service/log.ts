import { type Logger, pino } from 'pino';

export type { Logger };

/** One JSON line an entry, on standard error: standard output is for the person who started it. */
export const createLog = (level: string): Logger =>
  pino({ level, base: null, redact: ['token', 'password', '*.token', '*.password'] }, pino.destination(2));
