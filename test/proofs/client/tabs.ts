import { readdir, readFile } from 'node:fs/promises';
import { eventuallyIn, type Page, type Profile } from '../../support/profile.ts';

/** The tabs of a browser that show the page of the proof. */
export class Tabs {
  readonly profile: Profile;
  readonly #origin: string;
  readonly #env: { CLOCK: string };
  #all: Page[] = [];

  constructor(profile: Profile, origin: string, env: { CLOCK: string }) {
    this.profile = profile;
    this.#origin = origin;
    this.#env = env;
  }

  get pages(): readonly Page[] {
    return this.#all;
  }

  async open(): Promise<void> {
    const page = await this.profile.open();
    this.#all.push(page);
    await this.load(page);
  }

  async load(page: Page): Promise<void> {
    await page.goto(this.#origin);
    await eventuallyIn(page, () => globalThis.proof !== undefined);
  }

  async close(page: Page): Promise<void> {
    this.#forget(page);
    await page.close();
  }

  /** Ends the process of a tab, and all tabs that share it. Chromium only. */
  async crash(page: Page): Promise<void> {
    for (const other of this.#all)
      other.once('error', () => {
        this.#forget(other);
        void other.close();
      });
    const crashed = new Promise((resolve) => page.once('error', resolve));
    const session = await page.createCDPSession();
    // It is never answered.
    void session.send('Page.crash').catch(() => {});
    await crashed;
    for (const other of this.#all) other.removeAllListeners('error');
  }

  /** Kills the browser, and starts it again without tabs. */
  async restart(): Promise<void> {
    this.#all = [];
    await this.profile.restart();
  }

  /** Sets by how much the computer's clock is wrong, in all tabs and those to come. */
  async setClock(aheadMs: number): Promise<void> {
    this.#env.CLOCK = `${aheadMs}`;
    for (const page of this.pages) await page.evaluate((ms) => proof?.setClock(ms), aheadMs);
  }

  /** Lets IndexedDB refuse all that the tabs write while this is done, as a full disk does. */
  async withFullDisk<T>(work: () => Promise<T>): Promise<T> {
    const setFull = (isFull: boolean) =>
      Promise.all(
        this.#all.map((page) => page.evaluate((full) => proof?.setDiskFull(full), isFull)),
      );
    await setFull(true);
    try {
      return await work();
    } finally {
      await setFull(false);
    }
  }

  /** Freezes a tab while this is done, as a browser does in the background. Chromium only. */
  async frozenDuring(page: Page, work: () => Promise<unknown>): Promise<void> {
    const session = await page.createCDPSession();
    const setState = (state: 'frozen' | 'active') =>
      session.send('Page.setWebLifecycleState', { state });
    await setState('frozen');
    try {
      await work();
    } finally {
      await setState('active');
      await session.detach();
    }
  }

  /** Stops the processes of all tabs while this is done, as a computer that sleeps. */
  async sleepDuring(work: () => Promise<unknown>): Promise<void> {
    const pids = await processesOfTabs(this.profile.pid);
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    try {
      await work();
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGCONT');
    }
  }

  #forget(page: Page): void {
    this.#all = this.#all.filter((one) => one !== page);
  }
}

/** The descendants of a browser that run pages, by their command lines. */
async function processesOfTabs(browser: number): Promise<number[]> {
  const parents = new Map<number, number>();
  const tabs: number[] = [];
  for (const name of await readdir('/proc')) {
    const pid = Number(name);
    if (!pid) continue;
    const [stat, line] = await Promise.all(
      ['stat', 'cmdline'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
    );
    parents.set(pid, Number(stat?.slice(stat.lastIndexOf(')') + 4).split(' ')[0]));
    if (/--type=renderer|-contentproc.*\0tab\0?$/s.test(line ?? '')) tabs.push(pid);
  }
  const isBelow = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === browser || isBelow(parents.get(pid)));
  return tabs.filter(isBelow);
}
