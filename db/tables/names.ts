/** Where names are found by any part of them. */
import { mysqlTable, primaryKey } from 'drizzle-orm/mysql-core';
import { ascii, bytes, uuid } from './columns.ts';

/** Characters of a suffix that are stored. */
export const suffixLength = 16;

/**
 * The suffixes of the search forms of a hub's names: of its groups and channels, and of all its
 * members, also former ones. What contains a key has a suffix that begins with it. A suffix begins
 * at each of the first characters of a name: see suffixesOf.
 */
export const nameSuffixes = mysqlTable(
  'name_suffixes',
  {
    hubId: uuid('hub_id').notNull(),
    kind: ascii(6)('kind').$type<'room' | 'member'>().notNull(),
    /** Its first characters. Empty: the name is so long that any key may be in its rest. */
    suffix: bytes(4 * suffixLength)('suffix').notNull(),
    /** Of the room or the user. */
    id: uuid('id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.hubId, t.kind, t.suffix, t.id] })],
);
