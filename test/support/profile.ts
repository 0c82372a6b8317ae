import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { type BrowserName, findBrowser } from './browsers.ts';
import { eventually } from './wait.ts';

export type { Page } from 'puppeteer-core';

/** A browser of either kind whose tabs share a storage, which outlives the browser's process. */
export interface Profile extends AsyncDisposable {
  readonly name: BrowserName;
  /** The process id of the browser. */
  readonly pid: number;
  /** Opens a tab, with this page if one is given. */
  open(url?: string): Promise<Page>;
  /** Kills the browser with all tabs (SIGKILL), and starts it again on what it has stored. */
  restart(): Promise<void>;
}

/**
 * Starts a headless Chromium or Firefox with an empty profile; `await using` ends it. Tests of
 * Chromium alone have more by `openBrowser`.
 */
export async function openProfile(name: BrowserName): Promise<Profile> {
  const executablePath = await findBrowser(name);
  const userDataDir = await mkdtemp(join(tmpdir(), 'hubchat-profile-'));
  const launch = (): Promise<Browser> =>
    puppeteer.launch({
      ...{ executablePath, userDataDir },
      ...(name === 'firefox' ? { browser: 'firefox' } : { browser: 'chrome', args: chromiumArgs }),
    });
  let browser = await launch();

  async function kill(): Promise<void> {
    const child = browser.process();
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    // Puppeteer takes these back at some time after the end, while it writes them for the next one.
    for (const file of ['prefs.js.puppeteer', 'user.js.puppeteer', 'user.js'])
      await rm(join(userDataDir, file), { force: true });
  }

  return {
    name,
    get pid() {
      return browser.process()?.pid ?? 0;
    },
    async open(url) {
      const page = await browser.newPage();
      if (url !== undefined) await page.goto(url);
      return page;
    },
    async restart() {
      await kill();
      browser = await launch();
    },
    async [Symbol.asyncDispose]() {
      await kill();
      // Processes that the browser has left behind may still write.
      await rm(userDataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}

// Chromium's sandbox does not work for root.
export const chromiumArgs = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

/**
 * Waits until this holds in a page. It is looked at from outside, as timers of a page in the
 * background are slow.
 */
export const eventuallyIn = (
  page: Page,
  holds: () => boolean | Promise<boolean>,
  ms?: number,
): Promise<void> => eventually(() => page.evaluate(holds), ms);
