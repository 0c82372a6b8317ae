/** Fills the suffixes of names that were stored before there were any. */
import type { RowDataPacket } from 'mysql2';
import type { Connection } from '../connection/connect.ts';
import { insertSuffixes, type Named } from '../rows/name-suffixes.ts';
import { suffixLength } from '../tables/index.ts';

/** Names of one statement, which inserts ten or twenty rows for each. */
const namesAtOnce = 500;

interface Name extends RowDataPacket {
  hubId: string;
  id: string;
  form: string;
}

/** Whether a name has no suffixes. They are inserted together: it is enough to find the first. */
const isMissing = (kind: Named['kind'], hubId: string, id: string, search: string): string =>
  `NOT EXISTS (SELECT 1 FROM name_suffixes s
     WHERE s.hub_id = ${hubId} AND s.kind = '${kind}' AND s.id = ${id}
       AND s.suffix = CAST(LEFT(CONVERT(${search} USING utf8mb4), ${suffixLength}) AS BINARY))`;

/** The names of a kind without suffixes that follow one of them in the order of their table. */
const following: Readonly<Record<Named['kind'], string>> = {
  room: `SELECT r.hub_id AS hubId, r.id, CONVERT(r.search USING utf8mb4) AS form
    FROM rooms r FORCE INDEX (PRIMARY)
    WHERE (r.hub_id > ? OR (r.hub_id = ? AND r.id > ?)) AND r.search <> ''
      AND ${isMissing('room', 'r.hub_id', 'r.id', 'r.search')}
    ORDER BY r.hub_id, r.id LIMIT ?`,
  member: `SELECT m.hub_id AS hubId, m.user_id AS id, CONVERT(u.search USING utf8mb4) AS form
    FROM members m FORCE INDEX (PRIMARY) STRAIGHT_JOIN users u ON u.id = m.user_id
    WHERE (m.hub_id > ? OR (m.hub_id = ? AND m.user_id > ?)) AND u.search <> ''
      AND ${isMissing('member', 'm.hub_id', 'm.user_id', 'u.search')}
    ORDER BY m.hub_id, m.user_id LIMIT ?`,
};

/** Fills the suffixes of all names. A run after one that was cut short skips what that has done. */
export async function fillSuffixes(connection: Connection): Promise<void> {
  for (const kind of ['room', 'member'] as const)
    for (let last: Pick<Name, 'hubId' | 'id'> | undefined = { hubId: '', id: '' }; last; )
      last = await fillAfter(connection, kind, last);
}

/** Fills those of the next names; returns the last of them. */
async function fillAfter(
  connection: Connection,
  kind: Named['kind'],
  { hubId, id }: Pick<Name, 'hubId' | 'id'>,
): Promise<Name | undefined> {
  const [names] = await connection.query<Name[]>(following[kind], [hubId, hubId, id, namesAtOnce]);
  for (const { sql, params } of insertSuffixes(names.map((name) => ({ ...name, kind }))))
    await connection.query(sql, [...params]);
  return names.at(-1);
}
