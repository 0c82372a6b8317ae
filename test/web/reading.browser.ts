import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { writeHistory } from '../support/history.ts';
import { newHub } from '../support/hub.ts';
import { eventually } from '../support/wait.ts';
import { messagesOf, openWindow, sendMessage } from './world.ts';

const log = (page: Page) => page.getByRole('log', { name: 'Messages' });
const line = (page: Page) => log(page).getByText('New', { exact: true });
const belowLine = (page: Page) =>
  line(page).evaluate((one) => one.nextElementSibling?.querySelector('.text')?.textContent);

/** The text of the first row that is wholly visible, and where it is. */
const firstVisible = (page: Page) =>
  log(page).evaluate((box) => {
    const { top } = box.getBoundingClientRect();
    const rows = [...box.querySelectorAll<HTMLElement>('article')];
    const row = rows.find((one) => one.getBoundingClientRect().top >= top);
    return {
      text: row?.querySelector('.text')?.textContent,
      top: row?.getBoundingClientRect().top,
    };
  });

/** Puts another window in front of the page, or takes it away. */
const look = (page: Page, isLooking: boolean) =>
  page.evaluate((looks) => {
    document.hasFocus = () => looks;
    dispatchEvent(new Event(looks ? 'focus' : 'blur'));
  }, isLooking);

