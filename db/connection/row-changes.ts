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

/**
 * Changes of rows that wait for the commit. Rows of a table with changes of the same columns share
 * one UPDATE.
 */
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
    const alike = new Map<string, RowChange[]>();
    for (const change of this.#changes.values()) {
      const names = Object.keys(change.columns);
      if (names.length === 0) continue;
      const shape = [getTableName(change.table), ...names].join(' ');
      const group = alike.get(shape);
      if (group) group.push(change);
      else alike.set(shape, [change]);
    }
    return [...alike.values()].map(updateOf);
  }

  clear(): void {
    this.#changes.clear();
  }
}

const nameOf = (table: MySqlTable, key: object): string =>
  [getTableName(table), ...Object.values(key)].join(' ');

/** Returns the UPDATE of rows of one table, in which the same columns change. */
function updateOf(changes: readonly RowChange[]): Statement {
  const [{ table, key, columns }] = changes as readonly [RowChange, ...RowChange[]];
  const encoder = encoderOf(table);
  const keys = Object.keys(key);
  const differs = (name: string) => changes.some((change) => change.key[name] !== key[name]);
  const fixed = keys.filter((name) => !differs(name));
  const varying = keys.filter(differs);
  const keyOf = (change: RowChange) => varying.map((name) => encoder.value(name, change.key[name]));

  const params: unknown[] = [];
  const assignments = Object.keys(columns).map((name) => {
    const values = changes.map((change) => encoder.value(name, change.columns[name]));
    const column = encoder.column(name);
    if (values.every((value) => value === values[0])) {
      params.push(values[0]);
      return `${column} = ?`;
    }
    const isRow = varying.map((part) => `${encoder.column(part)} = ?`).join(' AND ');
    params.push(...changes.flatMap((change, index) => [...keyOf(change), values[index]]));
    return `${column} = CASE ${changes.map(() => `WHEN ${isRow} THEN ?`).join(' ')} END`;
  });
  const conditions = fixed.map((name) => {
    params.push(encoder.value(name, key[name]));
    return `${encoder.column(name)} = ?`;
  });
  if (varying.length > 0) {
    params.push(changes.map(keyOf));
    conditions.push(`(${varying.map(encoder.column).join(', ')}) IN (?)`);
  }
  return {
    sql: `UPDATE \`${getTableName(table)}\` SET ${assignments.join(', ')}
      WHERE ${conditions.join(' AND ')}`,
    params,
  };
}

/** Returns how names and values of a table are written. */
function encoderOf(table: MySqlTable) {
  const declared = getTableColumns(table);
  const find = (name: string) => {
    const column = declared[name];
    if (!column) throw new Error(`${getTableName(table)} has no column ${name}`);
    return column;
  };
  return {
    column: (name: string): string => `\`${find(name).name}\``,
    value: (name: string, value: unknown): unknown =>
      value === null ? null : find(name).mapToDriverValue(value),
  };
}
