import { execFile } from 'node:child_process';
import { access, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/** A browser that tests drive as its distribution builds it. */
export type BrowserName = 'chromium' | 'firefox';

/** What tests use where it is there: the driver of WebKitGTK, and the tree of screen readers. */
export type ExtraName = 'webkit' | 'at-spi';

interface Known {
  title: string;
  /** Debian's packages. */
  packages: readonly string[];
  isThere(): Promise<boolean>;
}

interface KnownBrowser extends Known {
  /** The environment variable that names its program. */
  variable: string;
  programs: readonly string[];
}

const run = promisify(execFile);

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Returns the path of the first of these programs that is installed. */
async function findProgram(...programs: string[]): Promise<string | undefined> {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  for (const folder of [...folders, '/usr/bin'])
    for (const program of programs)
      if (await exists(join(folder, program))) return join(folder, program);
  return undefined;
}

const browser = (
  title: string,
  variable: string,
  packageName: string,
  ...programs: string[]
): KnownBrowser => ({
  ...{ title, variable, programs, packages: [packageName] },
  isThere: async () => (process.env[variable] ?? (await findProgram(...programs))) !== undefined,
});

const browsers: Readonly<Record<BrowserName, KnownBrowser>> = {
  chromium: browser(
    ...(['Chromium', 'CHROMIUM', 'chromium'] as const),
    ...['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  ),
  firefox: browser('Firefox', 'FIREFOX', 'firefox-esr', 'firefox-esr', 'firefox'),
};

const extras: Readonly<Record<ExtraName, Known>> = {
  webkit: {
    title: 'The driver of WebKitGTK',
    packages: ['webkit2gtk-driver', 'xvfb'],
    isThere: () => findWebKit().then(Boolean),
  },
  'at-spi': {
    title: 'AT-SPI',
    packages: ['at-spi2-core', 'dbus-daemon', 'gir1.2-atspi-2.0', 'python3-gi', 'xvfb'],
    isThere: () => findAtSpi().then(Boolean),
  },
};

export const browserNames: readonly BrowserName[] = ['chromium', 'firefox'];

export async function findBrowser(name: BrowserName): Promise<string> {
  const { title, variable, programs } = browsers[name];
  const path = process.env[variable] || (await findProgram(...programs));
  if (path) return path;
  throw new Error(`There is no ${title}: npm run test:browser installs one.`);
}

export interface WebKitPrograms {
  display: string;
  driver: string;
  /** A browser with nothing but an address bar, which Debian has beside the library. */
  browser: string;
}

export async function findWebKit(): Promise<WebKitPrograms | undefined> {
  const [display, driver] = [await findProgram('Xvfb'), await findProgram('WebKitWebDriver')];
  if (!display || !driver) return undefined;
  for (const folder of await readdir('/usr/lib'))
    for (const version of ['webkitgtk-6.0', 'webkit2gtk-4.1']) {
      const path = join('/usr/lib', folder, version, 'MiniBrowser');
      if (await exists(path)) return { display, driver, browser: path };
    }
  return undefined;
}

export interface AtSpiPrograms {
  display: string;
  /** Runs a command with a message bus of its own. */
  bus: string;
  python: string;
}

export async function findAtSpi(): Promise<AtSpiPrograms | undefined> {
  const [display, bus] = [await findProgram('Xvfb'), await findProgram('dbus-run-session')];
  // Debian's, for which Debian's packages are.
  const python = '/usr/bin/python3';
  const load = "import gi; gi.require_version('Atspi', '2.0')";
  const hasLibrary = await run(python, ['-c', load]).then(
    () => exists('/usr/libexec/at-spi-bus-launcher'),
    () => false,
  );
  return display && bus && hasLibrary ? { display, bus, python } : undefined;
}

/** Says, where something that a test needs is missing, that it is skipped, and why. */
export const sayMissing = (name: ExtraName): void => {
  const { title, packages } = extras[name];
  const help = `apt-get install ${packages.join(' ')}`;
  process.stdout.write(`\n${title} is missing, so its tests are skipped (${help}).\n`);
};

/**
 * Installs what is missing by apt, which needs root. Where that fails for a browser, it fails with
 * what to do; the others have tests that are then skipped.
 */
export async function installBrowsers(say: (line: string) => void): Promise<void> {
  for (const name of browserNames) {
    const { title, variable, packages, isThere } = browsers[name];
    if (await isThere()) continue;
    const help = `install it ("apt-get install ${packages}" as root), or set ${variable}`;
    say(`installing ${title}…`);
    await install(packages).catch((cause: unknown) => {
      throw new Error(`There is no ${title} for the tests in a browser: ${help}.`, { cause });
    });
  }
  for (const { title, packages, isThere } of Object.values(extras)) {
    if (await isThere()) continue;
    say(`installing ${title}…`);
    await install(packages).catch((error: unknown) => say(`${title} is missing: ${error}`));
  }
}

async function install(packages: readonly string[]): Promise<void> {
  if (process.getuid?.() !== 0 || !(await exists('/usr/bin/apt-get')))
    throw new Error('apt-get can be used by root only');
  const apt = (...args: string[]) =>
    run('apt-get', ['-qq', ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      maxBuffer: 64 * 1024 * 1024,
    });
  const add = () => apt('install', '-y', '--no-install-recommends', ...packages);
  // Lists that are there mostly suffice, and one dead package source does not matter.
  await add().catch(() =>
    apt('update')
      .catch(() => {})
      .then(add),
  );
}
