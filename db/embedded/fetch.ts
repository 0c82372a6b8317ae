import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const server = 'mariadb-server-core';
/** Libraries the server wants, as apt names them; the C and C++ runtimes must stay the system's own. */
const library = /^\s*Depends: (lib(?!c6|crypt|gcc|stdc|systemd)\S+)$/gm;
const hour = 3_600_000;

/** Where an earlier start may have unpacked the server, and fetchTree would. */
export async function treeFolders(dataDir: string): Promise<string[]> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const field = (name: string) =>
    release.match(new RegExp(`^${name}="?([\\w.-]+)`, 'm'))?.[1] ?? '';
  // Named after the system, since a home folder may outlive it or be shared by several.
  const name = `${field('ID') || process.platform}${field('VERSION_ID')}-${process.arch}`;
  const roots = caches(dataDir).map((cache) => join(cache, name));
  const owners = await Promise.all(roots.map((root) => stat(root).catch(() => undefined)));
  // What another user unpacked is not run: HOME of a root shell may be anybody's.
  return roots.filter((_, index) => !owners[index] || owners[index].uid === process.getuid?.());
}

/** Folders of the shared libraries in an unpacked tree. */
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

/** Download the server by apt and unpack it, which needs no root. Processes that do so at once end with one tree. */
export async function fetchTree(
  dataDir: string,
  runs: (root: string) => Promise<boolean>,
  say: (line: string) => void,
): Promise<string> {
  say('fetching MariaDB (about 20 MB, once)…');
  const [target, parent] = await writableFolder(dataDir);
  await removeAbandoned(parent);
  const work = await mkdtemp(join(parent, 'fetch-'));
  try {
    const fresh = await download(work);
    if (!(await runs(fresh))) throw new Error(`the fetched ${server} does not run`);
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

async function download(work: string): Promise<string> {
  const root = join(work, 'root');
  const folders = ['lists/partial', 'cache/archives/partial', 'debs', 'root'];
  for (const folder of folders) await mkdir(join(work, folder), { recursive: true });
  const options = [
    `Dir::State::Lists=${join(work, 'lists')}`,
    `Dir::Cache=${join(work, 'cache')}`,
    // As root apt downloads as _apt, who cannot write here.
    'APT::Sandbox::User=root',
    'Acquire::Languages=none',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false',
    'Acquire::Retries=2',
    'Acquire::http::Timeout=20',
  ].flatMap((option) => ['-o', option]);
  const apt = (tool: string, args: string[], cwd = work) =>
    run(tool, [...options, ...args], {
      cwd,
      env: { ...process.env, LC_ALL: 'C' },
      timeout: hour / 12,
    });
  // One dead source among many must not matter; without a usable list the next command fails.
  await apt('apt-get', ['update', '-q']).catch(() => {});
  const { stdout } = await apt('apt-cache', ['depends', server]);
  const libraries = [...stdout.matchAll(library)].map((match) => match[1]!);
  await apt('apt-get', ['download', '-q', server, ...libraries], join(work, 'debs'));
  for (const file of await readdir(join(work, 'debs')))
    await run('dpkg-deb', ['-x', join(work, 'debs', file), root]);
  return root;
}

/** Per user, so that clones and tests share one download. */
function caches(dataDir: string): string[] {
  const { XDG_CACHE_HOME, HOME } = process.env;
  const base = XDG_CACHE_HOME || (HOME && join(HOME, '.cache'));
  const own = join(dataDir, 'program');
  return base && isAbsolute(base) ? [join(base, 'hubchat/mariadb'), own] : [own];
}

/** The data folder serves users without a home, as services often are. */
async function writableFolder(dataDir: string): Promise<[target: string, parent: string]> {
  for (const target of await treeFolders(dataDir)) {
    const parent = join(target, '..');
    const made = await mkdir(parent, { recursive: true }).catch(() => 'failed');
    if (made !== 'failed') return [target, parent];
  }
  throw new Error(`cannot write in ${caches(dataDir).join(' or ')}`);
}

/** What a killed process left behind. */
async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    const found = name.startsWith('fetch-') ? await stat(path).catch(() => undefined) : undefined;
    if (found && Date.now() - found.mtimeMs > hour)
      await rm(path, { recursive: true, force: true });
  }
}
