import { expect } from 'chai';
import type { Browser, Locator, Page } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { newHub } from '../support/hub.ts';
import { eventually } from '../support/wait.ts';
import { messagesOf, openWindow } from './world.ts';

describe('The tools of a message', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  const rowOf = (page: Page, text: string): Locator => messagesOf(page).filter({ hasText: text });
  const tool = (row: Locator, name: string): Locator =>
    row.getByRole('button', { name, exact: true });

  it('are buttons of those who may use them', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    await Alice.chat.post({ entity_id: Bob.id, message: 'Mine' });
    await Bob.chat.post({ entity_id: Alice.id, message: 'Yours' });
    await using window = await openWindow(browser, Alice, { path: `/#/${Bob.id}` });
    const namesOf = (text: string) =>
      rowOf(window.page, text)
        .locator('.tools button')
        .evaluateAll((all) => all.map((button) => button.ariaLabel));
    for (const text of ['Mine', 'Yours']) await tool(rowOf(window.page, text), 'More').waitFor();
    const all = ['React', 'Reply', 'Edit', 'Forward', 'Pin', 'Delete', 'More'];
    expect(await namesOf('Mine')).to.deep.equal(all);
    expect(await namesOf('Yours')).to.deep.equal(all.filter((name) => name !== 'Edit'));
    expect(window.problems).to.deep.equal([]);
  });

  it('react, pin and unpin', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    const { message_id } = await Bob.chat.post({ entity_id: Alice.id, message: 'Freeze' });
    await using window = await openWindow(browser, Alice, { path: `/#/${Bob.id}` });
    const { page } = window;
    const row = rowOf(page, 'Freeze');
    await tool(row, 'React').click();
    await page.getByRole('dialog').getByRole('button', { name: '👍' }).first().click();
    const reaction = row.getByRole('button', { name: '👍 1, by You' });
    await reaction.waitFor();
    await Bob.chat.react({ message_id, emoji: '👍' });
    await row.getByRole('button', { name: /👍 2, by/, pressed: true }).click();
    await row.getByRole('button', { name: '👍 1, by Bob Test', pressed: false }).waitFor();

    await tool(row, 'Pin').click();
    const bar = page.getByRole('region', { name: 'Pinned messages' });
    await bar.getByText('Freeze').waitFor();
    await Bob.chat.edit({ message_id, message: 'Thaw' });
    await bar.getByText('Thaw').waitFor();
    await tool(rowOf(page, 'Thaw'), 'Unpin').click();
    await bar.waitFor({ state: 'detached' });
    expect(window.problems).to.deep.equal([]);
  });

  it('find an emoji by a word', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    await Bob.chat.post({ entity_id: Alice.id, message: 'Lunch?' });
    await using window = await openWindow(browser, Alice, { path: `/#/${Bob.id}` });
    const { page } = window;
    await tool(rowOf(page, 'Lunch?'), 'React').click();
    await page.getByRole('searchbox', { name: 'Search emoji' }).fill('pizza');
    await page.getByRole('dialog').getByRole('button', { name: 'pizza' }).waitFor();
    await page.keyboard.press('Enter');
    await rowOf(page, 'Lunch?').getByRole('button', { name: '🍕 1, by You' }).waitFor();
    expect(window.problems).to.deep.equal([]);
  });

  it('delete for the member, and for everyone where that is allowed', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    for (const message of ['One', 'Two', 'Three'])
      await Alice.chat.post({ entity_id: Bob.id, message });
    await using alice = await openWindow(browser, Alice, { path: `/#/${Bob.id}` });
    await using bob = await openWindow(browser, Bob, { path: `/#/${Alice.id}` });
    await tool(rowOf(bob.page, 'One'), 'Delete').click();
    const dialog = bob.page.getByRole('dialog', { name: 'Delete this message?' });
    await dialog.getByRole('button', { name: 'Delete for me' }).waitFor();
    const forAll = { name: 'Delete for everyone' };
    expect(await dialog.getByRole('button', forAll).count()).to.equal(0);
    await dialog.getByRole('button', { name: 'Delete for me' }).click();
    await rowOf(bob.page, 'One').waitFor({ state: 'detached' });

    await tool(rowOf(alice.page, 'Two'), 'Delete').click();
    await alice.page.getByRole('button', forAll).click();
    await rowOf(bob.page, 'Two').waitFor({ state: 'detached' });
    await rowOf(alice.page, 'Two').waitFor({ state: 'detached' });
    expect(await rowOf(alice.page, 'One').count()).to.equal(1);
    const focused = () => alice.page.evaluate(() => document.activeElement?.textContent);
    await eventually(async () => (await focused())?.includes('Three') ?? false);
  });

  it('edit in the row, and explain when it was changed elsewhere', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    const sent = await Alice.chat.post({ entity_id: Bob.id, message: 'Frist' });
    await using window = await openWindow(browser, Alice, { path: `/#/${Bob.id}` });
    const { page } = window;
    await tool(messagesOf(page).first(), 'Edit').click();
    const field = page.getByRole('textbox', { name: 'Edit message' });
    await field.fill('First');
    await field.press('Enter');
    await rowOf(page, 'First').getByText('edited').waitFor();
    await tool(messagesOf(page).first(), 'Edit').click();
    await field.press('Escape');
    await field.waitFor({ state: 'detached' });

    await tool(messagesOf(page).first(), 'Edit').click();
    await field.fill('From here');
    await Alice.chat.edit({ message_id: sent.message_id, message: 'From the telephone' });
    await page.getByText('This message was changed elsewhere meanwhile.').waitFor();
    await page.getByRole('button', { name: 'Replace it with my text' }).click();
    await field.press('Enter');
    await rowOf(page, 'From here').waitFor();
    const [stored] = await Bob.chat.get({ message_ids: [sent.message_id] });
    expect(stored?.message).to.equal('From here');
  });

  it('forward to conversations that are chosen from a list or by a search', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7, Carol: 7, Dana: 7 });
    const { Alice, Bob, Carol, Dana } = members;
    await Bob.chat.post({ entity_id: Alice.id, message: 'Pass it on' });
    await Carol.chat.post({ entity_id: Alice.id, message: 'Hello' });
    await using window = await openWindow(browser, Alice, { path: `/#/${Bob.id}` });
    const { page } = window;
    await tool(rowOf(page, 'Pass it on'), 'Forward').click();
    const dialog = page.getByRole('dialog', { name: 'Forward message' });
    await dialog.getByRole('checkbox', { name: 'Carol Test' }).check();
    await dialog.getByRole('searchbox').fill('Dana');
    await dialog.getByRole('checkbox', { name: 'Dana Test' }).check();
    await dialog.getByRole('button', { name: 'Forward to 2 conversations' }).click();
    await page.getByText('Forwarded to 2 conversations').waitFor();
    for (const member of [Carol, Dana]) {
      const [row] = await member.chat.messages({ entity_id: Alice.id });
      expect(row?.message).to.equal('Pass it on');
      expect(row?.is_forward).to.equal(1);
    }
    expect(window.problems).to.deep.equal([]);
  });

  it('reply: what is written then quotes the message', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    const asked = await Bob.chat.post({ entity_id: Alice.id, message: 'Today?' });
    await using window = await openWindow(browser, Alice, { path: `/#/${Bob.id}` });
    const { page } = window;
    await tool(rowOf(page, 'Today?'), 'Reply').click();
    const field = page.getByRole('textbox', { name: 'Message', exact: true });
    await eventually(() => field.evaluate((element) => element === document.activeElement));
    await page.keyboard.type('Tomorrow');
    await page.keyboard.press('Enter');
    await rowOf(page, 'Tomorrow')
      .getByRole('link', { name: /^Answers Bob Test/ })
      .waitFor();
    const [stored] = await Bob.chat.messages({ entity_id: Alice.id });
    expect(stored?.thread_id).to.equal(asked.message_id);
  });

  it('mark as unread, which stays while the conversation is open', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    await Bob.chat.post({ entity_id: Alice.id, message: 'Later' });
    await using window = await openWindow(browser, Alice, { path: `/#/${Bob.id}` });
    const { page } = window;
    const unread = async () => (await Alice.chat.count_all()).total_cnt;
    await eventually(async () => (await unread()) === 0);
    await tool(rowOf(page, 'Later'), 'More').click();
    await page.getByRole('menuitem', { name: 'Mark as unread' }).click();
    await eventually(async () => (await unread()) === 1);
    await rowOf(page, 'Later').click();
    const listed = page.getByRole('link', { name: 'Bob Test' });
    await listed.getByText('1', { exact: true }).waitFor();
    expect(await unread()).to.equal(1);
  });
});
