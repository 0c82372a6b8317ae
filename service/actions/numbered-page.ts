import { ServiceError } from '../../acl/language/errors.ts';
import { maxSkippedRows } from '../../acl/language/limits.ts';

/** A part of a list: how many rows are left out before it, and how many it has at most. */
interface Part {
  offset: number;
  limit: number;
}

/**
 * Returns a part of a list from `list`. Skipping costs as much as reading, so that a part beyond
 * `maxSkippedRows` is refused with INVALID_INPUT; beyond the end of a list it is empty. `cursor` is
 * the parameter that reads such rows.
 */
export async function numberedPage<P extends Part, Row>(
  part: P,
  cursor: string,
  list: (part: P) => Promise<Row[]>,
): Promise<Row[]> {
  if (part.offset <= maxSkippedRows) return list(part);
  const [beyond] = await list({ ...part, offset: maxSkippedRows, limit: 1 });
  if (!beyond) return [];
  throw new ServiceError('INVALID_INPUT', [
    `page: skips more than ${maxSkippedRows} rows; continue from a row with ${cursor}`,
  ]);
}
