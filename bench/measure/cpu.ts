import { readFileSync } from 'node:fs';

/** The kernel counts the time of a process in hundredths of a second. */
const microsecondsPerTick = 10_000;

/** Returns the CPU time that a process has used so far, in µs, with all its threads. */
export function cpuOf(pid: number): number {
  const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name before may contain spaces; user and system time are the 14th and 15th field.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * microsecondsPerTick;
}
