/** Keeps the suffixes by which names are found: see the table. */
import type { Statement } from '../connection/statements.ts';
import type { Transaction } from '../connection/transaction.ts';
import { type nameSuffixes, suffixLength } from '../tables/index.ts';

/** A room or a member of a hub. */
export type Named = Pick<typeof nameSuffixes.$inferInsert, 'hubId' | 'kind' | 'id'>;

/** Suffixes begin at so many of a name's first characters: few names are longer. */
const mostSuffixes = 128;

/** Returns the suffixes of a name's search form that are stored; with '' if more are not. */
export function suffixesOf(form: string): string[] {
  const characters = [...form];
  const found = new Set<string>();
  for (let at = 0; at < characters.length && at < mostSuffixes; at++)
    found.add(characters.slice(at, at + suffixLength).join(''));
  if (characters.length > mostSuffixes) found.add('');
  return [...found];
}

/** Returns what a stored suffix of each name begins with that contains a key. */
export const suffixOfKey = (form: string): string => [...form].slice(0, suffixLength).join('');

/** Returns the INSERT of the suffixes of search forms, if there are any. Stored ones stay. */
export const insertSuffixes = (names: readonly (Named & { form: string })[]): Statement[] => {
  const rows = names.flatMap(({ hubId, kind, id, form }) =>
    suffixesOf(form).map((suffix) => [hubId, kind, suffix, id]),
  );
  const sql = 'INSERT IGNORE INTO name_suffixes (hub_id, kind, suffix, id) VALUES ?';
  return rows.length > 0 ? [{ sql, params: [rows] }] : [];
};

/**
 * Queues the suffixes of a new name. `before`: the search form of the one that it replaces, whose
 * row is locked, so that nobody else replaces it.
 */
export function queueSuffixes(tx: Transaction, named: Named, form: string, before = ''): void {
  if (form === before) return;
  const kept = new Set(suffixesOf(form));
  const gone = suffixesOf(before).filter((suffix) => !kept.has(suffix));
  if (gone.length > 0)
    tx.atCommit({
      sql: `DELETE FROM name_suffixes
        WHERE hub_id = ? AND kind = ? AND suffix IN (?) AND id = ?`,
      params: [named.hubId, named.kind, gone, named.id],
    });
  tx.atCommit(...insertSuffixes([{ ...named, form }]));
}
