import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { app } from '../support/app.ts';
import { openBrowser } from '../support/browser.ts';
import { newHub } from '../support/hub.ts';
import { openNetwork } from '../support/network.ts';
import { messagesOf, openWindow, sendMessage } from './world.ts';

describe('The page, on a network that breaks,', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  it('says that it is offline, and sends what was written once, in order', async function () {
    this.timeout(60_000).slow(20_000);
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice: alice, Bob: bob } = members;
    await bob.chat.post({ entity_id: alice.id, message: 'before the cut' });
    await using network = await openNetwork(app().url);
    const options = { url: network.url, path: `/#/${bob.id}` };
    await using window = await openWindow(browser, alice, options);
    const { page } = window;
    await messagesOf(page).getByText('before the cut').waitFor();
    network.cut();
    await page.getByRole('status', { name: 'Offline' }).waitFor();
    for (const text of ['one', 'two', 'three']) await sendMessage(page, text);
    await bob.chat.post({ entity_id: alice.id, message: 'meanwhile' });
    await page.getByText(/3 messages wait/).waitFor();
    network.mend();
    await messagesOf(page).getByText('meanwhile').waitFor();
    await page.getByRole('status', { name: 'Offline' }).waitFor({ state: 'hidden' });
    await page.locator('.message.pending').first().waitFor({ state: 'detached' });
    const rows = await bob.chat.messages({ entity_id: alice.id });
    const texts = ['before the cut', 'meanwhile', 'one', 'two', 'three'];
    expect(rows.map(({ message }) => message).reverse()).to.deep.equal(texts);
    expect(await page.getByRole('log').locator('.text').allTextContents()).to.deep.equal(texts);
  });

  it('sends a message once whose reply was lost', async function () {
    this.timeout(60_000).slow(20_000);
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice: alice, Bob: bob } = members;
    await bob.chat.post({ entity_id: alice.id, message: 'Hello' });
    await using network = await openNetwork(app().url);
    const options = { url: network.url, path: `/#/${bob.id}` };
    await using window = await openWindow(browser, alice, options);
    const { page } = window;
    await messagesOf(page).getByText('Hello').waitFor();
    network.loseReplies(1);
    await sendMessage(page, 'once');
    await messagesOf(page).getByText('once').waitFor();
    await page.locator('.message.pending').first().waitFor({ state: 'detached' });
    const rows = await bob.chat.messages({ entity_id: alice.id });
    expect(rows.map(({ message }) => message)).to.deep.equal(['once', 'Hello']);
  });
});
