import { title } from '../../../acl/language/fields.ts';
import type { Pool } from '../../../db/connection/connect.ts';
import { extensionOf } from '../../../uploads/names.ts';
import { columns, takes } from './column-values.ts';
import { relations } from './relations.ts';

type Row = Record<string, unknown>;

const rowsOf = async (pool: Pool, sql: string, ...params: unknown[]): Promise<Row[]> =>
  (await pool.query(sql, params))[0] as Row[];
const shown = (row: Row): string =>
  JSON.stringify(row, (_, value) => (Buffer.isBuffer(value) ? value.toString() : value))?.slice(
    0,
    300,
  );

/** All stored values that no valid call could have stored. */
export async function auditStored(pool: Pool): Promise<string[]> {
  const found: string[] = [];
  for (const [table, tests] of Object.entries(columns)) {
    const names = Object.keys(tests);
    const wrong = new Map<string, number>();
    for (const row of await rowsOf(
      pool,
      `SELECT ${names.map((column) => `\`${column}\``).join(', ')} FROM \`${table}\``,
    )) {
      for (const column of names) {
        const value = row[column];
        if (tests[column]?.(Buffer.isBuffer(value) ? value.toString() : value)) continue;
        const times = (wrong.get(column) ?? 0) + 1;
        wrong.set(column, times);
        if (times <= 3)
          found.push(
            `${table}.${column} holds ${JSON.stringify(value)?.slice(0, 200)} in ${shown(row)}`,
          );
      }
    }
  }
  const rooms = await rowsOf(pool, "SELECT id, name FROM rooms WHERE kind = 'group'");
  for (const row of rooms)
    if (!takes(title)(row.name)) found.push(`rooms.name holds ${shown(row)}`);
  const files = await rowsOf(pool, 'SELECT id, file_name, extension FROM attachments');
  for (const row of files)
    if (extensionOf(String(row.file_name)) !== row.extension)
      found.push(`attachments.extension holds ${shown(row)}`);
  for (const [what, sql] of Object.entries(relations)) {
    const rows = await rowsOf(pool, sql);
    if (rows.length > 0) found.push(`${what}: ${rows.length}, such as ${shown(rows[0] as Row)}`);
  }
  return found;
}

/** Every row of one hub and of its users, as text. */
export async function snapshotOf(
  pool: Pool,
  hubId: string,
  userIds: readonly string[],
): Promise<Map<string, string>> {
  const tables = await rowsOf(
    pool,
    `SELECT table_name AS name FROM information_schema.columns WHERE table_schema = DATABASE()
      AND column_name = 'hub_id' AND table_name <> 'due_receipts'`,
  );
  const of = new Map<string, string>();
  const keep = async (name: string, sql: string, value: unknown) =>
    void of.set(
      name,
      JSON.stringify((await rowsOf(pool, sql, value)).map((row) => JSON.stringify(row)).sort()),
    );
  for (const { name: table } of tables)
    await keep(String(table), `SELECT * FROM \`${String(table)}\` WHERE hub_id = ?`, hubId);
  await keep('hubs', 'SELECT * FROM hubs WHERE id = ?', hubId);
  await keep('users', 'SELECT * FROM users WHERE id IN (?)', userIds);
  await keep('identities', 'SELECT * FROM identities WHERE user_id IN (?)', userIds);
  await keep('sessions of users', 'SELECT * FROM sessions WHERE user_id IN (?)', userIds);
  return of;
}
