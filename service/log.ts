import { type Logger, pino } from 'pino';

export type { Logger };

/** What may be logged of an error: never the statement or the packet that it carries, for they hold tokens and messages. */
function describe(error: Error & { code?: string; errno?: number; sqlState?: string }): object {
  const inner =
    error.cause instanceof Error && /query/i.test(error.name + error.message.slice(0, 20))
      ? error.cause
      : error;
  const { name, code, errno } = inner as typeof error;
  const isSql =
    (inner as { sql?: unknown }).sql !== undefined || inner.message.startsWith('Failed query');
  const at = inner.stack
    ?.split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
  const { code: causedBy, syscall } = (error.cause ?? {}) as NodeJS.ErrnoException;
  const cause = causedBy && { code: causedBy, syscall };
  return {
    type: name,
    code,
    errno,
    cause,
    message: isSql ? code : inner.message.slice(0, 500),
    stack: at,
  };
}

/** One JSON line an entry, on standard error: standard output is for the person who started it. */
export const createLog = (level: string): Logger =>
  pino({ level, base: null, serializers: { err: describe } }, pino.destination(2));
