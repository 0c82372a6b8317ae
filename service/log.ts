import { type Logger, pino } from 'pino';

export type { Logger };

/**
 * Returns what is logged of an error. A statement or a packet that it carries is left out, because
 * it may contain tokens and messages.
 */
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

type Output = Pick<NodeJS.WriteStream, 'write' | 'writableLength'>;

/** What may wait to be written. A reader that has stopped must not fill the memory. */
const mostWaitingBytes = 4 * 1024 * 1024;

/**
 * Creates the log: one JSON line for each entry, on standard error. Standard output is for the
 * person who started the service. Unlike pino's own destination, Node's stream goes on after a
 * write has failed. Lines are left out while too much waits.
 */
export const createLog = (level: string, output: Output = process.stderr): Logger =>
  pino(
    { level, base: null, serializers: { err: describe } },
    {
      write(line) {
        if (output.writableLength < mostWaitingBytes) output.write(line);
      },
    },
  );
