/** Finding names that contain a key: by their suffixes if few do, else by comparing each name. */
import { searchForm } from '../../acl/text/normal-form.ts';
import type { Part } from '../connection/statements.ts';
import type { Hub } from '../connection/transaction.ts';
import { beginning } from '../rows/like.ts';
import { type Named, suffixOfKey } from '../rows/name-suffixes.ts';

/** At most so many names are found by suffixes. If more contain a key, a walk soon fills a page. */
const mostFound = 1000;

/** SELECTs of the ids of names that may contain a key, each once. No other name contains it. */
export type FoundNames = Readonly<Record<Named['kind'], Part>>;

/**
 * Returns what `read` returns for names that contain a key. `read` gets the found names, or nothing
 * if more of these kinds contain the key than are found: then it must compare all. That takes a
 * second round trip, the first time that a key turns out to be frequent.
 */
export async function readNamed<Row>(
  hub: Hub,
  key: string,
  kinds: readonly Named['kind'][],
  read: (found?: FoundNames) => Promise<Row[]>,
): Promise<Row[]> {
  const suffix = suffixOfKey(searchForm(key));
  const search = [hub.id, ...kinds, suffix].join(' ');
  if (suffix === '' || frequentKeys.has(search)) return read();
  const found = { room: findIn(hub, 'room', suffix), member: findIn(hub, 'member', suffix) };
  const [rows, isFrequent] = await Promise.all([read(found), areMore(hub, kinds, found)]);
  if (!isFrequent) return rows;
  frequentKeys.add(search);
  return read();
}

/** Selects one more than are found, which says that the key is frequent. */
const findIn = (hub: Hub, kind: Named['kind'], suffix: string): Part => [
  `SELECT DISTINCT id FROM name_suffixes
   WHERE hub_id = ? AND kind = ? AND (suffix LIKE ? OR suffix = '') LIMIT ?`,
  ...[hub.id, kind, beginning(suffix), mostFound + 1],
];

/** Whether names of these kinds are left out, because there are too many. */
async function areMore(
  hub: Hub,
  kinds: readonly Named['kind'][],
  found: FoundNames,
): Promise<boolean> {
  const params = kinds.flatMap((kind) => found[kind].slice(1));
  const [row] = await hub.read<{ count: number }>(
    `SELECT COUNT(*) AS count
     FROM (${kinds.map((kind) => `(${found[kind][0]})`).join(' UNION ALL ')}) f`,
    params,
  );
  return (row?.count ?? 0) > mostFound;
}

/** A frequent key is looked up by suffixes again after so many searches: names may be fewer. */
const searchesUntilRetry = 100;
const maxKept = 10_000;

/** Searches, by hub, kinds and suffix, whose key many names contain. */
const frequentKeys = {
  /** How many more searches compare all names. */
  searchesLeft: new Map<string, number>(),
  has(search: string): boolean {
    const left = this.searchesLeft.get(search) ?? 0;
    this.searchesLeft.delete(search);
    if (left > 0) this.searchesLeft.set(search, left - 1);
    return left > 0;
  },
  add(search: string): void {
    this.searchesLeft.set(search, searchesUntilRetry);
    for (const oldest of this.searchesLeft.keys()) {
      if (this.searchesLeft.size <= maxKept) break;
      this.searchesLeft.delete(oldest);
    }
  },
};
