/** Fills the search forms of names that were stored before there were any. */
import type { RowDataPacket } from 'mysql2';
import { searchForm } from '../../acl/text/normal-form.ts';
import type { Connection } from '../connection/connect.ts';

/** Rows of one statement: few enough that its locks and its memory stay small. */
const rowsAtOnce = 500;

interface Names extends RowDataPacket {
  id: string;
  name: string;
}

/** Rows to fill: those of a table that match a condition. `name` is the expression of the name. */
interface Part {
  table: string;
  name: string;
  where: string;
  params: unknown[];
}

/** Fills a part in the order of its ids. What is filled already is skipped. */
async function fill(connection: Connection, { table, name, where, params }: Part): Promise<void> {
  for (let after = ''; ; ) {
    const [rows] = await connection.query<Names[]>(
      `SELECT id, ${name} AS name FROM ${table}
       WHERE ${where} AND id > ? AND search IS NULL ORDER BY id LIMIT ?`,
      [...params, after, rowsAtOnce],
    );
    const last = rows.at(-1);
    if (!last) return;
    const cases = rows.map(() => 'WHEN ? THEN ?').join(' ');
    await connection.query(
      `UPDATE ${table} SET search = CASE id ${cases} END WHERE ${where} AND id IN (?)`,
      [
        ...rows.flatMap((row) => [row.id, searchForm(row.name)]),
        ...params,
        rows.map(({ id }) => id),
      ],
    );
    after = last.id;
  }
}

export const fillUserSearch = (connection: Connection): Promise<void> =>
  fill(connection, {
    table: 'users',
    name: "CONCAT_WS(' ', NULLIF(firstname, ''), NULLIF(lastname, ''))",
    where: 'TRUE',
    params: [],
  });

/** Goes hub by hub, as the primary key does. Direct rooms have no name. */
export async function fillRoomSearch(connection: Connection): Promise<void> {
  const [hubs] = await connection.query<Names[]>('SELECT id FROM hubs ORDER BY id');
  for (const { id } of hubs)
    await fill(connection, {
      table: 'rooms',
      name: 'name',
      where: "hub_id = ? AND kind <> 'direct'",
      params: [id],
    });
}
