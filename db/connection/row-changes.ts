import { getTableColumns, getTableName } from 'drizzle-orm';
import type { MySqlTable } from 'drizzle-orm/mysql-core';
import type { Statement } from './statements.ts';

/** A row by its primary key, in the names of the table's declaration. */
type Key<T extends MySqlTable> = Partial<T['$inferSelect']>;

interface RowChange {
  table: MySqlTable;
  key: Record<string, unknown>;
  columns: Record<string, unknown>;
}

/** Changes of rows that wait for the commit. Each row gets one UPDATE, of its changed columns. */
export class RowChanges {
  readonly #changes = new Map<string, RowChange>();

  merge<T extends MySqlTable>(table: T, key: Key<T>, columns: Partial<T['$inferSelect']>): void {
    const name = nameOf(table, key);
    const change = this.#changes.get(name) ?? { table, key, columns: {} };
    for (const [column, value] of Object.entries(columns))
      if (value !== undefined) change.columns[column] = value;
    this.#changes.set(name, change);
  }

  /** Returns the changes of a row so far. */
  of<T extends MySqlTable>(table: T, key: Key<T>): Readonly<Record<string, unknown>> {
    return this.#changes.get(nameOf(table, key))?.columns ?? {};
  }

  toStatements(): Statement[] {
    const changed = [...this.#changes.values()];
    return changed.filter(({ columns }) => Object.keys(columns).length > 0).map(updateOf);
  }

  clear(): void {
    this.#changes.clear();
  }
}

const nameOf = (table: MySqlTable, key: object): string =>
  [getTableName(table), ...Object.values(key)].join(' ');

function updateOf({ table, key, columns }: RowChange): Statement {
  const declared = getTableColumns(table);
  const params: unknown[] = [];
  const equals = ([name, value]: [string, unknown]): string => {
    const column = declared[name];
    if (!column) throw new Error(`${getTableName(table)} has no column ${name}`);
    params.push(value === null ? null : column.mapToDriverValue(value));
    return `\`${column.name}\` = ?`;
  };
  const assignments = Object.entries(columns).map(equals).join(', ');
  const conditions = Object.entries(key).map(equals).join(' AND ');
  return {
    sql: `UPDATE \`${getTableName(table)}\` SET ${assignments} WHERE ${conditions}`,
    params,
  };
}
