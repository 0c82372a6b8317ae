import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const packageName = 'chromium';

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Returns the path of an installed Chromium, or of the one that CHROMIUM names. */
export async function findChromium(): Promise<string | undefined> {
  const { CHROMIUM, PATH = '' } = process.env;
  if (CHROMIUM) return CHROMIUM;
  for (const folder of [...PATH.split(delimiter).filter(Boolean), '/usr/bin'])
    for (const name of names) if (await exists(join(folder, name))) return join(folder, name);
  return undefined;
}

/** Installs Chromium by apt where there is none, which needs root. Fails with what to do. */
export async function installChromium(say: (line: string) => void): Promise<void> {
  if (await findChromium()) return;
  const help = `install Chromium ("apt-get install ${packageName}" as root), or set CHROMIUM`;
  if (process.getuid?.() !== 0 || !(await exists('/usr/bin/apt-get')))
    throw new Error(`There is no Chromium for the tests in a browser: ${help}.`);
  say('installing Chromium…');
  const run = (...args: string[]) =>
    promisify(execFile)('apt-get', ['-qq', ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      maxBuffer: 64 * 1024 * 1024,
    });
  const install = () => run('install', '-y', '--no-install-recommends', packageName);
  // Lists that are there mostly suffice, and one dead package source does not matter.
  await install()
    .catch(() =>
      run('update')
        .catch(() => {})
        .then(install),
    )
    .catch((cause: unknown) => {
      throw new Error(`Chromium could not be installed: ${help}.`, { cause });
    });
}
