import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { newHub } from '../support/hub.ts';
import { eventually } from '../support/wait.ts';
import { openWindow } from './world.ts';

describe('The message boxes', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  it('show how many letters are unread, and mark one as read that is opened', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    const text = '<b>Hello</b>\nfrom Bob';
    await Bob.messaging.send({ to_ids: [Alice.id], content: { subject: 'Invoice', text } });
    await using window = await openWindow(browser, Alice);
    const { page } = window;
    await page.getByRole('button', { name: 'Alice Test', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Message boxes (1 unread)' }).click();
    const boxes = page.getByRole('region', { name: 'Message boxes' });
    await boxes.getByRole('link', { name: /Bob Test.*Invoice/ }).click();
    await boxes.getByRole('article', { name: 'Invoice' }).getByText('<b>Hello</b>').waitFor();
    await eventually(async () => (await Alice.messaging.counts()).inbox.unread === 0);
    await page.getByRole('button', { name: 'Alice Test', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Message boxes', exact: true }).waitFor();
    expect(window.problems).to.deep.equal([]);
  });

  it('send a letter to members, show it among those sent, and delete it', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    await using window = await openWindow(browser, Alice, { path: '/#/mail' });
    const { page } = window;
    await page.getByText('Nothing has been sent to you yet').waitFor();
    await page.getByRole('button', { name: 'New message' }).click();
    const dialog = page.getByRole('dialog', { name: 'New message' });
    await dialog.getByRole('combobox', { name: 'To' }).fill('Bob');
    await dialog.getByRole('option', { name: 'Bob Test' }).click();
    await dialog.getByRole('textbox', { name: 'Subject' }).fill('Order 4711');
    await dialog.getByRole('textbox', { name: 'Text' }).fill('Is it on its way?');
    await dialog.getByRole('button', { name: 'Send' }).click();
    await dialog.waitFor({ state: 'detached' });
    const { items } = await Bob.messaging.page();
    expect(items.map(({ content }) => content)).to.deep.equal([
      { subject: 'Order 4711', text: 'Is it on its way?' },
    ]);
    await page.getByRole('link', { name: 'Sent' }).click();
    await page.getByRole('link', { name: /Bob Test.*Order 4711/ }).click();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('You have not sent anything yet').waitFor();
    expect((await Bob.messaging.counts()).inbox.total).to.equal(1);
  });

  it('say that a letter does not exist, and lead back to the box', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7, Cleo: 7 });
    const { Alice, Bob, Cleo } = members;
    const { message_id } = await Bob.messaging.send({ to_ids: [Cleo.id], text: 'For Cleo' });
    for (const id of ['unknown', message_id]) {
      await using window = await openWindow(browser, Alice, { path: `/#/mail/inbox/${id}` });
      const { page } = window;
      const missing = page.getByText('This message does not exist any more, or it is not yours.');
      await missing.waitFor();
      expect(await page.getByText('For Cleo').count()).to.equal(0);
      await page.getByRole('status').getByRole('button', { name: 'Inbox' }).click();
      await missing.waitFor({ state: 'detached' });
      expect(new URL(page.url()).hash).to.equal('#/mail/inbox');
    }
  });
});
