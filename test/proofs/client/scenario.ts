import type { Page } from '../../support/profile.ts';
import { randomIntegers } from '../../support/random.ts';
import { check } from './check.ts';
import { type FaultName, faults, faultsOf, type Scene } from './faults.ts';
import { Ledger } from './ledger.ts';
import type { World } from './world.ts';

export interface Plan {
  seed: number;
  /** How many faults happen. */
  count: number;
  /** Which may happen; all that the browser can do unless given. */
  names?: FaultName[];
}

export interface Outcome {
  faults: Partial<Record<FaultName, number>>;
  messages: number;
  checks: number;
}

/**
 * Lets faults happen while messages are sent and received, several at a time; repairs them, and
 * then compares what the tabs show with what the service has. Fails at the first difference.
 */
export async function play(world: World, { seed, count, names }: Plan): Promise<Outcome> {
  const player = new Player(world, randomIntegers(seed));
  const possible = faultsOf(world.profile.name, names);
  await world.tabs.open();
  const done: FaultName[] = [];
  try {
    while (done.length < count) {
      const name = possible[player.pick(possible.length)] as FaultName;
      done.push(name);
      await player.suffer(name);
    }
    await player.recover();
  } catch (cause) {
    const last = done.slice(-6).join(', ');
    throw new Error(`seed ${seed}, after ${done.length} faults (… ${last}): ${cause}`, { cause });
  }
  return {
    faults: Object.fromEntries(
      [...new Set(done)].map((name) => [name, done.filter((one) => one === name).length]),
    ),
    messages: player.ledger.count,
    checks: player.checks,
  };
}

class Player {
  readonly ledger = new Ledger();
  readonly pick: (below: number) => number;
  checks = 0;
  readonly #world: World;
  readonly #scene: Scene;
  #isBroken = false;

  constructor(world: World, pick: (below: number) => number) {
    this.pick = pick;
    this.#world = world;
    this.#scene = {
      ...world,
      pick,
      page: () => this.#page(),
      send: (page) => this.#send(page),
    };
  }

  /** Sends before, during and after a fault. */
  async suffer(name: FaultName): Promise<void> {
    const { lasts, isMendedFirst, isQuiet, needsService, happen } = faults[name];
    const { stage, tabs } = this.#world;
    await this.#receive();
    const sending = this.#send(this.#page());
    if (isQuiet || this.pick(2) === 0) await sending;
    if (needsService) await stage.start();
    await happen(this.#scene);
    await sending;
    if (lasts) this.#isBroken = true;
    if (tabs.pages.length === 0) await tabs.open();
    if (!isMendedFirst) await this.#send(this.#page());
    if (!this.#isBroken || isMendedFirst || this.pick(2) === 0) await this.recover();
  }

  /** Repairs everything, and compares. */
  async recover(): Promise<void> {
    const { tabs } = this.#world;
    await this.#world.mend();
    this.#isBroken = false;
    // As a browser does that finds a network; without it, the client's own pauses have to end.
    if (this.pick(4) > 0)
      for (const page of tabs.pages) await page.evaluate(() => dispatchEvent(new Event('online')));
    await check(this.#world, this.ledger);
    this.checks += 1;
  }

  #page(): Page {
    const { pages } = this.#world.tabs;
    return pages[this.pick(pages.length)] as Page;
  }

  /** Others post, and the member reads. */
  async #receive(): Promise<void> {
    const { stage, talks } = this.#world;
    if (!stage.service.lives) return;
    const talk = talks[this.pick(talks.length)];
    for (let n = this.pick(3); n > 0; n--) await talk?.post(`from a peer ${this.pick(1e6)}`);
    const read = talks[this.pick(talks.length)]?.id ?? '';
    if (!this.#isBroken && this.pick(4) === 0)
      await this.#page().evaluate((id) => proof?.markRead(id), read);
  }

  /** Sends some messages; resolves with where they are kept, undefined if the tab ended before. */
  async #send(page: Page): Promise<'persistent' | 'memory' | undefined> {
    const { talks } = this.#world;
    const id = talks[this.pick(talks.length)]?.id ?? '';
    const fileCounts = Array.from({ length: 1 + this.pick(3) }, () =>
      Math.max(0, this.pick(6) - 3),
    );
    const { messages, keep } = this.ledger.add(id, fileCounts);
    const sending = page.evaluate(
      (to, sent) => proof?.send(to, sent).catch((error: unknown) => ({ error: `${error}` })),
      ...([id, messages] as const),
    );
    // Rejects only when the tab ends, and what it has not confirmed may be lost.
    const kept = await sending.catch(() => undefined);
    if (typeof kept === 'object') throw new Error(`a message was not kept: ${kept.error}`);
    if (kept !== undefined) keep();
    return kept;
  }
}
