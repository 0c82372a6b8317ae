import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { newHub } from '../support/hub.ts';
import { eventually } from '../support/wait.ts';
import { openConversation, openWindow } from './world.ts';

describe('What notifies in a conversation', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  it('is chosen in its header, and shown in every window of the member', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice: alice, Bob: bob } = members;
    await bob.chat.post({ entity_id: alice.id, message: 'Hello' });
    await using first = await openWindow(browser, alice);
    await using second = await openWindow(browser, alice);
    await openConversation(first.page, 'Bob Test');
    const levelOf = async () => {
      const [row] = await alice.chat.chat_rooms({});
      return [row?.notify_level, row?.notify_until_ms];
    };
    const choose = async (name: string): Promise<void> => {
      await first.page.getByRole('button', { name: 'Notifications of this conversation' }).click();
      await first.page.getByRole('menu').getByText(name, { exact: true }).click();
    };

    await choose('Mute for one hour');
    await eventually(async () => (await levelOf())[0] === 'none');
    const [, untilMs] = await levelOf();
    expect(Number(untilMs) - Date.now()).to.be.within(3_500_000, 3_600_000);
    const row = second.page.getByRole('link', { name: 'Bob Test' });
    await eventually(async () =>
      ((await row.getAttribute('aria-description')) ?? '').includes('Muted'),
    );

    await choose('Mentions only');
    await eventually(async () => (await levelOf())[0] === 'mentions');
    await choose('As in my settings');
    await eventually(async () => (await levelOf())[0] === 'default');
    await eventually(async () => (await row.getAttribute('aria-description')) === null);
  });
});
