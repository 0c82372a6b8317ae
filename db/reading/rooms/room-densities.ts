/**
 * How the conversations of a member are found, by last activity: by the member's rows, which reads
 * all of them, or by the newest rooms of the hub, as many as contained an earlier page. The second
 * is better for members of many of a hub's rooms.
 */

/** A list of a member's conversations, as one of its pages was. */
export interface Density {
  /** The number of the member's rooms, up to `mostCounted`. */
  rooms: number;
  /** So many of the hub's newest rooms contained the page, for each row of it. */
  roomsForRow: number;
}

/** A member of more rooms is counted as one of this many. */
export const mostCounted = 2000;

/** One of the newest rooms costs about as much as this many of the member's. */
const costOfNewest = 2;

/** More than so many of the newest rooms are not read for a page: all their details are. */
export const mostNewest = 500;

/** Whether a page that ends after so many rows may be in few enough of the newest rooms. */
export const mayBeDense = (rooms: number, rowsOfPage: number): boolean =>
  rowsOfPage <= mostNewest && costOfNewest * rowsOfPage <= rooms;

const spareRooms = 5;
const spareFactor = 1.25;

/**
 * Returns how many of the hub's newest rooms to read for a page that ends after so many rows;
 * undefined: the member's rows.
 */
export function depthFor({ rooms, roomsForRow }: Density, rowsOfPage: number): number | undefined {
  const ofOthers = rowsOfPage * (roomsForRow - 1);
  const depth = Math.ceil(rowsOfPage + spareFactor * ofOthers) + spareRooms;
  return depth <= mostNewest && costOfNewest * depth <= rooms ? depth : undefined;
}

/** For so many pages of a list: both numbers change. */
const pagesKept = 50;
const maxKept = 20_000;

const kept = new Map<string, Density & { pagesLeft: number }>();

export const densities = {
  /** Returns what is known of a list, for one page of it. */
  use(list: string): Density | undefined {
    const density = kept.get(list);
    if (!density) return undefined;
    density.pagesLeft -= 1;
    if (density.pagesLeft === 0) kept.delete(list);
    return density;
  },

  keep(list: string, density: Density): void {
    kept.delete(list);
    kept.set(list, { ...density, pagesLeft: pagesKept });
    for (const oldest of kept.keys()) {
      if (kept.size <= maxKept) break;
      kept.delete(oldest);
    }
  },
};
