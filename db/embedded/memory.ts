import { totalmem } from 'node:os';

/** What the embedded database may use, in MiB. */
export interface DatabaseMemory {
  /** Of data and indexes that are kept in memory. */
  bufferPool: number;
  /** Of the redo log on the disk: the larger, the fewer pages are written twice. */
  log: number;
}

const mib = 1024 * 1024;

const between = (least: number, value: number, most: number): number =>
  Math.max(least, Math.min(value, most));

/** Memory that this process may use: that of the machine, or the limit of its container. */
const availableBytes = (): number => {
  // Without a limit it is 0, or more than any machine has.
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
};

/**
 * Returns what is configured, and otherwise a buffer pool of a quarter of the memory, from 128 MiB
 * to 4 GiB, and a log of a sixteenth of that, from 32 to 256 MiB.
 */
export function memoryFor(
  configured: Partial<DatabaseMemory> = {},
  bytes = availableBytes(),
): DatabaseMemory {
  const bufferPool = configured.bufferPool ?? between(128, Math.floor(bytes / mib / 4), 4096);
  return { bufferPool, log: configured.log ?? between(32, Math.floor(bufferPool / 16), 256) };
}
