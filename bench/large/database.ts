import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defined } from '../../acl/language/defined.ts';
import { connect, type Pool } from '../../db/connection/connect.ts';
import { findProgram } from '../../db/embedded/binary.ts';
import { account, database, prepareFiles } from '../../db/embedded/bootstrap.ts';
import { commonOptions } from '../../db/embedded/process.ts';
import { migrate } from '../../db/setup/migrate.ts';
import type { AtEnd } from '../ending.ts';
import { freePort, startChild, untilReady } from '../sides/child.ts';
import { describeHub, type FilledHub, fillHub } from './fill/fill.ts';
import { large, type Shape, scaled, small } from './fill/shape.ts';

/** The large hub and the small one that it is compared with. */
export interface Hubs {
  large: FilledHub;
  small: FilledHub;
}

/** What was filled: with it the ids are known. */
interface Filled {
  shapes: { large: Shape; small: Shape };
  lastMs: number;
  /** What the tables have on the disk. */
  sizes: TableSize[];
  seconds: number;
}

export interface TableSize {
  table: string;
  rows: number;
  bytes: number;
}

/** Fills both hubs in one database; `scale` is the part of the large one. */
export async function fillBoth(
  pool: Pool,
  scale: number,
  lastMs: number,
  say?: (line: string) => void,
): Promise<Hubs> {
  const shapes = shapesOf(scale);
  return {
    small: await fillHub(pool, { name: 'small', shape: shapes.small, lastMs }, say),
    large: await fillHub(pool, { name: 'large', shape: shapes.large, lastMs }, say),
  };
}

const shapesOf = (scale: number) => ({ large: scaled(large, scale), small });

export const describeBoth = ({ shapes, lastMs }: Filled): Hubs => ({
  small: describeHub('small', shapes.small, lastMs),
  large: describeHub('large', shapes.large, lastMs),
});

const stateFile = (folder: string): string => join(folder, 'filled.json');

/**
 * Returns what is filled in a folder, and fills it unless it is. The server's files are in
 * `mariadb/` of the folder.
 */
export async function fillFolder(
  folder: string,
  scale: number,
  { say, atEnd }: { say: (line: string) => void; atEnd: AtEnd },
): Promise<Filled> {
  const shapes = shapesOf(scale);
  const kept = await readFile(stateFile(folder), 'utf8').catch(() => undefined);
  const filled = kept === undefined ? undefined : (JSON.parse(kept) as Filled);
  if (filled && JSON.stringify(filled.shapes) === JSON.stringify(shapes)) return filled;
  if (filled) throw new Error(`${folder} holds a hub of another scale`);
  await rm(join(folder, 'mariadb'), { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const start = performance.now();
  const lastMs = Date.now();
  const sizes = await withServer(folder, atEnd, async (pool) => {
    await migrate(pool);
    await fillBoth(pool, scale, lastMs, say);
    return tableSizes(pool);
  });
  const seconds = Math.round((performance.now() - start) / 1000);
  const made: Filled = { shapes, lastMs, sizes, seconds };
  await writeFile(stateFile(folder), JSON.stringify(made, null, 2));
  return made;
}

/** A server that is faster than the service's own: what it writes is lost if it is killed. */
const fillOptions = [
  '--innodb-buffer-pool-size=3G',
  '--innodb-log-file-size=1G',
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-doublewrite=0',
  '--transaction-isolation=READ-COMMITTED',
  '--max-allowed-packet=64M',
];

async function withServer<T>(
  home: string,
  atEnd: AtEnd,
  work: (pool: Pool) => Promise<T>,
): Promise<T> {
  const folder = join(home, 'mariadb');
  const program = await findProgram(home, () => {});
  const password = await prepareFiles(folder, program, () => {});
  const port = await freePort();
  const where = ['--socket=fill.sock', '--bind-address=127.0.0.1', `--port=${port}`];
  const child = startChild({
    command: [program.file, ...commonOptions(folder, program), ...where, ...fillOptions],
    cwd: folder,
    environment: defined(program.env) as Record<string, string>,
    log: join(home, 'mariadb.log'),
    atEnd,
  });
  const pool = connect({ uri: `mysql://${account}:${password}@127.0.0.1:${port}/${database}` }, 2);
  try {
    await untilReady('MariaDB', child, async () => Boolean(await pool.query('SELECT 1')));
    return await work(pool);
  } finally {
    await pool.end();
    await child.stop();
  }
}

/** Returns what each table has on the disk, with its indexes. */
async function tableSizes(pool: Pool): Promise<TableSize[]> {
  const names = ['messages', 'echoes', 'participants', 'rooms', 'events'];
  await pool.query(`ANALYZE TABLE ${names.join(', ')}`);
  const [rows] = await pool.query(
    `SELECT table_name AS \`table\`, table_rows AS \`rows\`, data_length + index_length AS bytes
     FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name IN (?)`,
    [names],
  );
  return rows as TableSize[];
}

/** Copies the server's files of a folder, so that what is measured does not change them. */
export async function copyFilled(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await cp(join(from, 'mariadb'), join(to, 'mariadb'), { recursive: true });
}
