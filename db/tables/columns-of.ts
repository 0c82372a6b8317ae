import { getTableColumns } from 'drizzle-orm';
import type { MySqlTable } from 'drizzle-orm/mysql-core';

type RowOf<T extends MySqlTable> = T['$inferSelect'];
type NameOf<T extends MySqlTable> = keyof RowOf<T> & string;

/** Columns of a table for a SELECT in plain SQL. */
export interface Columns<Row> {
  /** The SELECT list: `m.id, m.room_id AS roomId, …`. */
  readonly list: string;
  /** Decodes these columns of a result row (booleans, JSON) in place; others are unchanged. */
  decode<R extends Row>(row: R): R;
}

/** The row that columns are decoded to. */
export type Selected<C> = C extends Columns<infer Row> ? Row : never;

/**
 * Returns a table's columns, or those named `only`, or all but those named `except`.
 * `alias` is the table's name in the query; `as` gives SQL expressions to select in place of
 * columns.
 */
export function columnsOf<
  T extends MySqlTable,
  Only extends NameOf<T> = NameOf<T>,
  Except extends NameOf<T> = never,
>(
  table: T,
  options: {
    alias?: string;
    only?: readonly Only[];
    except?: readonly Except[];
    as?: { [Name in Only]?: string };
  } = {},
): Columns<Pick<RowOf<T>, Exclude<Only, Except>>> {
  const { alias, only, except } = options;
  const as: Record<string, string | undefined> = options.as ?? {};
  const chosen = Object.entries(getTableColumns(table)).filter(
    ([name]) => !except?.some((one) => one === name) && (only?.some((one) => one === name) ?? true),
  );
  const prefix = alias === undefined ? '' : `${alias}.`;
  const list = chosen.map(([name, column]) => {
    const sql = as[name] ?? `${prefix}${column.name}`;
    return sql === `${prefix}${name}` ? sql : `${sql} AS ${name}`;
  });
  const encoded = chosen.filter(([, { dataType }]) => ['boolean', 'custom'].includes(dataType));
  return {
    list: list.join(', '),
    decode(row) {
      const values: Record<string, unknown> = row;
      for (const [name, column] of encoded)
        if (values[name] !== null) values[name] = column.mapFromDriverValue(values[name]);
      return row;
    },
  };
}
