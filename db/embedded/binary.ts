import { execFile } from 'node:child_process';
import { access, realpath } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { fetchTree, libraryFolders, treeFolders } from './fetch.ts';

/** A mariadbd that runs on this machine, and the files that it needs. */
export interface Program {
  file: string;
  /** The folder of error messages, character sets and the scripts for the system tables. */
  share: string;
  /** The prefix of the scripts' names: `mysql_`, or `mariadb_` in newer releases. */
  prefix: string;
  env: NodeJS.ProcessEnv;
  version: string;
}

const run = promisify(execFile);

/** Returns a mariadbd: an installed one, else one that was or is now downloaded. */
export async function findProgram(dataDir: string, say: (line: string) => void): Promise<Program> {
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    '/usr/sbin',
    '/usr/local/sbin',
    '/usr/libexec',
  ];
  for (const folder of folders.filter(isAbsolute)) {
    const program = await inspect(join(folder, 'mariadbd'));
    if (program) return program;
  }
  for (const root of await treeFolders(dataDir)) {
    const program = await inspectTree(root);
    if (program) return program;
  }
  const runs = async (root: string) => (await inspectTree(root)) !== undefined;
  const root = await fetchTree(dataDir, runs, say).catch(async (cause) => {
    throw new Error(await installSentence(), { cause });
  });
  return (await inspectTree(root))!;
}

/** Compares major and minor versions; patch releases have the same file format. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  return left![0]! - right![0]! || left![1]! - right![1]!;
}

async function inspectTree(root: string): Promise<Program | undefined> {
  const env = { ...process.env, LD_LIBRARY_PATH: (await libraryFolders(root)).join(delimiter) };
  return inspect(join(root, 'usr/sbin/mariadbd'), env);
}

/** Returns undefined unless the file exists, runs, is new enough and has its scripts. */
async function inspect(
  path: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Program | undefined> {
  const file = await realpath(path).catch(() => undefined);
  if (!file) return undefined;
  const answer = await run(file, ['--no-defaults', '--version'], { env }).catch(() => undefined);
  const version = answer?.stdout.match(/Ver (\d+\.\d+\.\d+)/)?.[1];
  if (!version || compareVersions(version, '10.6') < 0) return undefined;
  const scripts = await findScripts(dirname(dirname(file)));
  return scripts && { file, env, version, ...scripts };
}

async function findScripts(root: string): Promise<Pick<Program, 'share' | 'prefix'> | undefined> {
  for (const share of [join(root, 'share/mysql'), join(root, 'share/mariadb')])
    for (const prefix of ['mysql_', 'mariadb_'])
      if (await exists(join(share, `${prefix}system_tables.sql`))) return { share, prefix };
  return undefined;
}

async function installSentence(): Promise<string> {
  const installers = {
    '/usr/bin/apt-get': 'apt-get install mariadb-server-core',
    '/usr/bin/dnf': 'dnf install mariadb-server',
    '/sbin/apk': 'apk add mariadb',
    '/usr/bin/pacman': 'pacman -S mariadb',
    '/usr/bin/zypper': 'zypper install mariadb',
  };
  for (const [tool, command] of Object.entries(installers))
    if (await exists(tool))
      return (
        `MariaDB is missing and could not be downloaded: run "${command}" as root, ` +
        'or set DATABASE_URL.'
      );
  return (
    'MariaDB is missing: install MariaDB 10.6 or newer so that mariadbd is on the PATH, ' +
    'or set DATABASE_URL.'
  );
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
