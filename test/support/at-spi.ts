import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';
import { findAtSpi, findBrowser } from './browsers.ts';
import { keepChild, openDisplay } from './display.ts';
import { chromiumArgs } from './profile.ts';

/** An element as screen readers have it. */
export interface Accessible {
  /** By the names of AT-SPI: "push button", "link", "landmark". */
  role: string;
  name: string;
  /** Whether and how it is read aloud when it changes. */
  live: 'polite' | 'assertive' | null;
  children: readonly Accessible[];
}

/** A desktop with a Chromium whose pages are read from the tree that screen readers have. */
export interface AccessibleDesktop extends AsyncDisposable {
  browser: Browser;
  /** All elements of the open pages. */
  elements(): Promise<Accessible[]>;
  /** Acts on an element as a screen reader does; false if it is not there. */
  press(role: string, name: string): Promise<boolean>;
}

const script = fileURLToPath(new URL('at-spi.py', import.meta.url));

/** Opens such a desktop; undefined where AT-SPI is not installed. */
export async function openAccessibleDesktop(): Promise<AccessibleDesktop | undefined> {
  const programs = await findAtSpi();
  if (!programs) return undefined;
  const display = await openDisplay(programs.display);
  const withDisplay = { ...process.env, DISPLAY: display.name };
  const command = 'echo "$DBUS_SESSION_BUS_ADDRESS"; exec cat';
  const bus = keepChild(
    spawn(programs.bus, ['--', 'sh', '-c', command], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: withDisplay,
    }),
  );
  const [address] = (await once(bus.stdout, 'data')) as [Buffer];
  const env = {
    ...withDisplay,
    DBUS_SESSION_BUS_ADDRESS: String(address).trim(),
    // What a desktop says by its settings.
    ACCESSIBILITY_ENABLED: '1',
  };
  const browser = await chromium.launch({
    ...{ executablePath: await findBrowser('chromium'), headless: false, env },
    args: [...chromiumArgs, '--force-renderer-accessibility'],
  });

  async function ask(...args: string[]): Promise<unknown> {
    const options = { env, maxBuffer: 64 * 1024 * 1024 };
    const { stdout } = await promisify(execFile)(
      programs?.python ?? '',
      [script, ...args],
      options,
    );
    return JSON.parse(stdout);
  }
  const flat = (node: Accessible): Accessible[] => [node, ...node.children.flatMap(flat)];

  return {
    browser,
    elements: async () => ((await ask('tree')) as Accessible[]).flatMap(flat),
    press: async (role, name) => (await ask('press', role, name)) === true,
    async [Symbol.asyncDispose]() {
      await browser.close();
      // The bus ends with its command, and with the bus what it has started.
      const ended = once(bus, 'exit');
      bus.stdin.end();
      await ended;
      await display[Symbol.asyncDispose]();
    },
  };
}
