import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { type EmbeddedDatabase, startEmbedded } from '../../db/embedded/server.ts';
import { openPaths } from '../support/files.ts';

describe('embedded database', function () {
  this.timeout(60_000); // the first run downloads the server

  let root: string;
  const lines: string[] = [];
  /** Servers in three folders, which start side by side, as that is mostly waiting. */
  let restarted: Promise<EmbeddedDatabase>;
  /** The error of a second service in the folder of the first, which it gets after some seconds. */
  let second: Promise<string>;
  let deep: Promise<EmbeddedDatabase>;
  let killed: ReturnType<typeof startService>;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'hubchat-embedded-'));
    restarted = startTwice(join(root, 'restart'), lines);
    second = restarted
      .then(() => start(join(root, 'restart')))
      .then(
        () => 'started',
        (error: Error) => error.message,
      );
    deep = start(join(root, 'deep'.repeat(30), 'deeper'.repeat(20)));
    killed = startService(join(root, 'killed'));
    // A failure is shown by the test that waits for it.
    for (const starting of [restarted, deep, killed]) starting.catch(() => {});
  });
  after(async () => {
    for (const server of await Promise.allSettled([restarted, deep]))
      if (server.status === 'fulfilled') await server.value.stop();
    await rm(root, { recursive: true, force: true });
  });

  it('keeps data across a restart, and rejects other users', async () => {
    const db = await restarted;
    expect(await query(db, 'SELECT body FROM notes')).to.deep.equal([{ body: 'hi 👋' }]);
    expect(await openPaths(join(root, 'restart'))).to.deep.equal([]);
    const stranger = { ...db.connection, password: 'wrong' };
    expect(await createConnection(stranger).catch((error) => error.code)).to.equal(
      'ER_ACCESS_DENIED_ERROR',
    );
  });

  it('runs in a folder whose path is too long for a socket', async () => {
    expect(await query(await deep, 'SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);
  });

  it('has its temporary files to itself, in its folder, while another one starts', async () => {
    const db = await restarted;
    const client = await createConnection(db.connection);
    await client.query('CREATE TEMPORARY TABLE kept (body TEXT) ENGINE=Aria');
    await client.query("INSERT INTO kept VALUES ('still there')");
    const folder = join(root, 'restart', 'mariadb');
    const temporary = async () =>
      (await readdir(folder)).filter((name) => /^#sql.*temptable|^#sql-temp/.test(name));
    const before = await temporary();
    expect(before).to.not.deep.equal([]);
    const others = ['beside', 'likewise'].map((name) => start(join(root, name)));
    try {
      for (const other of await Promise.all(others)) {
        const [row] = await query(other, 'SELECT @@tmpdir AS folder');
        expect(row).to.not.deep.equal({ folder });
      }
    } finally {
      for (const other of await Promise.allSettled(others))
        if (other.status === 'fulfilled') await other.value.stop();
    }
    expect(await temporary()).to.deep.equal(before);
    const [rows] = await client.query<RowDataPacket[]>('SELECT body FROM kept');
    await client.end();
    expect(rows.map((row) => ({ ...row }))).to.deep.equal([{ body: 'still there' }]);
    expect(await query(db, 'SELECT @@tmpdir AS folder')).to.deep.equal([{ folder }]);
  });

  it('survives Ctrl-C, and stops with a killed service, freeing its folder at once', async () => {
    const { service, output } = await killed;
    const pid = Number.parseInt(output(), 10);

    process.kill(-service.pid!, 'SIGINT');
    await until(() => output().includes('interrupted'));
    await sleep(200);
    expect(isAlive(pid)).to.equal(true);

    service.kill('SIGKILL');
    const db = await start(join(root, 'killed'));
    try {
      expect(await query(db, 'SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);
    } finally {
      await db.stop();
    }
  });

  it('rejects a second service on one folder, in a sentence', async () => {
    expect(await second).to.match(/^Another hubchat is using .*restart\.$/);
    expect(await query(await restarted, 'SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);
  });

  it('restarts after a crash, with every committed row', async () => {
    const db = await restarted;
    await query(db, "INSERT INTO notes VALUES ('committed')");
    const crashed = db.pid;
    process.kill(crashed, 'SIGKILL');
    await until(() => lines.includes('MariaDB answers again'));
    expect(db.pid).to.not.equal(crashed);
    expect(await query(db, 'SELECT body FROM notes')).to.deep.equal([
      { body: 'hi 👋' },
      { body: 'committed' },
    ]);
  });

  it('restarts once its folder is there again', async () => {
    const db = await restarted;
    const folder = join(root, 'restart', 'mariadb');
    lines.length = 0;
    await rename(folder, `${folder}.away`);
    process.kill(db.pid, 'SIGKILL');
    await until(() => lines.some((line) => line.includes('ENOENT')));
    await rename(`${folder}.away`, folder);
    await until(() => lines.includes('MariaDB answers again'));
    expect(await query(db, 'SELECT body FROM notes LIMIT 1')).to.deep.equal([{ body: 'hi 👋' }]);
  });
});

/** Stores a row, and starts the server again. */
async function startTwice(dataDir: string, lines: string[]): Promise<EmbeddedDatabase> {
  const db = await start(dataDir);
  await query(db, 'CREATE TABLE notes (body TEXT)');
  await query(db, "INSERT INTO notes VALUES ('hi 👋')");
  await db.stop();
  return start(dataDir, lines);
}

/** A process with an embedded database, whose pid it prints; on SIGINT it prints a line. */
async function startService(dataDir: string) {
  const server = new URL('../../db/embedded/server.ts', import.meta.url);
  const code = `import(${JSON.stringify(server.href)}).then(async ({ startEmbedded }) => {
      process.on('SIGINT', () => console.log('interrupted'));
      const db = await startEmbedded({ dataDir: ${JSON.stringify(dataDir)}, say() {} });
      console.log(db.pid);
      setInterval(() => {}, 1000);
    })`;
  const service = spawn(process.execPath, ['--import=tsx', '-e', code], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  service.stdout.on('data', (chunk) => {
    output += chunk;
  });
  await until(() => /^\d+\n/.test(output));
  return { service, output: () => output };
}

const start = (dataDir: string, lines: string[] = []): Promise<EmbeddedDatabase> =>
  startEmbedded({ dataDir, say: (line) => lines.push(line) });

async function query(db: EmbeddedDatabase, sql: string): Promise<object[]> {
  const client = await createConnection(db.connection);
  const [rows] = await client.query<RowDataPacket[]>(sql);
  await client.end();
  return Array.isArray(rows) ? rows.map((row) => ({ ...row })) : [];
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (; !holds(); await sleep(20))
    if (Date.now() > deadline) throw new Error('waited for 20 s in vain');
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
