/** A position in a list that is ordered by a time and then by an id. */
export interface Position {
  /** Unix milliseconds. */
  ms: number;
  id: string;
}

/** A position before every row of an ascending list. */
export const listStart: Position = { ms: -1, id: '' };

export const cursorOf = ({ ms, id }: Position): string => `${ms}.${id}`;

/** Returns the position of a cursor, or undefined for one that this service cannot have issued. */
export function readCursor(cursor: string): Position | undefined {
  const [, ms, id] = /^(\d{1,16})\.([0-9a-f-]{36})$/.exec(cursor) ?? [];
  return ms && id ? { ms: Number(ms), id } : undefined;
}
