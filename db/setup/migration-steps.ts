import type { RowDataPacket } from 'mysql2';
import type { Connection } from '../connection/connect.ts';

/** Made before the migrations: the table has the shape that they declare. */
const createTable = `CREATE TABLE IF NOT EXISTS migration_steps (
  name VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  done_ms BIGINT NOT NULL)`;

const nowMs = 'ROUND(UNIX_TIMESTAMP(NOW(3)) * 1000)';

/** Errors of a statement that changes the schema, when it has run before. */
const alreadyDone = new Set([
  1050, // ER_TABLE_EXISTS_ERROR
  1060, // ER_DUP_FIELDNAME
  1061, // ER_DUP_KEYNAME
  1068, // ER_MULTIPLE_PRI_KEY
  1091, // ER_CANT_DROP_FIELD_OR_KEY
]);

export const changesRows = (statement: string): boolean =>
  /^\s*(INSERT|UPDATE|DELETE|REPLACE)\b/i.test(statement);

/**
 * The steps of migrations, each noted by itself. What changes rows is noted in its transaction.
 * What changes the schema commits by itself, so it is noted as begun before it, and as done after
 * it: one that was begun may have run already.
 */
export class MigrationSteps {
  readonly #connection: Connection;
  /** Names of steps, and when they were done in Unix milliseconds; 0: begun. */
  readonly #doneMs: Map<string, number>;
  /** A service without such notes may have begun any step. */
  readonly #mayHaveBegun: boolean;

  private constructor(
    connection: Connection,
    doneMs: Map<string, number>,
    { mayHaveBegun }: { mayHaveBegun: boolean },
  ) {
    this.#connection = connection;
    this.#doneMs = doneMs;
    this.#mayHaveBegun = mayHaveBegun;
  }

  /** Reads the notes; `isInUse`: the database has been migrated before. */
  static async open(connection: Connection, isInUse: boolean): Promise<MigrationSteps> {
    await connection.query(createTable);
    const [rows] = await connection.query<RowDataPacket[]>(
      'SELECT name, done_ms AS doneMs FROM migration_steps',
    );
    const doneMs = new Map(rows.map((row) => [row.name as string, Number(row.doneMs)]));
    return new MigrationSteps(connection, doneMs, { mayHaveBegun: isInUse && rows.length === 0 });
  }

  /** Runs a statement of a migration, unless it is done. */
  async apply(name: string, sql: string): Promise<void> {
    if (this.isDone(name)) return;
    if (changesRows(sql)) {
      await this.#connection.query('START TRANSACTION');
      await this.#connection.query(sql);
      await this.#noteDone(name);
      await this.#connection.query('COMMIT');
      return;
    }
    const hasBegun = this.#mayHaveBegun || this.#doneMs.has(name);
    if (!this.#doneMs.has(name))
      await this.#connection.query('INSERT INTO migration_steps (name, done_ms) VALUES (?, 0)', [
        name,
      ]);
    await this.#connection.query(sql).catch(async (error: { errno?: number }) => {
      if (hasBegun && alreadyDone.has(error.errno ?? 0)) return;
      if (!this.#doneMs.has(name)) await this.#forget(name);
      throw error;
    });
    await this.#noteDone(name);
  }

  /** A statement that the server refused has not begun; after a lost connection it may have. */
  async #forget(name: string): Promise<void> {
    await this.#connection
      .query('DELETE FROM migration_steps WHERE name = ?', [name])
      .catch(() => {});
  }

  /** Runs a step that skips what it has done in an earlier attempt, unless it is done. */
  async repeat(name: string, run: () => Promise<void>): Promise<void> {
    if (this.isDone(name)) return;
    await run();
    await this.#noteDone(name);
  }

  isDone(name: string): boolean {
    return (this.#doneMs.get(name) ?? 0) > 0;
  }

  #noteDone(name: string): Promise<unknown> {
    return this.#connection.query(
      `INSERT INTO migration_steps (name, done_ms) VALUES (?, ${nowMs})
       ON DUPLICATE KEY UPDATE done_ms = ${nowMs}`,
      [name],
    );
  }
}
