import type { BrowserName } from '../../support/browsers.ts';
import type { Page } from '../../support/profile.ts';
import type { World } from './world.ts';

/** What a fault may use beside the world. */
export interface Scene extends World {
  /** A whole number from 0 up to this one, which is excluded. */
  pick(below: number): number;
  /** A tab that runs. */
  page(): Page;
  /** Sends something by a tab; resolves with where it is kept. */
  send(page: Page): Promise<'persistent' | 'memory' | undefined>;
}

export interface Fault {
  /** How often it is picked, in proportion to the others. */
  weight: number;
  /** Where it can be done; both unless given. */
  only?: BrowserName;
  /** It lasts until `mend`: other faults may follow before. */
  lasts?: true;
  /** It is mended before anything else happens. */
  isMendedFirst?: true;
  /** Messages are kept before it happens, not at the same time. */
  isQuiet?: true;
  /** It calls the service. */
  needsService?: true;
  happen(scene: Scene): unknown;
}

const mostTabs = 5;
const hourMs = 3_600_000;

async function postToAll({ talks, pick }: Scene): Promise<void> {
  for (const { post } of talks) await post(`from a peer ${pick(1e6)}`);
}

const table = {
  cut: { weight: 3, lasts: true, happen: ({ network }) => network.cut() },
  stall: { weight: 3, lasts: true, happen: ({ network }) => network.stall() },
  'lost replies': {
    weight: 4,
    happen: ({ network, pick }) => network.loseReplies(1 + pick(3)),
  },
  reload: { weight: 4, happen: ({ tabs, page }) => tabs.load(page()) },
  'tab opened': {
    weight: 3,
    async happen({ tabs, page }) {
      if (tabs.pages.length === mostTabs) await tabs.close(page());
      await tabs.open();
    },
  },
  'tab closed': { weight: 3, happen: ({ tabs, page }) => tabs.close(page()) },
  'tab crashed': {
    // Firefox has no command for it.
    ...{ weight: 3, only: 'chromium' },
    happen: ({ tabs, page }) => tabs.crash(page()),
  },
  'browser killed': { weight: 1, happen: ({ tabs }) => tabs.restart() },
  'service killed': { weight: 1, lasts: true, happen: ({ stage }) => stage.service.kill() },
  'token revoked': { weight: 2, needsService: true, happen: ({ backend }) => backend.revoke() },
  'tokens refused': {
    weight: 1,
    needsService: true,
    lasts: true,
    happen: ({ backend }) => backend.refuse(),
  },
  'tokens stale': {
    weight: 1,
    needsService: true,
    lasts: true,
    happen: ({ backend }) => backend.goStale(),
  },
  'tokens expire': {
    weight: 2,
    needsService: true,
    lasts: true,
    happen: ({ backend }) => backend.shorten(),
  },
  'disk full': {
    ...{ weight: 2, lasts: true, isMendedFirst: true, isQuiet: true },
    async happen({ tabs, page, send }) {
      const place = await tabs.withFullDisk(() => send(page()));
      // The application can say so to its user, who is not to leave the page.
      if (place !== 'memory') throw new Error(`a full disk was not noticed: ${place}`);
    },
  },
  'clock jumped': {
    weight: 2,
    happen: ({ tabs, pick }) => tabs.setClock((pick(3) - 1) * hourMs),
  },
  'tab frozen': {
    ...{ weight: 2, only: 'chromium', isQuiet: true, needsService: true },
    async happen(scene) {
      const { tabs, page, send } = scene;
      if (tabs.pages.length === 1) await tabs.open();
      const frozen = page();
      const other = tabs.pages.find((one) => one !== frozen);
      // It may have to wait for what the frozen tab has begun to write.
      let sending: Promise<unknown> | undefined;
      await tabs.frozenDuring(frozen, async () => {
        sending = other && send(other);
        await postToAll(scene);
      });
      await sending;
    },
  },
  'computer asleep': {
    ...{ weight: 1, isQuiet: true, needsService: true },
    happen: (scene) => scene.tabs.sleepDuring(() => postToAll(scene)),
  },
} satisfies Record<string, Fault>;

export type FaultName = keyof typeof table;
export const faults: Readonly<Record<FaultName, Fault>> = table;

/** The faults of a browser, each as often as its weight. */
export const faultsOf = (browser: BrowserName, names = Object.keys(faults) as FaultName[]) =>
  names.flatMap((name) => {
    const { only = browser, weight } = faults[name];
    return Array<FaultName>(only === browser ? weight : 0).fill(name);
  });
