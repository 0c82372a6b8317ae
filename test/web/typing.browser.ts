import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { typingDelays } from '../../bench/page/observe.ts';
import { openBrowser } from '../support/browser.ts';
import { writeHistory } from '../support/history.ts';
import { newHub } from '../support/hub.ts';
import { messagesOf, openWindow } from './world.ts';

describe('Typing while others write', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  it('is shown within 100 ms, p95, with 20 new messages a second', async function () {
    this.timeout(120_000).slow(30_000);
    const { members, crowd } = await newHub({ Alice: 7 });
    const { Alice } = members;
    const authors = await crowd(10);
    const user_ids = authors.map(({ id }) => id);
    const { entity_id, room_id } = await Alice.room.create({ name: 'Busy', user_ids });
    await writeHistory(room_id, authors, 300, (n) => `Line ${n}`);
    await using window = await openWindow(browser, Alice, { path: `/#/${entity_id}` });
    const { page } = window;
    await messagesOf(page).first().waitFor();
    await page.getByRole('button', { name: 'Jump to latest' }).click();
    const typed = await typingDelays(page);
    await page.getByRole('textbox', { name: 'Message', exact: true }).focus();

    let posted = 0;
    async function p95(): Promise<number> {
      const before = (await typed()).length;
      const timer = setInterval(() => {
        const author = authors[posted++ % authors.length];
        void author?.chat.post({ entity_id, message: `Meanwhile ${posted}` }).catch(() => {});
      }, 50);
      await page.keyboard.type('a line of sixty letters, while many messages arrive in the room', {
        delay: 50,
      });
      clearInterval(timer);
      const delays = (await typed()).slice(before).toSorted((a, b) => a - b);
      return delays[Math.floor(delays.length * 0.95)] ?? 0;
    }
    // A busy machine may disturb one round, a composer that renders with the log disturbs each.
    const rounds = [await p95()];
    while (Math.min(...rounds) > 100 && rounds.length < 3) rounds.push(await p95());
    expect(posted).to.be.at.least(50);
    await messagesOf(page).getByText('Meanwhile 30').waitFor({ state: 'attached' });
    expect(Math.min(...rounds)).to.be.at.most(100);
  });
});