describe('Reading a conversation', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  async function roomOf(count: number) {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    const { entity_id, room_id } = await Alice.room.create({ name: 'History', user_ids: [Bob.id] });
    const ids = await writeHistory(room_id, [Bob], count, (n) => `Line ${n}`);
    await Alice.chat.acknowledge({ message_id: ids.at(-1) ?? '' });
    return { Alice, Bob, entityId: entity_id, ids };
  }

  it('goes on after a reload at the same place', async () => {
    const { Alice, Bob, entityId } = await roomOf(400);
    await using window = await openWindow(browser, Alice, { path: `/#/${entityId}` });
    const { page } = window;
    await messagesOf(page).filter({ hasText: 'Line 399' }).waitFor();
    for (const shown of [310, 265]) {
      await log(page).evaluate((box) => box.scrollTo(0, 0));
      await messagesOf(page)
        .filter({ hasText: `Line ${shown}` })
        .waitFor({ state: 'attached' });
    }
    await log(page).evaluate((box) => box.scrollBy(0, 333));
    const before = await firstVisible(page);
    await Bob.chat.post({ entity_id: entityId, message: 'Meanwhile' });
    await page.reload();
    await eventually(async () => (await firstVisible(page)).text === before.text);
    await eventually(async () => (await firstVisible(page)).top === before.top);
    await page.getByRole('button', { name: 'Jump to latest' }).click();
    await messagesOf(page).filter({ hasText: 'Meanwhile' }).waitFor();
    await eventually(() =>
      log(page).evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight < 2),
    );
    await page.reload();
    await messagesOf(page).filter({ hasText: 'Meanwhile' }).waitFor();
    expect(await page.evaluate(() => ({ ...sessionStorage }))).to.deep.equal({});
    expect(window.problems).to.deep.equal([]);
  });

  it('in the middle of it only counts what is new, and leads on to the end', async () => {
    const { Alice, Bob, entityId, ids } = await roomOf(400);
    const path = `/#/${entityId}/message/${ids[100]}`;
    await using window = await openWindow(browser, Alice, { path });
    const { page } = window;
    await messagesOf(page).filter({ hasText: 'Line 100' }).waitFor();
    for (const n of [1, 2, 3]) await Bob.chat.post({ entity_id: entityId, message: `New ${n}` });
    const jump = page.getByRole('button', { name: 'Jump to latest' });
    await jump.getByText('3', { exact: true }).waitFor();
    expect(
      await messagesOf(page)
        .filter({ hasText: /^.*New \d/ })
        .count(),
    ).to.equal(0);
    const before = await firstVisible(page);
    const requests: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/chat.messages')) requests.push(request.url());
    });
    const last = messagesOf(page).filter({ hasText: 'New 3' });
    for (let n = 0; n < 20 && (await last.count()) === 0; n += 1) {
      const newest = await messagesOf(page).last().getAttribute('data-key');
      await log(page).evaluate((box) => box.scrollTo(0, box.scrollHeight));
      await page.waitForFunction(
        (key) =>
          [...document.querySelectorAll('[data-key]')].at(-1)?.getAttribute('data-key') !== key,
        newest,
      );
    }
    await last.waitFor();
    const shown = await log(page).locator('.text').allTextContents();
    const expected = [...Array.from(ids, (_, n) => `Line ${n}`), 'New 1', 'New 2', 'New 3'];
    expect(shown).to.deep.equal(expected.slice(-shown.length));
    expect(requests.length, 'one request for each page').to.be.within(5, 8);
    expect(before.text).to.match(/^Line \d+$/);
    await jump.waitFor({ state: 'detached' });
    expect(window.problems).to.deep.equal([]);
  });

  it('reaches its beginning, without a limit of messages', async () => {
    const { Alice, entityId } = await roomOf(400);
    await using window = await openWindow(browser, Alice, { path: `/#/${entityId}` });
    const { page } = window;
    await messagesOf(page).filter({ hasText: 'Line 399' }).waitFor();
    const beginning = log(page).getByText(/^The beginning of the conversation\./);
    expect(await beginning.count()).to.equal(0);
    await eventually(async () => {
      await log(page).evaluate((box) => box.scrollTo(0, 0));
      return beginning.isVisible();
    });
    expect(await messagesOf(page).first().locator('.text').textContent()).to.equal('Line 0');
  });

  it('never shows an empty log while a page is read', async () => {
    const { Alice, entityId } = await roomOf(300);
    await using window = await openWindow(browser, Alice, { path: `/#/${entityId}` });
    const { page, context } = window;
    await messagesOf(page).filter({ hasText: 'Line 299' }).waitFor();
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let asked = 0;
    await context.route(/chat\.messages/, async (route) => {
      asked += 1;
      await held;
      await route.continue();
    });
    const filled = () =>
      log(page).evaluate((box) => {
        const { top, bottom } = box.getBoundingClientRect();
        return [...box.querySelectorAll('article')].filter((row) => {
          const place = row.getBoundingClientRect();
          return place.bottom > top && place.top < bottom;
        }).length;
      });
    for (let n = 0; n < 10; n += 1) {
      await log(page).evaluate((box, up) => box.scrollTo(0, up ? 0 : 200), n % 2 === 0);
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
      expect(await filled()).to.be.at.least(5);
    }
    // Coming back to the edge meanwhile asks for nothing more.
    expect(asked).to.equal(1);
    release();
    await messagesOf(page).filter({ hasText: 'Line 220' }).waitFor({ state: 'attached' });
    expect(await filled()).to.be.at.least(5);
  });

  it('keeps the focus in the log when the message that has it is too far away', async () => {
    const { Alice, entityId } = await roomOf(500);
    await using window = await openWindow(browser, Alice, { path: `/#/${entityId}` });
    const { page } = window;
    const last = messagesOf(page).filter({ hasText: 'Line 499' });
    await last.focus();
    for (let shown = 410; shown > 200; shown -= 45) {
      await log(page).evaluate((box) => box.scrollTo(0, 0));
      await messagesOf(page)
        .filter({ hasText: `Line ${shown}` })
        .waitFor({ state: 'attached' });
    }
    await last.waitFor({ state: 'detached' });
    const before = await firstVisible(page);
    const focused = () =>
      page.evaluate(() => document.activeElement?.closest('[role=log] article') !== null);
    expect(await focused()).to.equal(true);
    expect(await firstVisible(page)).to.deep.equal(before);
    await page.keyboard.press('ArrowUp');
    expect(await focused()).to.equal(true);
  });

  it('has a line above what is new, which follows the eye of the reader', async () => {
    const { Alice, Bob, entityId } = await roomOf(60);
    const post = (message: string) => Bob.chat.post({ entity_id: entityId, message });
    for (const message of ['One', 'Two']) await post(message);
    await using window = await openWindow(browser, Alice, { path: `/#/${entityId}` });
    const { page } = window;
    await line(page).waitFor();
    expect(await belowLine(page)).to.equal('One');
    const unread = async () => (await Alice.chat.count_all()).total_cnt;
    await eventually(async () => (await unread()) === 0);
    // While they look, it stays.
    await post('Three');
    await messagesOf(page).filter({ hasText: 'Three' }).waitFor();
    await eventually(async () => (await unread()) === 0);
    expect(await belowLine(page)).to.equal('One');
    // What comes while they look elsewhere is new.
    await look(page, false);
    await post('Four');
    await post('Five');
    await eventually(async () => (await belowLine(page)) === 'Four');
    expect(await unread()).to.equal(2);
    await look(page, true);
    await eventually(async () => (await unread()) === 0);
    expect(await belowLine(page)).to.equal('Four');
    await sendMessage(page, 'An answer');
    await line(page).waitFor({ state: 'detached' });
    // Seen, and out of sight by what comes after it.
    await look(page, false);
    await post('Six');
    await line(page).waitFor();
    await look(page, true);
    for (let n = 0; n < 30; n += 1) await post(`More ${n}`);
    await line(page).waitFor({ state: 'detached' });
    expect(window.problems).to.deep.equal([]);
  });
});
