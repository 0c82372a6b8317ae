import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { build } from 'esbuild';
import type { Chat } from '../../client/index.ts';
import { app } from '../support/app.ts';
import { type Site, serveModule } from '../support/browser.ts';
import { type BrowserName, browserNames } from '../support/browsers.ts';
import { newHub } from '../support/hub.ts';
import { openNetwork } from '../support/network.ts';
import { eventuallyIn, openProfile, type Page, type Profile } from '../support/profile.ts';

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
  });
