export interface ByteRange {
  start: number;
  /** Included. */
  end: number;
}

/**
 * Returns the part of a file of `size` bytes that a Range header names. Undefined stands for the
 * whole file, also for several parts at once and for headers that are malformed; null for a part
 * outside the file.
 */
export function parseRange(header: string, size: number): ByteRange | undefined | null {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header.replaceAll(' ', '')) ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return undefined;
  const start = from === '' ? Math.max(size - Number(to), 0) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (from !== '' && to !== '' && Number(to) < start) return undefined;
  return start > end ? null : { start, end };
}

/**
 * Whether the caller has a copy with this ETag already. Cache-Control is not looked at: browsers
 * that revalidate send no-cache too, and want no bytes.
 */
export const hasCopy = (ifNoneMatch: string, etag: string): boolean =>
  ifNoneMatch
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
    .some((tag) => tag === '*' || tag === etag);
