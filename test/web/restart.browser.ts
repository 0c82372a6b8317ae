import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { openStage } from '../proofs/client/world.ts';
import { newHub as newHubOn } from '../proofs/faults/bench.ts';
import { openBrowser } from '../support/browser.ts';
import { newHub } from '../support/hub.ts';
import { openNetwork } from '../support/network.ts';
import { eventually } from '../support/wait.ts';
import { messagesOf, openWindow, sendMessage } from './world.ts';

describe('What is sent from the page', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  it('arrives once when the service was killed and started again', async function () {
    this.timeout(180_000).slow(60_000);
    await using stage = await openStage();
    await using network = await openNetwork(() => stage.url);
    const { Alice, Bob } = await newHubOn(stage, 'Alice', 'Bob');
    await Bob.chat.post({ entity_id: Alice.id, message: 'Before' });
    const options = { url: network.url, path: `/#/${Bob.id}` };
    await using window = await openWindow(browser, Alice, options);
    const { page } = window;
    await messagesOf(page).getByText('Before').waitFor();
    // Killed while it may be storing this one.
    await sendMessage(page, 'One');
    await stage.service.kill();
    await page.getByRole('status', { name: 'Offline' }).waitFor();
    for (const text of ['Two', 'Three']) {
      await sendMessage(page, text);
      await messagesOf(page).getByText(text).waitFor();
    }
    const texts = () => page.getByRole('log').locator('.text').allTextContents();
    expect(await texts()).to.deep.equal(['Before', 'One', 'Two', 'Three']);
    await stage.start();
    await page.getByRole('status', { name: 'Offline' }).waitFor({ state: 'hidden' });
    await page.locator('.message.pending').first().waitFor({ state: 'detached' });
    await Bob.chat.post({ entity_id: Alice.id, message: 'After' });
    await messagesOf(page).getByText('After').waitFor();
    const expected = ['Before', 'One', 'Two', 'Three', 'After'];
    const stored = await Bob.chat.messages({ entity_id: Alice.id });
    expect(stored.map(({ message }) => message).reverse()).to.deep.equal(expected);
    expect(await texts()).to.deep.equal(expected);
  });

  it('never vanishes, though the page is reloaded at once', async function () {
    this.timeout(120_000).slow(30_000);
    const { Alice, Bob } = (await newHub({ Alice: 7, Bob: 7 })).members;
    await Bob.chat.post({ entity_id: Alice.id, message: 'Hello' });
    await using window = await openWindow(browser, Alice, { path: `/#/${Bob.id}` });
    const { page } = window;
    await messagesOf(page).getByText('Hello').waitFor();
    await page.addInitScript(() => {
      const seen = new Set<string>();
      new MutationObserver(() => {
        const rows = [...document.querySelectorAll('[role=log] .text')];
        const now = new Set(rows.map((row) => row.textContent ?? ''));
        for (const text of now) seen.add(text);
        const gone = [...seen].filter((text) => !now.has(text));
        if (now.size > 0 && gone.length > 0) sessionStorage.gone = gone.join();
      }).observe(document, { childList: true, subtree: true });
    });
    const expected = ['Hello'];
    for (let n = 1; n <= 5; n += 1) {
      await sendMessage(page, `Message ${n}`);
      // Shown is what is kept in the browser.
      await messagesOf(page).getByText(`Message ${n}`).waitFor();
      await page.reload();
      expected.push(`Message ${n}`);
      const texts = () => page.getByRole('log').locator('.text').allTextContents();
      await eventually(async () => (await texts()).join() === expected.join());
    }
    await page.locator('.message.pending').first().waitFor({ state: 'detached' });
    const stored = await Bob.chat.messages({ entity_id: Alice.id });
    expect(stored.map(({ message }) => message).reverse()).to.deep.equal(expected);
    expect(await page.evaluate(() => sessionStorage.gone as unknown)).to.equal(undefined);
    expect(window.problems).to.deep.equal([]);
  });
});
