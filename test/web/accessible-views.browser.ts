import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { newHub } from '../support/hub.ts';
import { messagesOf, openWindow, violationsOf } from './world.ts';

/** What is opened over or beside a conversation, and how. */
const views: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  'the switcher': async (page) => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Find or start a chat' }).fill('b');
    await page.getByRole('option').first().waitFor();
  },
  'a new group': async (page) => {
    await page.getByRole('button', { name: 'New conversation' }).first().click();
    await page.getByRole('tab', { name: 'New group' }).click();
    await page.getByRole('combobox', { name: 'Members' }).fill('bob');
    await page.getByRole('option').first().waitFor();
  },
  'the forward picker': async (page) => {
    await messagesOf(page).last().hover();
    await messagesOf(page).last().getByRole('button', { name: 'Forward' }).click();
    await page.getByRole('dialog').getByRole('checkbox').first().waitFor();
  },
  'the emoji picker': async (page) => {
    await messagesOf(page).last().hover();
    await messagesOf(page).last().getByRole('button', { name: 'React' }).click();
    await page.getByRole('searchbox', { name: 'Search emoji' }).waitFor();
    await page.getByRole('dialog').getByRole('button').nth(20).waitFor();
  },
  'the details': async (page) => {
    await page.getByRole('button', { name: 'Details', exact: true }).click();
    const panel = page.getByRole('complementary', { name: 'Details' });
    await panel.getByRole('link', { name: /See/ }).waitFor();
  },
  'a thread': async (page) => {
    await messagesOf(page).last().hover();
    await messagesOf(page).last().getByRole('button', { name: 'Thread', exact: true }).click();
    const thread = page.getByRole('complementary', { name: 'Thread' });
    await thread.getByRole('article').nth(1).waitFor();
  },
  'the keyboard help': async (page) => {
    await messagesOf(page).last().focus();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  },
  mail: async (page) => {
    await page.evaluate(() => location.assign('#/mail'));
    const boxes = page.getByRole('region', { name: 'Message boxes' });
    await boxes.getByRole('link', { name: /Invoice/ }).click();
    await boxes.getByRole('article', { name: 'Invoice' }).waitFor();
  },
};

const tabs = ['Notifications', 'Appearance', 'Sessions', 'API keys'];

for (const tab of tabs)
  Object.assign(views, {
    [`the settings, ${tab}`]: async (page: Page) => {
      await page.getByRole('button', { name: 'Alice Test', exact: true }).click();
      await page.getByRole('menuitem', { name: 'Settings' }).click();
      const dialog = page.getByRole('dialog', { name: 'Settings' });
      await dialog.getByRole('tab', { name: tab }).click();
      await dialog.locator('[aria-busy="true"]').waitFor({ state: 'detached' });
    },
  });

describe('What opens over or beside a conversation, looked at by axe,', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  for (const colorScheme of ['light', 'dark'] as const)
    it(`has no violation, ${colorScheme}`, async function () {
      this.timeout(120_000).slow(60_000);
      const { members } = await newHub({ Alice: 31, Bob: 7 });
      const { Alice, Bob } = members;
      const { entity_id } = await Alice.room.create({ name: 'Crew', user_ids: [Bob.id] });
      const { message_id } = await Bob.chat.post({ entity_id, message: 'See the plan' });
      await Bob.chat.post({ entity_id, message: 'Which?', thread_id: message_id });
      await Alice.chat.pin({ message_id });
      const content = { subject: 'Invoice', text: 'It is due' };
      await Bob.messaging.send({ to_ids: [Alice.id], content });
      await using window = await openWindow(browser, Alice, {
        ...{ path: `/#/${entity_id}`, colorScheme },
      });
      const { page } = window;
      const found: Record<string, string[]> = {};
      for (const [name, open] of Object.entries(views)) {
        await page.reload();
        await messagesOf(page).nth(1).waitFor();
        await open(page);
        const violations = await violationsOf(page);
        if (violations.length > 0) found[name] = violations;
        await page.evaluate(
          ([id]) => {
            localStorage.removeItem('hubchat.details');
            location.hash = `#/${id}`;
          },
          [entity_id],
        );
      }
      expect(found).to.deep.equal({});
    });
});
