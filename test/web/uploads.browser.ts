import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { newHub } from '../support/hub.ts';
import { eventually } from '../support/wait.ts';
import { messagesOf, openWindow, sendMessage, type Window } from './world.ts';

/** Lets so many bytes leave the page in a second; without, as many as can. */
async function slowDown({ context, page }: Window, bytesPerSecond = -1): Promise<void> {
  const cdp = await context.newCDPSession(page);
  await cdp.send('Network.enable');
  await cdp.send('Network.emulateNetworkConditions', {
    ...{ offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytesPerSecond },
  });
}

describe('Files that are sent', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  it('show how far they are, let others wait, and can be cancelled', async function () {
    this.timeout(120_000).slow(30_000);
    const { Alice, Bob } = (await newHub({ Alice: 7, Bob: 7 })).members;
    await Bob.chat.post({ entity_id: Alice.id, message: 'Hello' });
    await using window = await openWindow(browser, Alice, { path: `/#/${Bob.id}` });
    const { page } = window;
    await messagesOf(page).getByText('Hello').waitFor();
    const rowOf = (text: string) => messagesOf(page).filter({ hasText: text });
    const stored = async (): Promise<string[]> =>
      (await Bob.chat.messages({ entity_id: Alice.id })).map(({ message }) => message).reverse();

    async function sendFile(name: string, text: string): Promise<void> {
      const buffer = Buffer.alloc(2_000_000, 'x');
      const file = { name, mimeType: 'text/plain', buffer };
      await page.locator('input[type=file]').setInputFiles(file);
      await page.getByRole('list', { name: 'Files to send' }).getByText(name).waitFor();
      await sendMessage(page, text);
    }
    await slowDown(window, 200_000);
    await sendFile('first.txt', 'With a file');
    const percents = new Set<number>();
    await eventually(async () => {
      const text = await rowOf('With a file').locator('.percent').textContent();
      percents.add(Number(text?.replace('%', '')));
      return percents.size >= 3;
    });
    for (const percent of percents) expect(percent).to.be.within(0, 100);
    const bar = rowOf('With a file').getByRole('progressbar', { name: 'first.txt' });
    expect(await bar.getAttribute('value')).to.match(/^0(\.\d+)?$/);
    // Meanwhile the composer is free, and what it sends waits.
    await sendMessage(page, 'After it');
    await rowOf('After it').getByText('sending').waitFor();
    expect(await stored()).to.deep.equal(['Hello']);
    await rowOf('With a file').getByRole('button', { name: 'Cancel upload' }).click();
    await rowOf('With a file').waitFor({ state: 'detached' });
    await eventually(async () => (await stored()).join() === 'Hello,After it');

    await sendFile('second.txt', 'Another file');
    await sendMessage(page, 'Last');
    await rowOf('Another file').locator('.percent').waitFor();
    await slowDown(window);
    await eventually(async () => (await stored()).at(-1) === 'Last');
    expect(await stored()).to.deep.equal(['Hello', 'After it', 'Another file', 'Last']);
    await rowOf('Another file')
      .getByRole('link', { name: /second\.txt/ })
      .waitFor();
    expect(window.problems).to.deep.equal([]);
  });
});
