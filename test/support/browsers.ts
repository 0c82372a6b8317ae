import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/** A browser that tests drive as its distribution builds it. */
export type BrowserName = 'chromium' | 'firefox';

interface Known {
  title: string;
  /** The environment variable that names its program. */
  variable: string;
  programs: readonly string[];
  /** Debian's package. */
  package: string;
}

const known: Readonly<Record<BrowserName, Known>> = {
  chromium: {
    title: 'Chromium',
    variable: 'CHROMIUM',
    programs: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    package: 'chromium',
  },
  firefox: {
    title: 'Firefox',
    variable: 'FIREFOX',
    programs: ['firefox-esr', 'firefox'],
    package: 'firefox-esr',
  },
};

export const browserNames: readonly BrowserName[] = ['chromium', 'firefox'];

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Returns the path of an installed browser, or of the one that its variable names. */
async function lookFor(name: BrowserName): Promise<string | undefined> {
  const { variable, programs } = known[name];
  const named = process.env[variable];
  if (named) return named;
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  for (const folder of [...folders, '/usr/bin'])
    for (const program of programs)
      if (await exists(join(folder, program))) return join(folder, program);
  return undefined;
}

export async function findBrowser(name: BrowserName): Promise<string> {
  const path = await lookFor(name);
  if (path) return path;
  throw new Error(`There is no ${known[name].title}: npm run test:browser installs one.`);
}

/** Installs those that are missing by apt, which needs root. Fails with what to do. */
export async function installBrowsers(say: (line: string) => void): Promise<void> {
  for (const name of browserNames) if (!(await lookFor(name))) await install(known[name], say);
}

async function install(
  { title, package: packageName, variable }: Known,
  say: (line: string) => void,
): Promise<void> {
  const help = `install it ("apt-get install ${packageName}" as root), or set ${variable}`;
  if (process.getuid?.() !== 0 || !(await exists('/usr/bin/apt-get')))
    throw new Error(`There is no ${title} for the tests in a browser: ${help}.`);
  say(`installing ${title}…`);
  const run = (...args: string[]) =>
    promisify(execFile)('apt-get', ['-qq', ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      maxBuffer: 64 * 1024 * 1024,
    });
  const add = () => run('install', '-y', '--no-install-recommends', packageName);
  // Lists that are there mostly suffice, and one dead package source does not matter.
  await add()
    .catch(() =>
      run('update')
        .catch(() => {})
        .then(add),
    )
    .catch((cause: unknown) => {
      throw new Error(`${title} could not be installed: ${help}.`, { cause });
    });
}
