import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { build } from 'esbuild';
import type { Chat } from '../../client/index.ts';
import { app } from '../support/app.ts';
import { type Site, serveModule } from '../support/browser.ts';
import { type BrowserName, browserNames } from '../support/browsers.ts';
import { type Member, newHub } from '../support/hub.ts';
import { type Network, openNetwork } from '../support/network.ts';
import { eventuallyIn, openProfile, type Page, type Profile } from '../support/profile.ts';
import { randomIntegers } from '../support/random.ts';
import { eventually } from '../support/wait.ts';

/** What the page of the tests has in its global object. */
declare global {
  var chat: Chat;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A page that opens the chat of the member whose token it has. */
async function chatPage(): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { openChat } from './client/index.ts';
        const { URL: url, HUB: hubId, USER: userId, TOKEN } = process.env;
        globalThis.chat = await openChat({ url, hubId, userId, getToken: () => TOKEN });`,
      resolveDir: root,
    },
    ...{ bundle: true, format: 'esm', target: 'es2022', write: false },
  });
  return outputFiles[0]?.text ?? '';
}

const faultsOfRun = 25;
/** More of them: `CLIENT_SEEDS=1-80 npm run test:browser -- test/client`. */
function seeds(): number[] {
  const [from = 1, to = 2] = (process.env.CLIENT_SEEDS ?? '1-2').split('-').map(Number);
  return Array.from({ length: to - from + 1 }, (_, n) => from + n);
}

class Tabs {
  readonly pages: Page[] = [];
  constructor(
    readonly profile: Profile,
    readonly site: Site,
  ) {}

  async open(): Promise<Page> {
    const page = await this.profile.open();
    this.pages.push(page);
    await this.load(page);
    return page;
  }

  async load(page: Page): Promise<void> {
    await page.goto(this.site.origin);
    await eventuallyIn(page, () => globalThis.chat !== undefined);
  }

  async close(page: Page): Promise<void> {
    this.pages.splice(this.pages.indexOf(page), 1);
    await page.close();
  }
}

const send = (page: Page, entityId: string, message: string): Promise<string> =>
  page.evaluate(
    (to, text) => chat.outbox.send({ entityId: to, message: text }),
    ...[entityId, message],
  );

const textsOf = async (member: Member, entityId: string): Promise<string[]> => {
  const texts: string[] = [];
  for (let before: string | undefined; ; ) {
    const rows = await member.chat.messages({
      ...{ entity_id: entityId, limit: 100, mark_read: 0 },
      ...(before === undefined ? {} : { before }),
    });
    texts.push(...rows.map(({ message }) => message));
    if (rows.length < 100) return texts.reverse();
    before = rows.at(-1)?.cursor;
  }
};

let code: string;
before(async () => {
  code = await chatPage();
});

async function start(name: BrowserName) {
  const { members, operator } = await newHub({ alice: 7, bob: 7 });
  const { alice, bob } = members;
  const network = await openNetwork(app().url);
  const env = { URL: network.url, HUB: alice.hubId, USER: alice.id, TOKEN: alice.token };
  const site = await serveModule(() => code, env);
  await operator.hub.update({ origins: [site.origin] });
  const profile = await openProfile(name);
  const tabs = new Tabs(profile, site);
  const end = async () => {
    await profile[Symbol.asyncDispose]();
    await site[Symbol.asyncDispose]();
    await network[Symbol.asyncDispose]();
  };
  return { alice, bob, network, tabs, [Symbol.asyncDispose]: end };
}

for (const name of browserNames)
  describe(`The client in ${name}`, () => {
    it('has one socket for all tabs, and another tab takes it over within a second', async () => {
      await using world = await start(name);
      const { tabs, bob, alice } = world;
      const first = await tabs.open();
      const second = await tabs.open();
      const isLive = (page: Page) =>
        eventuallyIn(page, () => chat.connection.getSnapshot() === 'live');
      const isLeading = (page: Page) => page.evaluate(() => chat.isLeading.getSnapshot());
      await Promise.all([isLive(first), isLive(second)]);
      expect([await isLeading(first), await isLeading(second)]).to.deep.equal([true, false]);
      await tabs.close(first);
      const began = Date.now();
      await eventuallyIn(second, () => chat.isLeading.getSnapshot());
      expect(Date.now() - began).to.be.below(1000);
      await bob.chat.post({ entity_id: alice.id, message: 'Hello' });
      await eventuallyIn(second, () => chat.store.counters.getSnapshot()?.total_cnt === 1);
    });

    for (const seed of seeds())
      it(`loses and doubles nothing over ${faultsOfRun} faults, seed ${seed}`, async function () {
        this.timeout(300_000).slow(60_000);
        await using world = await start(name);
        await disturb(world, randomIntegers(seed));
      });
  });

interface World {
  alice: Member;
  bob: Member;
  network: Network;
  tabs: Tabs;
}

/** Sends between faults, then compares what every tab shows with what the service has. */
async function disturb({ alice, bob, network, tabs }: World, pick: (below: number) => number) {
  await tabs.open();
  const sent: string[] = [];
  const page = (): Page => tabs.pages[pick(tabs.pages.length)] as Page;
  const faults: (() => unknown)[] = [
    () => network.cut(),
    () => network.mend(),
    () => network.stall(),
    () => network.loseReplies(1 + pick(3)),
    () => tabs.load(page()),
    () => (tabs.pages.length < 4 ? tabs.open() : tabs.close(page())),
    async () => {
      if (tabs.pages.length === 1) await tabs.open();
      await tabs.close(page());
    },
    () => bob.chat.post({ entity_id: alice.id, message: `from bob ${pick(1e6)}` }),
  ];
  for (let n = 0; n < faultsOfRun; n++) {
    await faults[pick(faults.length)]?.();
    for (let k = pick(3); k >= 0; k--) {
      const text = `message ${sent.length}`;
      await send(page(), bob.id, text);
      sent.push(text);
    }
  }
  network.mend();
  for (const one of tabs.pages) await expectSettled(one);
  const stored = await textsOf(alice, bob.id);
  expect(stored.filter((text) => text.startsWith('message'))).to.deep.equal(sent);
  const counters = await alice.chat.count_all();
  for (const one of tabs.pages) await expectShown(one, bob.id, stored, counters.total_cnt);
}

/** Waits until a tab is connected, and has neither anything to send nor to read. */
const expectSettled = (page: Page) =>
  eventuallyIn(
    page,
    () =>
      chat.connection.getSnapshot() === 'live' &&
      chat.outbox.items.length === 0 &&
      chat.store.isSettled,
    60_000,
  );

async function expectShown(page: Page, entityId: string, stored: string[], unread: number) {
  const shown = () =>
    page.evaluate(async (id) => {
      const open = chat.open(id, 'newest');
      while (!chat.store.isSettled) await new Promise((done) => setTimeout(done, 20));
      const texts = open.messages.getSnapshot().map(({ row }) => row?.message);
      open.close();
      return { texts, unread: chat.store.counters.getSnapshot()?.total_cnt };
    }, entityId);
  let seen = await shown();
  await eventually(async () => {
    seen = await shown();
    return seen.unread === unread;
  }, 5000).catch(() => {});
  expect(seen).to.deep.equal({ texts: stored.slice(-seen.texts.length), unread });
}
