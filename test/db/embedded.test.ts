import { spawn } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { type EmbeddedDatabase, startEmbedded } from '../../db/embedded/server.ts';

describe('embedded database', function () {
  this.timeout(60_000); // the first run downloads the server

  let root: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'hubchat-embedded-'));
  });
  after(() => rm(root, { recursive: true, force: true }));

  it('keeps data across a restart, and rejects other users', async () => {
    const dataDir = join(root, 'restart');
    {
      await using db = await start(dataDir);
      await query(db, 'CREATE TABLE notes (body TEXT)');
      await query(db, "INSERT INTO notes VALUES ('hi 👋')");
    }
    await using db = await start(dataDir);
    expect(await query(db, 'SELECT body FROM notes')).to.deep.equal([{ body: 'hi 👋' }]);
    expect((await stat(join(dataDir, 'mariadb'))).mode & 0o077).to.equal(0);
    const stranger = { ...db.connection, password: 'wrong' };
    expect(await createConnection(stranger).catch((error) => error.code)).to.equal(
      'ER_ACCESS_DENIED_ERROR',
    );
  });

  it('runs in a folder whose path is too long for a socket', async () => {
    await using db = await start(join(root, 'deep'.repeat(30), 'deeper'.repeat(20)));
    expect(await query(db, 'SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);
  });

  it('restarts after a crash, with every committed row', async () => {
    const lines: string[] = [];
    await using db = await start(join(root, 'crash'), lines);
    await query(db, 'CREATE TABLE notes (id INT)');
    await query(db, 'INSERT INTO notes VALUES (1)');
    const crashed = db.pid;
    process.kill(crashed, 'SIGKILL');
    await until(() => lines.includes('MariaDB answers again'));
    expect(db.pid).to.not.equal(crashed);
    expect(await query(db, 'SELECT id FROM notes')).to.deep.equal([{ id: 1 }]);
  });

  it('rejects a second service on one folder, in a sentence', async () => {
    const dataDir = join(root, 'shared');
    await using first = await start(dataDir);
    const second = await startEmbedded({ dataDir, say: () => {} }).catch(
      (error: Error) => error.message,
    );
    expect(second).to.match(/^Another hubchat is using .*shared\.$/);
    expect(await query(first, 'SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);
  });

  it('survives Ctrl-C, and stops with a killed service, freeing its folder at once', async () => {
    const dataDir = join(root, 'killed');
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
    const pid = Number.parseInt(output, 10);

    process.kill(-service.pid!, 'SIGINT');
    await until(() => output.includes('interrupted'));
    await sleep(200);
    expect(isAlive(pid)).to.equal(true);

    service.kill('SIGKILL');
    await using db = await start(dataDir);
    expect(await query(db, 'SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);
  });
});

async function start(
  dataDir: string,
  lines: string[] = [],
): Promise<EmbeddedDatabase & AsyncDisposable> {
  const db = await startEmbedded({ dataDir, say: (line) => lines.push(line) });
  return Object.defineProperty(db as EmbeddedDatabase & AsyncDisposable, Symbol.asyncDispose, {
    value: db.stop,
  });
}

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
