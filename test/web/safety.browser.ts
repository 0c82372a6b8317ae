import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { newHub } from '../support/hub.ts';
import { payloads } from './payloads.ts';
import { messagesOf, openWindow } from './world.ts';

/** What code blocks and inline code leave out around their text. */
const withoutMarks = (text: string): string => text.replace(/`{1,3}|\s/g, '');

describe('The page, given hostile texts,', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  it('shows a hundred of them in messages and names as text', async function () {
    this.timeout(60_000).slow(20_000);
    expect(payloads.length).to.equal(100);
    const { members, operator } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice: alice, Bob: bob } = members;
    const hostile = '<img src=x onerror=alert(1)>';
    await bob.user.update({ firstname: hostile, lastname: '"><script>alert(1)</script>' });
    await operator.hub.update({ name: '</title><script>alert(1)</script>' });
    for (const name of payloads.slice(0, 12))
      await bob.room.create({ name: name.slice(0, 60), user_ids: [alice.id] });
    for (const message of payloads) await bob.chat.post({ entity_id: alice.id, message });

    await using window = await openWindow(browser, alice, { path: `/#/${bob.id}` });
    const { page, problems } = window;
    const requested: string[] = [];
    page.on('request', (request) => requested.push(request.url()));
    page.on('dialog', () => problems.push('a dialog'));
    await messagesOf(page).last().waitFor();
    const list = page.getByRole('navigation', { name: 'Conversations' });
    await list.getByRole('link', { name: payloads[3]?.slice(0, 60) ?? '', exact: true }).waitFor();
    const last = messagesOf(page).filter({ hasText: 'x.css>' }).last();
    for (let n = 0; n < 40 && !(await last.isVisible()); n++) {
      await page.getByRole('log').evaluate((log) => log.scrollBy(0, 2000));
      await page.evaluate(() => new Promise(requestAnimationFrame));
    }
    const shown = await page.getByRole('log').locator('.text').allTextContents();
    const expected = payloads.map(withoutMarks);
    expect(shown.map(withoutMarks)).to.deep.equal(expected.slice(-shown.length));
    expect(shown.length).to.be.at.least(90);
    expect(await page.evaluate(() => 'attacked' in globalThis)).to.equal(false);
    const { origin } = new URL(page.url());
    expect(requested.filter((url) => !url.startsWith(origin))).to.deep.equal([]);
    const links = await page
      .getByRole('log')
      .locator('a')
      .evaluateAll((all) => all.map((link) => new URL((link as HTMLAnchorElement).href).protocol));
    expect(
      links.filter((scheme) => !['http:', 'https:', 'mailto:'].includes(scheme)),
    ).to.deep.equal([]);
    expect(problems).to.deep.equal([]);
  });
});
