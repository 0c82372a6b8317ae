import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { newHub } from '../support/hub.ts';
import { eventually } from '../support/wait.ts';
import { messagesOf, openConversation, openWindow, sendMessage } from './world.ts';

describe('A conversation is started', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  it('by Ctrl+K with a member, whom nothing has been written to', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7, Carol: 7 });
    const { Alice, Bob } = members;
    await Bob.chat.post({ entity_id: Alice.id, message: 'Hello' });
    await using window = await openWindow(browser, Alice);
    const { page } = window;
    await page.getByRole('link', { name: 'Bob Test' }).waitFor();
    await page.keyboard.press('Control+k');
    const field = page.getByRole('combobox', { name: 'Find or start a chat' });
    await page.getByRole('group', { name: 'Recent' }).getByText('Bob Test').waitFor();
    await field.fill('zzz');
    await page.getByText('Nothing found.').waitFor();
    await field.fill('carol');
    await page.getByRole('group', { name: 'Write to' }).getByText('Carol Test').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Carol Test' }).waitFor();
    await sendMessage(page, 'First words');
    await messagesOf(page).getByText('First words').waitFor();
    await page.getByRole('link', { name: 'Carol Test' }).waitFor();
    expect(window.problems).to.deep.equal([]);
  });

  it('by joining a public room, and none by Esc', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    const { entity_id } = await Bob.room.create({ name: 'Lounge', visibility: 'public' });
    await Bob.room.create({ name: 'Lounge of few' });
    await using window = await openWindow(browser, Alice);
    const { page } = window;
    const button = page.getByRole('button', { name: 'New conversation' }).first();
    await button.click();
    await page.getByRole('dialog', { name: 'New conversation' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await button.evaluate((one) => one === document.activeElement)).to.equal(true);
    await page.keyboard.press('Enter');
    await page.getByRole('tab', { name: 'Join a room' }).click();
    await page.getByRole('option', { name: 'Lounge' }).waitFor();
    expect(await page.getByRole('option').count()).to.equal(1);
    await page.getByRole('option', { name: 'Lounge' }).click();
    await page.getByRole('heading', { name: 'Lounge' }).waitFor();
    await eventually(async () => (await Alice.room.participants({ entity_id })).length === 2);
  });

  it('as a group, whose members are found and chosen', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7, Carol: 7 });
    const { Alice, Bob, Carol } = members;
    await using window = await openWindow(browser, Alice);
    const { page } = window;
    await page.getByRole('button', { name: 'New conversation' }).first().click();
    await page.getByRole('tab', { name: 'New group' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Release crew');
    const field = page.getByRole('combobox', { name: 'Members' });
    await field.fill('bob');
    await page.getByRole('option', { name: 'Bob Test', selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await field.fill('carol');
    await page.getByRole('option', { name: 'Carol Test', selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Remove Carol Test' }).click();
    await page.getByRole('radio', { name: 'Public' }).check();
    await page.getByRole('button', { name: 'Create group' }).click();
    await page.getByRole('heading', { name: 'Release crew' }).waitFor();
    const [room] = await Bob.room.list();
    expect(room).to.include({ name: 'Release crew', visibility: 'public', member_count: 2 });
    expect((await Carol.room.list()).length).to.equal(0);
    expect(window.problems).to.deep.equal([]);
  });
});

describe('A reply', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  it('is written in the composer, survives a reload, and may have an emoji', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    const { message_id } = await Bob.chat.post({ entity_id: Alice.id, message: 'A question' });
    await using window = await openWindow(browser, Alice);
    const { page } = window;
    await openConversation(page, 'Bob Test');
    await messagesOf(page).first().hover();
    await messagesOf(page).first().getByRole('button', { name: 'Reply' }).click();
    const banner = page.locator('.reply-banner');
    await banner.getByText('A question').waitFor();
    await page.keyboard.type('An answer');
    await page.reload();
    await openConversation(page, 'Bob Test');
    await banner.getByText('A question').waitFor();
    await page.getByRole('button', { name: 'Emoji' }).click();
    await page.locator('.emoji-picker .quick .emoji').first().click();
    const field = page.getByRole('textbox', { name: 'Message', exact: true });
    await eventually(async () => /^An answer.+$/u.test(await field.inputValue()));
    await eventually(() => field.evaluate((one) => one === document.activeElement));
    await page.keyboard.press('Enter');
    await eventually(async () => {
      const [newest] = await Bob.chat.messages({ entity_id: Alice.id, mark_read: 0 });
      return newest?.thread_id === message_id;
    });
    expect(await banner.count()).to.equal(0);
    await page.keyboard.press('ArrowUp');
    const edited = messagesOf(page).getByRole('textbox');
    await eventually(async () => (await edited.inputValue()).startsWith('An answer'));
    expect(window.problems).to.deep.equal([]);
  });
});
