import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { boundToThisProcess, errorLines } from '../../../db/embedded/process.ts';
import type { Server } from '../database.ts';
import { commandOf, fetchMysql, versionOf } from './fetch.ts';

interface Options {
  /** Whether the log is synced to the disk at each commit. */
  isDurable: boolean;
  say: (line: string) => void;
}

/** Starts a private MySQL with MySQL's own defaults. It ends with this process, or by `stop`. */
export async function startMysql({ isDurable, say }: Options): Promise<Server> {
  const root = await fetchMysql(say);
  const home = await mkdtemp(join(tmpdir(), 'hubchat-mysql-'));
  const socketPath = join(home, 'mysql.sock');
  const password = randomBytes(24).toString('base64url');
  const accountFile = join(home, 'account.sql');
  await writeFile(accountFile, accountSql(password), { mode: 0o600 });
  const common = [
    `--datadir=${join(home, 'data')}`,
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
    '--secure-file-priv=NULL',
    '--innodb-redo-log-capacity=64M',
  ];
  const launch = (...args: string[]) => launchProgram(root, home, [...common, ...args]);

  say(`starting MySQL ${await versionOf(root)}…`);
  const prepared = launch('--initialize-insecure', `--init-file=${accountFile}`);
  if ((await prepared.ended) !== 0) throw new Error(`MySQL was not prepared:\n${prepared.log()}`);
  const server = launch(
    `--socket=${socketPath}`,
    `--pid-file=${join(home, 'mysql.pid')}`,
    '--skip-networking',
    '--mysqlx=OFF',
    '--skip-log-bin',
    '--max-connections=300',
    '--max-allowed-packet=64M',
    `--innodb-flush-log-at-trx-commit=${isDurable ? 1 : 0}`,
  );
  if (!(await Promise.race([server.ready, server.ended.then(() => false)])))
    throw new Error(`MySQL did not start:\n${server.log()}`);
  const path = encodeURIComponent(socketPath);
  return {
    url: `mysql://hubchat:${password}@localhost/hubchat?socketPath=${path}`,
    async stop() {
      server.end();
      await server.ended;
      await rm(home, { recursive: true });
    },
  };
}

function launchProgram(root: string, home: string, args: readonly string[]) {
  const [command = '', ...rest] = boundToThisProcess('KILL', [...commandOf(root), ...args]);
  const child = spawn(command, rest, { cwd: home, stdio: ['ignore', 'ignore', 'pipe'] });
  const lines: string[] = [];
  const output = createInterface(child.stderr);
  const ready = new Promise<boolean>((resolve) => {
    output.on('line', (line) => {
      lines.push(line);
      if (line.includes('ready for connections')) resolve(true);
    });
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve).once('error', reject);
  });
  return {
    ready,
    ended,
    end: () => void child.kill('SIGTERM'),
    log: () => errorLines(lines.join('\n')),
  };
}

/** Each statement is in a line. Some tests look which statements wait for a lock. */
const accountSql = (password: string): string => `CREATE DATABASE hubchat;
CREATE USER hubchat@localhost IDENTIFIED BY '${password}';
GRANT ALL ON \`hubchat%\`.* TO hubchat@localhost;
GRANT SELECT ON performance_schema.* TO hubchat@localhost;
`;
