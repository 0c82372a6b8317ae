import { expect } from 'chai';
import type { Browser, Locator } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { newHub } from '../support/hub.ts';
import { openWindow } from './world.ts';

const styleOf = (element: Locator) =>
  element.evaluate((one) => {
    const { direction, unicodeBidi } = getComputedStyle(one);
    return `${direction} ${unicodeBidi}`;
  });

describe('Texts of both directions', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  for (const [locale, dir] of [
    ['ar', 'rtl'],
    ['en-US', 'ltr'],
  ] as const)
    it(`each have their own, in a page whose own is ${dir}`, async () => {
      const { Alice, Bob } = (await newHub({ Alice: 7, Bob: 7 })).members;
      const texts = ['שלום Bob (1)', 'Hello שלום!', 'שלום `npm test (1)`', '```\nlet x;\n```'];
      for (const message of texts) await Bob.chat.post({ entity_id: Alice.id, message });
      await using window = await openWindow(browser, Alice, { path: `/#/${Bob.id}`, locale });
      const { page } = window;
      const rows = page.getByRole('article');
      await rows.nth(3).waitFor();
      expect(await page.evaluate(() => document.documentElement.dir)).to.equal(dir);
      expect(await styleOf(rows.nth(0).locator('.text'))).to.equal('rtl plaintext');
      expect(await styleOf(rows.nth(1).locator('.text'))).to.equal('ltr plaintext');
      expect(await styleOf(rows.nth(2).locator('code'))).to.match(/^ltr isolate/);
      expect(await styleOf(rows.nth(3).locator('pre'))).to.match(/^ltr isolate/);

      const field = page.locator('.composer textarea');
      for (const [text, direction] of [
        ['مرحبا Bob', 'rtl'],
        ['Hello مرحبا', 'ltr'],
      ] as const) {
        await field.fill(text);
        expect(await styleOf(field), text).to.match(new RegExp(`^${direction}`));
      }
      expect(window.problems).to.deep.equal([]);
    });

  it('are in a page that is mirrored in all its parts, also on a phone', async () => {
    const { Alice, Bob } = (await newHub({ Alice: 7, Bob: 7 })).members;
    await Bob.chat.post({ entity_id: Alice.id, message: 'مرحبا' });
    await using window = await openWindow(browser, Alice, { path: `/#/${Bob.id}`, locale: 'ar' });
    const { page } = window;
    await page.getByRole('article').waitFor();
    const leftOf = (selector: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((one) => one.getBoundingClientRect().left);
    expect(await leftOf('nav')).to.be.greaterThan(await leftOf('[role=log]'));
    expect(await leftOf('article .avatar')).to.be.greaterThan(await leftOf('article .content'));
    expect(await leftOf('.composer textarea')).to.be.greaterThan(await leftOf('.icon-send'));
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(await overflow()).to.be.at.most(0);
    await page.setViewportSize({ width: 390, height: 780 });
    expect(await overflow()).to.be.at.most(0);
  });
});
