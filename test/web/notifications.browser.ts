import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { newHub } from '../support/hub.ts';
import { openWindow } from './world.ts';

interface Shown {
  title: string;
  body: string;
  tag: string;
}

/** Keeps what the page would show on the desktop, which has no place in a test. */
const keepNotifications = `
  globalThis.shown = [];
  globalThis.Notification = function (title, { body, tag }) {
    shown.push({ title, body, tag });
    globalThis.lastShown = this;
    this.close = () => {};
  };
  Notification.permission = 'granted';
`;

const shownIn = (page: Page): Promise<Shown[]> =>
  page.evaluate(() => (globalThis as unknown as { shown: Shown[] }).shown);

/** As when another window of the desktop is in front. */
async function lookAway(page: Page): Promise<void> {
  await page.evaluate(() => {
    document.hasFocus = () => false;
    dispatchEvent(new Event('blur'));
  });
}

describe('Notifications of the desktop', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  it('are shown while the member looks elsewhere, and lead to the conversation', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    await using window = await openWindow(browser, Alice, { path: '/#/' });
    const { page } = window;
    await page.addInitScript({ content: keepNotifications });
    await page.reload();
    const list = page.getByRole('navigation', { name: 'Conversations' });
    await page.bringToFront();
    await Bob.chat.post({ entity_id: Alice.id, message: 'While you look' });
    await list.getByText('While you look').waitFor();
    expect(await shownIn(page)).to.deep.equal([]);

    await lookAway(page);
    await Bob.chat.post({ entity_id: Alice.id, message: 'While you do not' });
    await page.waitForFunction(
      () => (globalThis as unknown as { shown: Shown[] }).shown.length === 1,
    );
    const [first] = await shownIn(page);
    expect(first?.title).to.match(/^Bob Test · /);
    expect([first?.body, first?.tag]).to.deep.equal(['While you do not', Bob.id]);
    await page.evaluate(() =>
      (globalThis as unknown as { lastShown: { onclick(): void } }).lastShown.onclick(),
    );
    await page.waitForFunction(([id]) => location.hash === `#/${id}`, [Bob.id]);

    await Alice.setting.patch_user({ muted: 1 });
    await Bob.chat.post({ entity_id: Alice.id, message: 'Muted' });
    await list.getByText('Muted').waitFor();
    expect(await shownIn(page)).to.have.length(1);
  });
});
