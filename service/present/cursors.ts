/** A place in a list that is ordered by a time and an id. */
export interface Place {
  ms: number;
  id: string;
}

export const cursorOf = ({ ms, id }: Place): string => `${ms}.${id}`;

export function readCursor(cursor: string): Place | undefined {
  const [, ms, id] = /^(\d{1,16})\.([0-9a-f-]{36})$/.exec(cursor) ?? [];
  return ms && id ? { ms: Number(ms), id } : undefined;
}
