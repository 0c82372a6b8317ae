import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { pngOf, uploadAll } from '../support/files.ts';
import { newHub } from '../support/hub.ts';
import { eventually } from '../support/wait.ts';
import { messagesOf, openWindow } from './world.ts';

const detailsOf = (page: Page) => page.getByRole('complementary', { name: 'Details' });

/** Opens the panel of the conversation that is shown. */
async function openDetails(page: Page) {
  await page.getByRole('button', { name: 'Details', exact: true }).click();
  const panel = detailsOf(page);
  await panel.waitFor();
  return panel;
}

describe('The details of a conversation', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  it('let an owner rename a group, add members, make owners and remove members', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7, Cleo: 7 });
    const { Alice, Bob, Cleo } = members;
    const { entity_id } = await Alice.room.create({ name: 'Crew', user_ids: [Bob.id] });
    await using window = await openWindow(browser, Alice, { path: `/#/${entity_id}` });
    const { page } = window;
    const panel = await openDetails(page);

    await panel.getByRole('button', { name: 'Edit name and description' }).click();
    await panel.getByRole('textbox', { name: 'Name' }).fill('Release crew');
    await panel.getByRole('textbox', { name: 'Description' }).fill('Ships on Thursdays');
    await panel.getByRole('radio', { name: /^Public group/ }).check();
    await panel.getByRole('button', { name: 'Save' }).click();
    await panel.getByText('Ships on Thursdays').waitFor();
    await page.getByRole('heading', { name: 'Release crew', level: 1 }).waitFor();
    const info = await Alice.room.info({ entity_id });
    expect([info.name, info.visibility]).to.deep.equal(['Release crew', 'public']);

    await panel.getByRole('button', { name: 'Add members' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add members' });
    await dialog.getByRole('searchbox').fill('Cle');
    await dialog.getByRole('checkbox', { name: 'Cleo Test' }).check();
    expect(await dialog.getByRole('checkbox', { name: 'Bob Test' }).count()).to.equal(0);
    await dialog.getByRole('button', { name: 'Add 1 member' }).click();
    await panel.getByRole('listitem').filter({ hasText: 'Cleo Test' }).waitFor();

    async function choose(name: string, action: string): Promise<void> {
      await panel.getByRole('button', { name: `Actions for ${name}` }).click();
      await page.getByRole('menuitem', { name: action }).click();
      await page.getByRole('dialog').getByRole('button', { name: action, exact: true }).click();
    }
    await choose('Bob Test', 'Make owner');
    await panel
      .getByRole('listitem')
      .filter({ hasText: 'Bob Test' })
      .getByText('owner', { exact: true })
      .waitFor();
    await choose('Cleo Test', 'Remove from group');
    await panel.getByText('Cleo Test', { exact: true }).waitFor({ state: 'detached' });
    const { owner_ids, member_count } = await Alice.room.info({ entity_id });
    expect([owner_ids.includes(Bob.id), member_count]).to.deep.equal([true, 2]);
    expect(await Cleo.chat.chat_rooms()).to.deep.equal([]);
    expect(window.problems).to.deep.equal([]);
  });

  it('offer a member only what a member may do, and let them leave', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    const { entity_id } = await Alice.room.create({ name: 'Crew', user_ids: [Bob.id] });
    await using window = await openWindow(browser, Bob, { path: `/#/${entity_id}` });
    const { page } = window;
    const panel = await openDetails(page);
    await panel.getByRole('button', { name: 'Actions for Alice Test' }).click();
    const offered = await page.getByRole('menuitem').allTextContents();
    expect(offered).to.deep.equal(['Write a message']);
    await page.keyboard.press('Escape');
    for (const name of ['Archive for everyone', 'Delete group'])
      expect(await panel.getByRole('button', { name }).count(), name).to.equal(0);
    await panel.getByRole('button', { name: 'Leave group' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Leave group' }).click();
    await page.getByText('Choose a conversation').waitFor();
    expect((await Alice.room.info({ entity_id })).member_count).to.equal(1);
  });

  it('show only the rows of 300 members that are visible, and find each of them', async () => {
    const hub = await newHub({ Alice: 7 });
    const { Alice } = hub.members;
    const crowd = await hub.crowd(300);
    const { entity_id } = await Alice.room.create({ name: 'All hands' });
    for (let n = 0; n < crowd.length; n += 100)
      await Alice.room.add({ entity_id, user_ids: crowd.slice(n, n + 100).map(({ id }) => id) });
    await using window = await openWindow(browser, Alice, { path: `/#/${entity_id}` });
    const panel = await openDetails(window.page);
    await panel.getByRole('button', { name: 'Show all 301 members' }).click();
    const list = panel.getByRole('list', { name: 'Members' });
    await list.getByText('user0 Test', { exact: true }).waitFor();
    const rows = list.getByRole('listitem');
    expect(await rows.count()).to.be.lessThan(60);
    expect(await rows.first().getAttribute('aria-setsize')).to.equal('301');
    await panel.getByRole('searchbox', { name: 'Find a member' }).fill('USER299');
    await list.getByText('user299 Test').waitFor();
    await eventually(async () => (await rows.count()) === 1);
    await window.page.keyboard.press('Escape');
    await panel.getByRole('heading', { name: 'Details' }).waitFor();
  });

  it('show what is pinned, and lead to it', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    const { entity_id } = await Alice.room.create({ name: 'Crew', user_ids: [Bob.id] });
    const post = (message: string) => Bob.chat.post({ entity_id, message });
    const { message_id } = await post('**Freeze** until `Thursday`');
    for (let n = 0; n < 60; n += 1) await post(`Later ${n}`);
    await using window = await openWindow(browser, Alice, { path: `/#/${entity_id}` });
    const { page } = window;
    const panel = await openDetails(page);
    expect(await panel.getByRole('link', { name: /Freeze/ }).count()).to.equal(0);
    await Alice.chat.pin({ message_id });
    await panel.getByRole('link', { name: /Bob Test.*Freeze until Thursday/ }).click();
    await page.waitForFunction(([id]) => location.hash.endsWith(`/message/${id}`), [message_id]);
    await Alice.chat.unpin({ message_id });
    await panel.getByRole('link', { name: /Freeze/ }).waitFor({ state: 'detached' });
  });

  it('list the files of a conversation: pictures as a grid, documents to download', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    const { entity_id } = await Alice.room.create({ name: 'Crew', user_ids: [Bob.id] });
    const send = async (...files: Parameters<typeof uploadAll>[1][]) =>
      Bob.chat.post({
        entity_id,
        attachment: (await uploadAll(Bob, ...files)).map(({ nid }) => nid),
      });
    const picture = await pngOf(60, 40);
    await send(['plan.png', picture], ['minutes.txt', 'Minutes']);
    await Bob.chat.post({ entity_id, message: 'No file' });
    await using window = await openWindow(browser, Alice, { path: `/#/${entity_id}` });
    const { page } = window;
    const panel = await openDetails(page);
    const pictures = panel.getByRole('button', { name: /^plan\.png, Bob Test/ });
    await pictures.waitFor();
    await page.waitForFunction(
      () => document.querySelector<HTMLImageElement>('.pictures img')?.naturalWidth,
    );
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      panel.getByRole('link', { name: /minutes\.txt/ }).click(),
    ]);
    expect(download.suggestedFilename()).to.equal('minutes.txt');
    // A new one is shown at once.
    await send(['agenda.txt', 'Agenda']);
    await panel.getByRole('link', { name: /agenda\.txt/ }).waitFor();
    expect(window.problems).to.deep.equal([]);
  });

  it('block and unblock the other of a direct conversation, and tag it', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    await Bob.chat.post({ entity_id: Alice.id, message: 'Hello' });
    await using window = await openWindow(browser, Alice, { path: `/#/${Bob.id}` });
    const { page } = window;
    const panel = await openDetails(page);
    await panel.getByRole('textbox', { name: 'New tag' }).fill('Customers');
    await page.keyboard.press('Enter');
    const tag = panel.getByRole('button', { name: 'Customers', pressed: true });
    await tag.waitFor();
    await tag.click();
    await panel.getByRole('button', { name: 'Customers', pressed: false }).waitFor();

    await panel.getByRole('button', { name: 'Block' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Block' }).click();
    await panel.getByText('Blocked by you').waitFor();
    expect((await Alice.contact.list())[0]?.is_blocked).to.equal(1);
    await panel.getByRole('button', { name: 'Unblock' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Unblock' }).click();
    await panel.getByText('Blocked by you').waitFor({ state: 'detached' });
    expect((await Alice.contact.list())[0]?.is_blocked).to.equal(0);
  });

  it('give their place to a thread, and have it back', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    const { message_id } = await Bob.chat.post({ entity_id: Alice.id, message: 'Lunch?' });
    await Bob.chat.post({ entity_id: Alice.id, message: 'Here?', thread_id: message_id });
    await using window = await openWindow(browser, Alice, { path: `/#/${Bob.id}` });
    const { page } = window;
    const panel = await openDetails(page);
    const thread = page.getByRole('complementary', { name: 'Thread' });
    const openThread = async (): Promise<void> => {
      const row = messagesOf(page).filter({ hasText: 'Here?' });
      await row.getByRole('button', { name: 'Thread', exact: true }).click();
      await thread.waitFor();
      await panel.waitFor({ state: 'detached' });
    };
    await openThread();
    await thread.getByRole('button', { name: 'Close thread' }).click();
    await panel.waitFor();
    await openThread();
    await openDetails(page);
    await thread.waitFor({ state: 'detached' });
  });

  it('cover the conversation of a narrow window until Esc', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    await Bob.chat.post({ entity_id: Alice.id, message: 'Hello' });
    const viewport = { width: 900, height: 700 };
    await using window = await openWindow(browser, Alice, { path: `/#/${Bob.id}`, viewport });
    const { page } = window;
    await messagesOf(page).first().waitFor();
    const panel = await openDetails(page);
    await page.waitForFunction(() => document.activeElement?.className === 'details');
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    const focused = await page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
    expect(focused).to.equal('Details');
  });
});
