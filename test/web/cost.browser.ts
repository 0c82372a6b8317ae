import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { writeHistory } from '../support/history.ts';
import { newHub } from '../support/hub.ts';
import { messagesOf, openWindow } from './world.ts';

/* Counts, which unlike times do not depend on the machine. */
describe('The cost of what is long', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  /** Opens a room of so many messages at its end. */
  async function openRoom(count: number) {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    const { entity_id, room_id } = await Alice.room.create({ name: 'Long', user_ids: [Bob.id] });
    const ids = await writeHistory(room_id, [Bob], count, (n) => `Message ${n}`);
    await Alice.chat.acknowledge({ message_id: ids.at(-1) ?? '' });
    const window = await openWindow(browser, Alice, { path: `/#/${entity_id}` });
    await messagesOf(window.page).last().waitFor();
    return window;
  }

  const log = (page: Page) => page.getByRole('log', { name: 'Messages' });

  it('is that of some rows a task while a page is put before a log', async () => {
    await using window = await openRoom(200);
    const { page } = window;
    await page.waitForFunction(() => document.querySelectorAll('article').length >= 90);
    const added = log(page).evaluate(
      (box) =>
        new Promise<number[]>((resolve) => {
          const counts: number[] = [];
          new MutationObserver((changes) => {
            const rows = changes
              .flatMap(({ addedNodes }) => [...addedNodes])
              .filter((node) => node instanceof Element && node.matches('article'));
            if (rows.length > 0) counts.push(rows.length);
            if (counts.reduce((sum, count) => sum + count, 0) >= 45) resolve(counts);
          }).observe(box, { childList: true, subtree: true });
          box.scrollTop = 0;
        }),
    );
    expect(Math.max(...(await added))).to.be.at.most(15);
    expect(window.problems).to.deep.equal([]);
  });

  it('is that of rows without tools in a log, but for the visible ones at rest', async () => {
    await using window = await openRoom(100);
    const { page } = window;
    await messagesOf(page).last().getByRole('button', { name: 'Reply' }).waitFor();
    const rows = await messagesOf(page).evaluateAll((all) =>
      all.map((row) => ({
        isVisible: row.checkVisibility() && row.getBoundingClientRect().bottom > 0,
        elements: row.querySelectorAll('*').length,
      })),
    );
    const hidden = rows.filter(({ isVisible }) => !isVisible);
    expect(hidden.length).to.be.above(10);
    expect(Math.max(...hidden.map(({ elements }) => elements))).to.be.at.most(8);
    const earlier = messagesOf(page).filter({ hasText: /Message 60/ });
    await earlier.scrollIntoViewIfNeeded();
    await earlier.getByRole('button', { name: 'Reply' }).waitFor();
    expect(window.problems).to.deep.equal([]);
  });

  it('is that of the visible rows in a list of 500 conversations, by pages', async function () {
    this.timeout(90_000);
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    const create = (n: number) => Alice.room.create({ name: `Room ${n}`, user_ids: [Bob.id] });
    await create(0);
    for (let n = 1; n < 499; n += 40)
      await Promise.all(Array.from({ length: Math.min(40, 499 - n) }, (_, i) => create(n + i)));
    await create(499);
    await using window = await openWindow(browser, Alice);
    const { page } = window;
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    const list = page.getByRole('navigation', { name: 'Conversations' });
    await list.getByRole('link', { name: 'Room 499' }).waitFor();
    const most = await list.locator('.rows').evaluate(async (box) => {
      let rows = 0;
      for (const until = performance.now() + 30_000; performance.now() < until; ) {
        box.scrollTop += 600;
        await new Promise((resolve) => requestAnimationFrame(resolve));
        rows = Math.max(rows, box.querySelectorAll('li').length);
        if (box.querySelector('[aria-label="Room 0"]')) break;
      }
      return rows;
    });
    expect(await list.getByRole('link', { name: 'Room 0', exact: true }).count()).to.equal(1);
    expect(most).to.be.within(10, 40);
    const pages = asked.filter((url) => url.includes('/chat.chat_rooms'));
    expect(pages.length).to.be.at.most(Math.ceil(500 / 45) + 1);
    expect(asked.length).to.be.at.most(pages.length + 10);
    expect(window.problems).to.deep.equal([]);
  });
});
