import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { newHub } from '../support/hub.ts';
import { openWindow } from './world.ts';

describe('What the page keeps in the browser', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  it('opens whatever is written there, and goes when the session has ended or does', async () => {
    const { Alice } = (await newHub({ Alice: 7 })).members;
    await using window = await openWindow(browser, Alice);
    const { context, page } = window;
    const list = page.getByRole('navigation', { name: 'Conversations' });
    await list.waitFor();
    for (const kept of ['{', 'null', '"x"']) {
      await page.evaluate((value) => localStorage.setItem('hubchat.identity', value), kept);
      await page.reload();
      await list.waitFor();
    }
    const identity = () => page.evaluate(() => localStorage.getItem('hubchat.identity'));
    expect(await identity()).to.include(Alice.id);

    await page.evaluate(() => localStorage.setItem('hubchat.emoji', '🐙'));
    const cookies = await context.cookies();
    await context.clearCookies();
    await page.reload();
    await page.getByRole('textbox', { name: 'Email' }).waitFor();
    expect(await identity()).to.equal(null);

    await context.addCookies(cookies);
    await page.reload();
    await page.getByRole('button', { name: 'Alice Test' }).click();
    await page.getByRole('menuitem', { name: 'Log out' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('textbox', { name: 'Email' }).waitFor();
    expect(await page.evaluate(() => ({ ...localStorage }))).to.deep.equal({});
  });

  it('lets who is no member of the hub log in by another account', async () => {
    const { Alice } = (await newHub({ Alice: 7 })).members;
    const { id } = await newHub({ Bob: 7 });
    await using window = await openWindow(browser, Alice, { path: `/?hub_id=${id}` });
    const { page } = window;
    await page.getByText('You are not a member of this hub.').waitFor();
    await page.getByRole('textbox', { name: 'Email' }).waitFor();
  });
});
