import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const server = 'mariadb-server-core';
/** Libraries that the server needs, as apt lists them, except the system's C and C++ runtimes. */
const library = /^\s*Depends: (lib(?!c6|crypt|gcc|stdc|systemd)\S+)$/gm;
const hour = 3_600_000;

/** Returns the folders in which the server is unpacked, or would be. */
export async function treeFolders(dataDir: string): Promise<string[]> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const field = (name: string) =>
    release.match(new RegExp(`^${name}="?([\\w.-]+)`, 'm'))?.[1] ?? '';
  // Named after the system: a home folder may be used by several systems.
  const name = `${field('ID') || process.platform}${field('VERSION_ID')}-${process.arch}`;
  const roots = caches(dataDir).map((cache) => join(cache, name));
  const owners = await Promise.all(roots.map((root) => stat(root).catch(() => undefined)));
  // Programs that another user unpacked are not run: the HOME of a root shell may be anyone's.
  return roots.filter((_, index) => !owners[index] || owners[index].uid === process.getuid?.());
}

/** Returns the folders of shared libraries in an unpacked tree. */
export async function libraryFolders(root: string): Promise<string[]> {
  const parents = [join(root, 'lib'), join(root, 'usr/lib')];
  const found = await Promise.all(
    parents.map((parent) => readdir(parent, { withFileTypes: true }).catch(() => [])),
  );
  return found.flatMap((entries, index) =>
    entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(parents[index]!, entry.name)),
  );
}

/**
 * Downloads the server by apt and unpacks it, which needs no root. Processes that do this at the
 * same time end up with one tree.
 */
export async function fetchTree(
  dataDir: string,
  runs: (root: string) => Promise<boolean>,
  say: (line: string) => void,
): Promise<string> {
  say('downloading MariaDB (about 20 MB, once)…');
  return placeTree(await writableTarget(dataDir), { download, runs });
}

interface Tree {
  /** Unpacks a new tree somewhere in a folder that exists; returns its root. */
  download(work: string): Promise<string>;
  runs(root: string): Promise<boolean>;
}

/** Downloads a tree and moves it to its place, unless another process was faster. */
export async function placeTree(target: string, { download, runs }: Tree): Promise<string> {
  const parent = dirname(target);
  await removeAbandoned(parent);
  const work = await mkdtemp(join(parent, 'fetch-'));
  try {
    const fresh = await download(work);
    if (!(await runs(fresh))) throw new Error('the downloaded server does not run');
    if (await runs(target)) return target;
    await rename(target, join(work, 'old')).catch(() => {});
    await rename(fresh, target).catch(async (error) => {
      if (!(await runs(target))) throw error;
    });
    return target;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

type Apt = (tool: string, args: string[], cwd?: string) => Promise<{ stdout: string }>;

/** Returns a runner of apt's tools whose lists and downloads are in a folder, of any user. */
export async function aptIn(work: string, more: readonly string[] = []): Promise<Apt> {
  for (const folder of ['lists/partial', 'cache/archives/partial'])
    await mkdir(join(work, folder), { recursive: true });
  const options = [
    `Dir::State::Lists=${join(work, 'lists')}`,
    `Dir::Cache=${join(work, 'cache')}`,
    // Run by root, apt downloads as the user _apt, which cannot write here.
    'APT::Sandbox::User=root',
    'Acquire::Languages=none',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false',
    'Acquire::Retries=2',
    'Acquire::http::Timeout=20',
    ...more,
  ].flatMap((option) => ['-o', option]);
  return (tool, args, cwd = work) =>
    run(tool, [...options, ...args], {
      cwd,
      env: { ...process.env, LC_ALL: 'C' },
      timeout: hour / 12,
    });
}

/** Unpacks all packages of a folder into another one. */
export async function unpackAll(packages: string, root: string): Promise<void> {
  await mkdir(root, { recursive: true });
  for (const file of await readdir(packages))
    if (file.endsWith('.deb')) await run('dpkg-deb', ['-x', join(packages, file), root]);
}

async function download(work: string): Promise<string> {
  const [root, packages] = [join(work, 'root'), join(work, 'debs')];
  await mkdir(packages);
  const apt = await aptIn(work);
  // One dead package source does not matter. Without a usable list the next command fails.
  await apt('apt-get', ['update', '-q']).catch(() => {});
  const { stdout } = await apt('apt-cache', ['depends', server]);
  const libraries = [...stdout.matchAll(library)].map((match) => match[1]!);
  await apt('apt-get', ['download', '-q', server, ...libraries], packages);
  await unpackAll(packages, root);
  return root;
}

/** Returns cache folders of the user first, so that clones and tests share one download. */
function caches(dataDir: string): string[] {
  const { XDG_CACHE_HOME, HOME } = process.env;
  const base = XDG_CACHE_HOME || (HOME && join(HOME, '.cache'));
  const own = join(dataDir, 'program');
  return base && isAbsolute(base) ? [join(base, 'hubchat/mariadb'), own] : [own];
}

/** Returns the first cache that can be written to; users of services often have no home. */
async function writableTarget(dataDir: string): Promise<string> {
  for (const target of await treeFolders(dataDir)) {
    const made = await mkdir(dirname(target), { recursive: true }).catch(() => 'failed');
    if (made !== 'failed') return target;
  }
  throw new Error(`cannot write in ${caches(dataDir).join(' or ')}`);
}

/** Removes what a killed process left behind. */
async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    const found = name.startsWith('fetch-') ? await stat(path).catch(() => undefined) : undefined;
    if (found && Date.now() - found.mtimeMs > hour)
      await rm(path, { recursive: true, force: true });
  }
}
