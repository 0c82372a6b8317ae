import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { newHub } from '../support/hub.ts';
import { messagesOf, openConversation, openWindow, violationsOf } from './world.ts';

describe('The page, looked at by axe,', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has no violation in the log-in form, ${colorScheme}`, async () => {
      await using window = await openWindow(browser, undefined, { colorScheme });
      await window.page.getByRole('button', { name: 'Log in' }).waitFor();
      expect(await violationsOf(window.page)).to.deep.equal([]);
    });

    for (const width of [1360, 390])
      it(`has no violation in list and conversation, ${colorScheme}, ${width} px`, async () => {
        const { members } = await newHub({ Alice: 7, Bob: 7 });
        const { Alice: alice, Bob: bob } = members;
        const { entity_id } = await bob.room.create({ name: 'Crew', user_ids: [alice.id] });
        const post = (message: string) => bob.chat.post({ entity_id, message });
        const { message_id } = await post('See `code` and https://example.com/');
        await bob.chat.post({
          ...{ entity_id, message: '@Alice Test look', thread_id: message_id },
          mention_ids: [alice.id],
        });
        await bob.chat.react({ message_id, emoji: '👍' });
        await bob.chat.pin({ message_id });
        await bob.chat.post({ entity_id: alice.id, message: 'Hello' });
        const options = { colorScheme, viewport: { width, height: 800 } };
        await using window = await openWindow(browser, alice, options);
        const { page } = window;
        await page.getByRole('link', { name: 'Crew' }).waitFor();
        expect(await violationsOf(page)).to.deep.equal([]);
        await openConversation(page, 'Crew');
        await messagesOf(page).last().hover();
        expect(await violationsOf(page)).to.deep.equal([]);
      });
  }
});
