/**
 * How the newest conversations of a member are found: by the member's rows, which reads all of
 * them, or by the newest rooms of the hub, which reads as many as it must until enough of them are
 * the member's. The second is better for members of many of a hub's rooms, and is never taken
 * without having filled a page.
 */

/** How many of the hub's newest rooms are read, and for members of at least how many rooms. */
const depths = [200, 2000];

/** A member of more rooms is counted as one of this many. */
export const mostCounted = Math.max(...depths);

/** After so many pages by the member's rows it is tried again whether fewer reads do. */
const pagesUntilRetry = 50;

const maxKept = 20_000;

interface Density {
  /** The number of the member's rooms, up to `mostCounted`. */
  rooms: number;
  /** Smaller depths have not filled a page. */
  least: number;
  pagesLeft: number;
}

const kept = new Map<string, Density>();

export const densities = {
  /** Whether the member of a list has been counted. */
  isKnown: (list: string): boolean => kept.has(list),

  /**
   * Returns how many of the hub's newest rooms to read for a page that ends after so many of the
   * member's; undefined: the member's rows.
   */
  depthFor(list: string, conversations: number): number | undefined {
    const { rooms, least } = kept.get(list) ?? { rooms: 0, least: 0 };
    return depths.find((depth) => depth >= Math.max(least, 2 * conversations) && depth <= rooms);
  },

  /** Keeps the number of rooms of the member of a list. */
  count(list: string, rooms: number): void {
    kept.delete(list);
    kept.set(list, { rooms, least: 0, pagesLeft: pagesUntilRetry });
    for (const oldest of kept.keys()) {
      if (kept.size <= maxKept) break;
      kept.delete(oldest);
    }
  },

  /** Too few of so many of the newest rooms were the member's. */
  miss(list: string, depth: number): void {
    const density = kept.get(list);
    if (density) density.least = depth + 1;
  },

  /** A page was read by the member's rows. */
  readOwnRows(list: string): void {
    const density = kept.get(list);
    if (!density) return;
    density.pagesLeft -= 1;
    if (density.pagesLeft <= 0) kept.delete(list);
  },
};
