import { createHash } from 'node:crypto';

/** Returns an id of version 7: the same for the same thing and time, and rising with the time. */
export function idOf(thing: string, ms: number): string {
  const time = ms.toString(16).padStart(12, '0');
  const rest = createHash('md5').update(thing).digest('hex');
  return [
    time.slice(0, 8),
    time.slice(8),
    `7${rest.slice(0, 3)}`,
    `8${rest.slice(3, 6)}`,
    rest.slice(6, 18),
  ].join('-');
}

/** Returns the same as SQL, from expressions. */
export function idSql(thing: string, ms: string): string {
  const time = `LPAD(LOWER(HEX(${ms})), 12, '0')`;
  const rest = (from: number, length: number) => `SUBSTR(MD5(${thing}), ${from}, ${length})`;
  const head = `SUBSTR(${time}, 1, 8), '-', SUBSTR(${time}, 9), '-7', ${rest(1, 3)}`;
  return `CONCAT(${head}, '-8', ${rest(4, 3)}, '-', ${rest(7, 12)})`;
}
