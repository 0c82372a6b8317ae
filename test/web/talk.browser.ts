import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { writeHistory } from '../support/history.ts';
import { newHub } from '../support/hub.ts';
import { eventually } from '../support/wait.ts';
import { messagesOf, openConversation, openWindow, sendMessage } from './world.ts';

describe('The page', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  it('shows two members what they write to each other, and what is unread', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    await members.Bob.chat.post({ entity_id: members.Alice.id, message: 'Hello Alice' });
    await using alice = await openWindow(browser, members.Alice);
    await using bob = await openWindow(browser, members.Bob);
    const list = alice.page.getByRole('navigation', { name: 'Conversations' });
    const row = list.getByRole('link', { name: 'Bob Test' });
    await row.getByText('1', { exact: true }).waitFor();
    await openConversation(alice.page, 'Bob Test');
    await messagesOf(alice.page).getByText('Hello Alice').waitFor();
    await eventually(async () => (await members.Alice.chat.count_all()).total_cnt === 0);
    await openConversation(bob.page, 'Alice Test');
    await sendMessage(alice.page, 'Hello Bob');
    await messagesOf(bob.page).getByText('Hello Bob').waitFor();
    expect(await messagesOf(alice.page).count()).to.equal(2);
    expect([...alice.problems, ...bob.problems]).to.deep.equal([]);
  });

  it('shows why a log-in failed, and the conversations after one that succeeded', async () => {
    const { members, operator } = await newHub({ Alice: 7 });
    const login = { email: `dana-${members.Alice.id}@example.com`, password: 'correct horse 1' };
    const { user_id } = await operator.user.create({ firstname: 'Dana', ...login });
    await operator.hub.add_member({ user_id, privilege: 7 });
    await using window = await openWindow(browser);
    const { page } = window;
    await page.getByRole('textbox', { name: 'Email' }).fill(login.email);
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('alert').getByText('Email or password is wrong.').waitFor();
    await page.getByLabel('Password').fill(login.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('navigation', { name: 'Conversations' }).waitFor();
  });

  it('shows the log-in form when the session has ended', async () => {
    const { members } = await newHub({ Alice: 7 });
    await using window = await openWindow(browser, members.Alice);
    await window.page.getByRole('navigation', { name: 'Conversations' }).waitFor();
    await members.Alice.session.logout();
    await window.page.getByText('Your session has ended.').waitFor();
  });

  it('shows nothing of a member to the next one who logs in', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7, Carol: 7 });
    const { Alice: alice, Bob: bob, Carol: carol } = members;
    await bob.chat.post({ entity_id: alice.id, message: 'For Alice' });
    await bob.chat.post({ entity_id: carol.id, message: 'For Carol' });
    await using window = await openWindow(browser, alice);
    const { page, context } = window;
    await page.getByText('For Alice').waitFor();
    await context.clearCookies();
    const { origin } = new URL(page.url());
    await context.addCookies([{ name: 'regsid', value: carol.token, url: origin }]);
    await page.addInitScript(() => {
      new MutationObserver(() => {
        if (document.body?.textContent?.includes('For Alice')) sessionStorage.leaked = 'yes';
      }).observe(document, { childList: true, subtree: true, characterData: true });
    });
    await page.reload();
    await page.getByText('For Carol').waitFor();
    expect(await page.evaluate(() => sessionStorage.leaked)).to.equal(undefined);
    expect(await page.getByText('For Alice').count()).to.equal(0);
  });

  it('shows what is written while old messages are read', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice: alice, Bob: bob } = members;
    const { entity_id } = await alice.room.create({ name: 'Crew', user_ids: [bob.id] });
    const [first] = await writeHistory(entity_id, [alice, bob], 300, (n) => `line ${n}`);
    const path = `/#/${entity_id}/message/${first}`;
    await using window = await openWindow(browser, alice, { path });
    const { page } = window;
    await messagesOf(page).getByText('line 0', { exact: true }).waitFor();
    await sendMessage(page, 'at the end');
    await messagesOf(page).getByText('at the end').waitFor();
    await eventually(() => messagesOf(page).getByText('line 299').isVisible());
    expect(await messagesOf(page).getByText('line 0', { exact: true }).count()).to.equal(0);
  });
});
