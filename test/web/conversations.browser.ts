import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { newHub, newRoom } from '../support/hub.ts';
import { eventually } from '../support/wait.ts';
import { openConversation, openWindow } from './world.ts';

const listOf = (page: Page) => page.getByRole('navigation', { name: 'Conversations' });
const rowsOf = (page: Page) => listOf(page).getByRole('listitem').getByRole('link');
const namesOf = (page: Page) =>
  rowsOf(page).evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-label')));
const focused = (page: Page) => page.evaluate(() => document.activeElement?.ariaLabel);

/** Opens the menu of a conversation, and chooses an item. */
async function choose(page: Page, name: string, item: string): Promise<void> {
  await listOf(page).getByRole('link', { name, exact: true }).hover();
  await listOf(page)
    .getByRole('button', { name: `Actions for ${name}` })
    .click();
  await page.getByRole('menuitem', { name: item }).click();
}

describe('The list of conversations', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  it('says what to do while there is nothing', async () => {
    const { members } = await newHub({ Alice: 7 });
    await using window = await openWindow(browser, members.Alice);
    const list = listOf(window.page);
    await list.getByText('Nothing here yet.').waitFor();
    await list.locator('.empty').getByRole('button', { name: 'New conversation' }).click();
    await window.page.getByRole('dialog', { name: 'New conversation' }).waitFor();
    expect(window.problems).to.deep.equal([]);
  });

  it('filters by unread, kind, tag and archive', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7, Carol: 7 });
    const { Alice, Bob, Carol } = members;
    const room = await newRoom(Alice, Bob);
    await Alice.chat.post({ entity_id: room, message: 'Room' });
    await Alice.chat.post({ entity_id: Bob.id, message: 'Hello' });
    await Carol.chat.post({ entity_id: Alice.id, message: 'Unread' });
    const { tag_id } = await Alice.tag.create({ name: 'Later' });
    await Alice.tag.assign({ entity_id: Bob.id, tag_ids: [tag_id] });
    await using window = await openWindow(browser, Alice);
    const { page } = window;
    const list = listOf(page);
    const showing = async (filter: string, names: string[]) => {
      await list.getByRole('button', { name: filter, exact: true }).click();
      await eventually(async () => (await namesOf(page)).join() === names.join());
    };
    await showing('All', ['Carol Test', 'Bob Test', 'Room']);
    await showing('Unread 1', ['Carol Test']);
    await showing('Direct', ['Carol Test', 'Bob Test']);
    await showing('Groups', ['Room']);
    await list.getByRole('button', { name: 'More filters' }).click();
    await page.getByRole('menuitemradio', { name: 'Later' }).click();
    await eventually(async () => (await namesOf(page)).join() === 'Bob Test');
    await list.getByRole('button', { name: 'All', exact: true }).click();
    await choose(page, 'Room', 'Archive');
    await eventually(async () => (await namesOf(page)).length === 2);
    await list.getByRole('button', { name: 'More filters' }).click();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await eventually(async () => (await namesOf(page)).join() === 'Room');
    await choose(page, 'Room', 'Restore');
    await list.getByText('Nothing is archived.').waitFor();
    expect(window.problems).to.deep.equal([]);
  });

  it('marks as unread and read, and tags, by its menu', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    await members.Bob.chat.post({ entity_id: members.Alice.id, message: 'Hello' });
    await using window = await openWindow(browser, members.Alice);
    const { page } = window;
    await choose(page, 'Bob Test', 'Mark as read');
    await eventually(async () => (await members.Alice.chat.count_all()).total_cnt === 0);
    await openConversation(page, 'Bob Test');
    await choose(page, 'Bob Test', 'Mark as unread');
    await eventually(async () => (await members.Alice.chat.count_all()).total_cnt === 1);
    await page.getByText('Choose a conversation').waitFor();
    await choose(page, 'Bob Test', 'Tags…');
    const dialog = page.getByRole('dialog', { name: 'Tags of Bob Test' });
    await dialog.getByRole('textbox', { name: 'New tag' }).fill('Later');
    await page.keyboard.press('Enter');
    await dialog.getByRole('checkbox', { name: 'Later', checked: true }).waitFor();
    const tagged = async () => (await members.Alice.tag.list())[0]?.chat_count;
    await eventually(async () => (await tagged()) === 1);
    await dialog.getByRole('checkbox', { name: 'Later' }).uncheck();
    await eventually(async () => (await tagged()) === 0);
    await page.keyboard.press('Escape');
    await eventually(async () => (await focused(page)) === 'Actions for Bob Test');
    expect(window.problems).to.deep.equal([]);
  });

  it('keeps focus and place while conversations move', async () => {
    const { members, crowd } = await newHub({ Alice: 7 });
    const people = await crowd(60);
    for (const person of people)
      await person.chat.post({ entity_id: members.Alice.id, message: 'Hello' });
    await using window = await openWindow(browser, members.Alice);
    const { page } = window;
    await rowsOf(page).first().focus();
    for (let n = 0; n < 30; n += 1) await page.keyboard.press('ArrowDown');
    await eventually(async () => (await focused(page)) === 'user29 Test');
    const row = listOf(page).getByRole('link', { name: 'user29 Test', exact: true });
    const top = async () => (await row.boundingBox())?.y;
    const before = await top();
    await people[0]?.chat.post({ entity_id: members.Alice.id, message: 'Up' });
    await page.locator('li[aria-posinset="32"] a[aria-label="user29 Test"]').waitFor();
    expect(await focused(page)).to.equal('user29 Test');
    expect(await top()).to.equal(before);
    // Scrolled away, the focused row still is the one that keys go on from.
    await page.locator('.rows').evaluate((rows) => rows.scrollTo(0, 0));
    await listOf(page).getByRole('link', { name: 'user0 Test', exact: true }).waitFor();
    expect(await focused(page)).to.equal('user29 Test');
    expect(await rowsOf(page).count()).to.be.lessThan(40);
    // The last one of those that are loaded, whose page is followed by another.
    await eventually(async () => {
      await page.keyboard.press('End');
      return (await focused(page)) === 'user1 Test';
    });
  });

  it('opens the conversation before or after by Alt and the arrow keys', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7, Carol: 7, Dan: 7 });
    const { Alice, Bob, Carol, Dan } = members;
    await Dan.chat.post({ entity_id: Alice.id, message: 'Unread' });
    await Alice.chat.post({ entity_id: Carol.id, message: 'Hello' });
    await Alice.chat.post({ entity_id: Bob.id, message: 'Hello' });
    await using window = await openWindow(browser, Alice);
    const { page } = window;
    await listOf(page).getByRole('link', { name: 'Dan Test', exact: true }).waitFor();
    const heading = (name: string) => page.getByRole('heading', { name, exact: true }).waitFor();
    await page.keyboard.press('Alt+ArrowDown');
    await heading('Bob Test');
    await page.keyboard.press('Alt+ArrowDown');
    await heading('Carol Test');
    await page.keyboard.press('Alt+ArrowUp');
    await heading('Bob Test');
    await page.keyboard.press('Alt+Shift+ArrowDown');
    await heading('Dan Test');
  });
});
