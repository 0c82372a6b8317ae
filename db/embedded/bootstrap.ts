import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { compareVersions, type Program } from './binary.ts';
import { boundToThisProcess, commonOptions, errorLines, privateFiles } from './process.ts';

export const account = 'hubchat';
export const database = 'hubchat';

/** Returns the password of the service's account; empty when there is none yet. */
export const readPassword = (folder: string): Promise<string> =>
  readFile(join(folder, 'hubchat-password'), 'utf8').catch(() => '');

/**
 * Creates the database's folder, or upgrades the existing one to the program's version. Returns the
 * password of the service's account. A new folder gets its name when it is complete. The version is
 * written last, so that an interrupted upgrade is repeated.
 */
export async function prepareFiles(
  folder: string,
  program: Program,
  say: (line: string) => void,
): Promise<string> {
  const isNew = !(await access(folder).then(
    () => true,
    () => false,
  ));
  const written = await readFile(join(folder, 'hubchat-version'), 'utf8').catch(() => '');
  const kept = await readPassword(folder);
  if (written === program.version && kept) return kept;
  if (written && compareVersions(written, program.version) > 0)
    throw new Error(
      `The database in ${folder} was written by MariaDB ${written}, ` +
        `and ${program.version} is too old for it.`,
    );

  say(
    isNew
      ? 'preparing the database…'
      : `upgrading the system tables to MariaDB ${program.version}…`,
  );
  const work = isNew ? `${folder}.new` : folder;
  if (isNew) await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true, mode: 0o700 });
  const password = kept || randomBytes(24).toString('base64url');
  await bootstrap(work, program, password);
  await writeFile(join(work, 'hubchat-password'), password, { mode: 0o600 });
  await writeFile(join(work, 'hubchat-version'), program.version, { mode: 0o600 });
  if (isNew) await rename(work, folder);
  return password;
}

/**
 * Runs the scripts that create or upgrade the system tables; they can be run again. This is the
 * part of mariadb-upgrade that is needed here. Its other parts check tables in formats that no
 * supported version writes, and the programs that it calls are not in the server's package.
 */
async function bootstrap(folder: string, program: Program, password: string): Promise<void> {
  const script = (name: string) =>
    readFile(join(program.share, `${program.prefix}${name}.sql`), 'utf8');
  const sql = [
    'CREATE DATABASE IF NOT EXISTS mysql;',
    'USE mysql;',
    // This OS user can log in as administrator, by `mariadb --socket=…`.
    `SET @auth_root_socket='${osUser()}';`,
    await script('system_tables'),
    await script('performance_tables'),
    await script('system_tables_data'),
    'FLUSH PRIVILEGES;',
    `CREATE DATABASE IF NOT EXISTS ${database};`,
    ...['localhost', '127.0.0.1'].flatMap((host) => [
      `CREATE OR REPLACE USER ${account}@'${host}' IDENTIFIED BY '${password}';`,
      // Tests use databases whose names begin with this one's.
      `GRANT ALL ON \`${database}%\`.* TO ${account}@'${host}';`,
    ]),
    '',
  ].join('\n');
  const [command, ...args] = boundToThisProcess('KILL', [
    program.file,
    ...commonOptions(folder, program),
    '--innodb-log-file-size=32M',
    '--bootstrap',
  ]);
  const child = spawn(command!, args, {
    cwd: folder,
    env: { ...program.env, ...privateFiles },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve, reject) =>
    child.once('close', resolve).once('error', reject),
  );
  child.stdin.on('error', () => {}); // The process ended early; the exit code says why.
  child.stdin.end(sql);
  const [code, output] = await Promise.all([ended, text(child.stderr)]);
  if (code !== 0) throw new Error(`MariaDB could not prepare ${folder}:\n${errorLines(output)}`);
}

/** Returns the OS user's name; in containers users may have a number only. */
function osUser(): string {
  try {
    return userInfo().username.replaceAll(/['\\]/g, '');
  } catch {
    return 'root';
  }
}
