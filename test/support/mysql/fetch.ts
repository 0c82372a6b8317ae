import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { aptIn, placeTree, unpackAll } from '../../../db/embedded/fetch.ts';

/*
 * Debian's stable releases have no MySQL. Its unstable one, sid, has: the server is unpacked with
 * all libraries that it needs, and started by their loader, so that it runs on older releases too.
 */
const suite = 'sid';
const packageName = 'mysql-server-core';

/** MySQL cannot be had on this machine, or not now. */
export class MysqlUnavailable extends Error {}

/** Returns the command of an unpacked mysqld: its program and first arguments. */
export function commandOf(root: string): [command: string, ...args: string[]] {
  const usr = join(root, 'usr');
  const libraries = join(usr, 'lib/x86_64-linux-gnu');
  return [
    join(libraries, 'ld-linux-x86-64.so.2'),
    '--library-path',
    `${libraries}:${join(usr, 'lib/mysql/private')}`,
    join(usr, 'sbin/mysqld'),
    '--no-defaults',
    `--basedir=${usr}`,
    `--plugin-dir=${join(usr, 'lib/mysql/plugin')}`,
    `--lc-messages-dir=${join(usr, 'share/mysql')}`,
    `--character-sets-dir=${join(usr, 'share/mysql/charsets')}`,
  ];
}

/** Returns the version of an unpacked mysqld; undefined if it does not run. */
export async function versionOf(root: string): Promise<string | undefined> {
  const [command, ...args] = commandOf(root);
  const answer = await promisify(execFile)(command, [...args, '--version']).catch(() => undefined);
  return answer?.stdout.match(/Ver (\d+\.\d+\.\d+)/)?.[1];
}

/** Returns the folder of an unpacked mysqld, which is downloaded once for all tests of a user. */
export async function fetchMysql(say: (line: string) => void): Promise<string> {
  const { XDG_CACHE_HOME = '' } = process.env;
  const cache = isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(homedir(), '.cache');
  const target = join(cache, 'hubchat/mysql', `${suite}-${process.arch}`);
  const runs = async (root: string) => (await versionOf(root)) !== undefined;
  if (await runs(target)) return target;
  const sources = await listSources();
  if (process.arch !== 'x64' || sources.length === 0)
    throw new MysqlUnavailable(
      'MySQL for tests comes from Debian’s packages, and only Debian on amd64 can unpack them',
    );
  say('downloading MySQL (about 70 MB, once)…');
  await mkdir(dirname(target), { recursive: true });
  const get = (work: string) => download(work, sources);
  return placeTree(target, { download: get, runs }).catch((cause) => {
    throw new MysqlUnavailable(`MySQL could not be downloaded: ${reasonOf(cause)}`, { cause });
  });
}

async function download(work: string, sources: readonly string[]): Promise<string> {
  const [sourceList, status] = [join(work, 'sources.list'), join(work, 'status')];
  await writeFile(sourceList, sources.map((line) => `${line}\n`).join(''));
  // As if nothing were installed, so that everything it needs is downloaded.
  await writeFile(status, '');
  const apt = await aptIn(work, [
    `Dir::State=${work}`,
    `Dir::State::Status=${status}`,
    `Dir::Etc::SourceList=${sourceList}`,
    'Dir::Etc::SourceParts=/dev/null',
    'Dir::Etc::PreferencesParts=/dev/null',
    'Acquire::GzipIndexes=false',
  ]);
  const list = ['update', '-q', '-o', 'APT::Update::Error-Mode=any'];
  const failure = await apt('apt-get', list).then(
    () => undefined,
    (error: unknown) => error,
  );
  const install = ['install', '-y', '-q', '--download-only', '--no-install-recommends'];
  await apt('apt-get', [...install, packageName]).catch((error: unknown) => {
    throw failure ?? error;
  });
  await unpackAll(join(work, 'cache/archives'), join(work, 'root'));
  return join(work, 'root');
}

/** Returns the machine's package sources of Debian, in apt's one-line style, with sid instead. */
async function listSources(): Promise<string[]> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  if (!/^ID=debian$/m.test(release)) return [];
  const codename = /^VERSION_CODENAME=(\w+)/m.exec(release)?.[1];
  const suites = new Set([codename, 'stable', 'testing', 'unstable', suite]);
  const folder = '/etc/apt/sources.list.d';
  const names = await readdir(folder).catch(() => []);
  const files = ['/etc/apt/sources.list', ...names.map((name) => join(folder, name))];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  const found = texts.flatMap((text, index) =>
    files[index]!.endsWith('.sources') ? text.split(/\n\s*\n/).map(readStanza) : readLines(text),
  );
  const ofDebian = found.filter(
    (source) =>
      source.suites.some((name) => suites.has(name)) && source.components.includes('main'),
  );
  return ofDebian.map(({ uri, signedBy }) => {
    const options = ['arch=amd64', ...(signedBy ? [`signed-by=${signedBy}`] : [])];
    return `deb [${options.join(' ')}] ${uri} ${suite} main`;
  });
}

interface Source {
  uri: string;
  suites: string[];
  components: string[];
  /** The path of a keyring. */
  signedBy?: string | undefined;
}

function readStanza(text: string): Source {
  const field = (name: string) =>
    (new RegExp(`^${name}:(.*)$`, 'im').exec(text)?.[1] ?? '').trim().split(/\s+/);
  const [signedBy = ''] = field('Signed-By');
  return {
    uri: field('URIs')[0] ?? '',
    suites: field('Suites'),
    components: field('Components'),
    signedBy: isAbsolute(signedBy) ? signedBy : undefined,
  };
}

function readLines(text: string): Source[] {
  return [...text.matchAll(/^\s*deb\s+(?:\[(.*?)\]\s+)?(\S+)\s+(\S+)\s+(.*)$/gm)].map(
    ([, options = '', uri = '', name = '', components = '']) => ({
      uri,
      suites: [name],
      components: components.split(/\s+/),
      signedBy: /signed-by=(\/\S+)/.exec(options)?.[1],
    }),
  );
}

/** Returns the line of a failed apt that says why. */
const reasonOf = ({ stderr = '', message }: { stderr?: string; message: string }): string =>
  /^E: (.*)/m.exec(stderr)?.[1] ?? message;
