import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { pngOf, upload } from '../support/files.ts';
import { writeHistory } from '../support/history.ts';
import { type Member, newHub } from '../support/hub.ts';
import { eventually } from '../support/wait.ts';
import { prependPage } from './prepend.ts';
import { messagesOf, openWindow } from './world.ts';

/** `PREPENDS=200` is the long run. */
const prepends = Number(process.env.PREPENDS ?? 20);

describe('The place of the reader in a log', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  /** A room in which Bob has written so many messages, of different heights. */
  async function roomOf(count: number) {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    const { entity_id, room_id } = await Alice.room.create({ name: 'History', user_ids: [Bob.id] });
    const textOf = (n: number): string => `Message ${n} ${'and more '.repeat((n * 7) % 90)}`;
    const ids = await writeHistory(room_id, [Bob], count, textOf);
    await Alice.chat.acknowledge({ message_id: ids.at(-1) ?? '' });
    return { Alice, Bob, entityId: entity_id, ids };
  }

  const log = (page: Page) => page.getByRole('log', { name: 'Messages' });

  /** Opens the room at its end, with the number of calls for pages of it. */
  async function openRoom(member: Member, entityId: string, path = '') {
    const window = await openWindow(browser, member, { path: `/#/${entityId}${path}` });
    const pages = { asked: 0 };
    window.page.on('request', (request) => {
      if (request.url().includes('/chat.messages')) pages.asked += 1;
    });
    await messagesOf(window.page).last().waitFor();
    // The compiler of the tests names functions by it.
    await window.page.evaluate('globalThis.__name = (named) => named');
    return { window, page: window.page, pages };
  }

  const prepend = (page: Page): Promise<number> => page.evaluate(prependPage);

  it('does not move by the first page that is read above, nor by later ones', async function () {
    this.timeout(20_000 + prepends * 2000);
    const { Alice, entityId } = await roomOf(100 + prepends * 45);
    const { window, page, pages } = await openRoom(Alice, entityId);
    await using _ = window;
    const asked = pages.asked;
    expect(await prepend(page)).to.equal(0);
    const moved = [];
    for (let n = 1; n < prepends; n += 1) moved.push(await prepend(page));
    expect(Math.max(...moved)).to.equal(0);
    expect(pages.asked - asked, 'requests').to.be.within(prepends, prepends + 1);
    expect(await messagesOf(page).count()).to.be.at.most(270);
    expect(window.problems).to.deep.equal([]);
  });

  it('does not move by new messages while old ones are read, which are counted', async () => {
    const { Alice, Bob, entityId } = await roomOf(120);
    const { window, page } = await openRoom(Alice, entityId);
    await using _ = window;
    await log(page).evaluate((box) => {
      box.scrollTop = 500;
    });
    await page.getByRole('button', { name: 'Jump to latest' }).waitFor();
    await page.waitForFunction(() => document.querySelectorAll('article').length >= 90);
    const topOf = () =>
      log(page).evaluate((box) => {
        const { top } = box.getBoundingClientRect();
        const rows = [...box.querySelectorAll<HTMLElement>('[data-key]')];
        const row = rows.find((one) => one.getBoundingClientRect().top >= top);
        return `${row?.dataset.key} ${row?.getBoundingClientRect().top}`;
      });
    const before = await topOf();
    for (let n = 0; n < 20; n += 1)
      await Bob.chat.post({ entity_id: entityId, message: `Burst ${n}` });
    await messagesOf(page).filter({ hasText: 'Burst 19' }).waitFor({ state: 'attached' });
    expect(await topOf()).to.equal(before);
    await page.getByRole('button', { name: 'Jump to latest' }).click();
    const last = messagesOf(page).filter({ hasText: 'Burst 19' });
    await page.waitForFunction(
      (row) => row && row.getBoundingClientRect().bottom <= innerHeight,
      await last.elementHandle(),
    );
  });

  it('does not move when pictures arrive, for which there is room before', async () => {
    const { Alice, Bob, entityId } = await roomOf(60);
    const png = await pngOf(800, 600);
    for (let n = 0; n < 3; n += 1) {
      const { nid } = await upload(Bob, `picture-${n}.png`, png, 'image/png');
      await Bob.chat.post({ entity_id: entityId, message: `Look ${n}`, attachment: [nid] });
    }
    await Bob.chat.post({ entity_id: entityId, message: 'The end' });
    const window = await openWindow(browser, undefined);
    await using _ = window;
    const { page, context } = window;
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await context.route(/\/-\/file\//, async (route) => {
      await held;
      await route.continue();
    });
    const url = page.url();
    await context.addCookies([{ name: 'regsid', value: Alice.token, url }]);
    await page.goto(`${url}#/${entityId}`);
    await page.reload();
    const end = messagesOf(page).filter({ hasText: 'The end' });
    await end.waitFor();
    const heights = () =>
      log(page).evaluate((box) =>
        [...box.querySelectorAll('article')].map((row) => row.getBoundingClientRect().height),
      );
    const before = await heights();
    release();
    await page.waitForFunction(() => {
      const pictures = [...document.querySelectorAll<HTMLImageElement>('.picture img')];
      return pictures.length === 3 && pictures.every((one) => one.naturalWidth > 0);
    });
    expect(await heights()).to.deep.equal(before);
  });

  it('is a message that is jumped to, 20 times', async function () {
    this.timeout(60_000);
    const { Alice, entityId, ids } = await roomOf(1000);
    const { window, page } = await openRoom(Alice, entityId);
    await using _ = window;
    for (let n = 0; n < 20; n += 1) {
      const at = (n * 373 + 17) % ids.length;
      await page.evaluate((hash) => {
        location.hash = hash;
      }, `#/${entityId}/message/${ids[at]}`);
      await page.waitForFunction(
        (id) => {
          const box = document.querySelector('[role=log]')?.getBoundingClientRect();
          const row = document.querySelector(`[data-id="${id}"]`)?.getBoundingClientRect();
          return box && row && row.top >= box.top && row.bottom <= box.bottom;
        },
        ids[at] ?? '',
        { timeout: 10_000 },
      );
      const focused = () =>
        page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.id);
      await eventually(async () => (await focused()) === ids[at]);
    }
    expect(window.problems).to.deep.equal([]);
  });

  it('opens at the first of 200 unread messages, under a line that stays', async () => {
    const { Alice, Bob, entityId, ids } = await roomOf(300);
    await Alice.chat.mark_unread({ message_id: ids[100] ?? '' });
    const { window, page } = await openRoom(Alice, entityId);
    await using _ = window;
    const line = log(page).getByText('New', { exact: true });
    const below = () =>
      line.evaluate((element) => (element.nextElementSibling as HTMLElement).dataset.id);
    expect(await below()).to.equal(ids[100]);
    const place = await line.boundingBox();
    expect(place?.y).to.be.within(60, 400);
    await Bob.chat.post({ entity_id: entityId, message: 'One more' });
    await page.getByRole('button', { name: /Jump to latest/ }).click();
    await messagesOf(page).filter({ hasText: 'One more' }).waitFor();
    expect(window.problems).to.deep.equal([]);
  });

  it('says that a message is no longer there, and stays', async () => {
    const { Alice, Bob, entityId } = await roomOf(60);
    const gone = await Bob.chat.post({ entity_id: entityId, message: 'Gone soon' });
    await Bob.chat.delete({ option: 'all', messages: [gone.message_id] });
    const path = `/message/${gone.message_id}`;
    const { window, page } = await openRoom(Alice, entityId, path);
    await using _ = window;
    await page.getByText('This message is no longer there').waitFor();
    expect(await messagesOf(page).count()).to.be.at.least(45);
  });

  it('keeps the element of a message from pending to stored, and of all others', async () => {
    const { Alice, Bob, entityId } = await roomOf(5);
    const { window, page } = await openRoom(Alice, entityId);
    await using _ = window;
    const others = await messagesOf(page).elementHandles();
    expect(others.length).to.equal(5);
    await page.getByRole('textbox', { name: 'Message', exact: true }).fill('The same');
    await page.keyboard.press('Enter');
    const row = messagesOf(page).filter({ hasText: 'The same' });
    const element = await row.elementHandle();
    const isStored = () =>
      element?.evaluate((one) => (one as HTMLElement).dataset.id !== undefined);
    await eventually(async () => (await isStored()) ?? false);
    await Bob.chat.post({ entity_id: entityId, message: 'Another' });
    await messagesOf(page).filter({ hasText: 'Another' }).waitFor();
    for (const one of [element, ...others])
      expect(await one?.evaluate(({ isConnected }) => isConnected)).to.equal(true);
    expect(await row.count()).to.equal(1);
  });
});
