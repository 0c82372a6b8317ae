import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
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
    await list.getByText('1', { exact: true }).waitFor();
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
});
