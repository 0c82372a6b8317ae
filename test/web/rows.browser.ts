import { expect } from 'chai';
import type { Browser, Locator, Page } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { pngOf, uploadAll } from '../support/files.ts';
import { newHub } from '../support/hub.ts';
import { messagesOf, openWindow, sendMessage } from './world.ts';

describe('A message in the log', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  const rowOf = (page: Page, text: string): Locator => messagesOf(page).filter({ hasText: text });

  it('quotes the message that it answers, which a click shows', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    const [entity_id, back] = [Alice.id, Bob.id];
    const asked = await Alice.chat.post({ entity_id: back, message: 'Who has **a** key?' });
    for (let n = 0; n < 60; n += 1) await Bob.chat.post({ entity_id, message: `Meanwhile ${n}` });
    await Bob.chat.post({ entity_id, message: 'I have', thread_id: asked.message_id });
    await using window = await openWindow(browser, Alice, { path: `/#/${Bob.id}` });
    const { page } = window;
    await page.getByRole('button', { name: 'Jump to latest' }).click();
    const quote = rowOf(page, 'I have').getByRole('link', { name: 'Answers You: Who has a key?' });
    await quote.click();
    const target = messagesOf(page).and(page.locator(`[data-id="${asked.message_id}"]`));
    await page.waitForFunction(
      (id) => (document.activeElement as HTMLElement | null)?.dataset.id === id,
      asked.message_id,
    );
    expect(await target.getAttribute('aria-current')).to.equal('true');
    await page.getByRole('button', { name: 'Jump to latest' }).click();
    await quote.click();
    await page.waitForFunction((id) => {
      const box = document.querySelector(`[data-id="${id}"]`)?.getBoundingClientRect();
      return box !== undefined && box.top > 0 && box.bottom < innerHeight;
    }, asked.message_id);
    await Alice.chat.delete({ option: 'all', messages: [asked.message_id] });
    await page.getByRole('button', { name: 'Jump to latest' }).click();
    await rowOf(page, 'I have').getByText('The message that this answers was deleted.').waitFor();
    expect(window.problems).to.deep.equal([]);
  });

  it('has its files as links, and pictures that are shown large', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    const png = await pngOf(640, 400);
    const files = await uploadAll(
      Bob,
      ['first.png', png, 'image/png'],
      ['second.png', png, 'image/png'],
      ['plan.txt', 'What to do', 'text/plain'],
    );
    const attachment = files.map(({ nid }) => nid);
    await Bob.chat.post({ entity_id: Alice.id, message: 'See', attachment });
    await using window = await openWindow(browser, Alice, { path: `/#/${Bob.id}` });
    const { page } = window;
    const row = rowOf(page, 'See');
    const download = page.waitForEvent('download');
    await row.getByRole('link', { name: /^Download plan\.txt/ }).click();
    expect((await download).suggestedFilename()).to.equal('plan.txt');
    const picture = row.getByRole('button', { name: /^first\.png/ });
    await picture.click();
    const viewer = page.getByRole('dialog');
    const shown = (name: string) => viewer.getByRole('img', { name: new RegExp(`^${name}`) });
    await shown('first.png').waitFor();
    await page.keyboard.press('ArrowRight');
    await shown('second.png').waitFor();
    await viewer.getByRole('button', { name: 'Previous picture' }).click();
    await shown('first.png').waitFor();
    await viewer.getByRole('link', { name: /^Download first\.png/ }).waitFor();
    await page.keyboard.press('Escape');
    await viewer.waitFor({ state: 'detached' });
    expect(await picture.evaluate((one) => one === document.activeElement)).to.equal(true);
    expect(window.problems).to.deep.equal([]);
  });

  it('says why it was not sent, with ways on', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    await Bob.chat.post({ entity_id: Alice.id, message: 'Hello' });
    await using window = await openWindow(browser, Alice, { path: `/#/${Bob.id}` });
    const { page } = window;
    await rowOf(page, 'Hello').waitFor();
    await Bob.contact.block({ entity_id: Alice.id });
    await sendMessage(page, 'One');
    const failed = rowOf(page, 'One');
    await failed.getByText('Not sent: you can no longer write here.').waitFor();
    await Bob.contact.unblock({ entity_id: Alice.id });
    await failed.getByRole('button', { name: 'Retry' }).click();
    await failed.getByRole('button', { name: 'React', includeHidden: true }).waitFor();
    await Bob.contact.block({ entity_id: Alice.id });
    await sendMessage(page, 'Two');
    await rowOf(page, 'Two').getByRole('button', { name: 'Discard' }).click();
    await rowOf(page, 'Two').waitFor({ state: 'detached' });
    const texts = (await Bob.chat.messages({ entity_id: Alice.id })).map(({ message }) => message);
    expect(texts).to.deep.equal(['One', 'Hello']);
  });

  it('shows who has seen the last own one', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7, Carol: 7 });
    const { Alice, Bob, Carol } = members;
    const user_ids = [Bob.id, Carol.id];
    const { entity_id } = await Alice.room.create({ name: 'Crew', user_ids });
    const sent = await Alice.chat.post({ entity_id, message: 'Ready?' });
    await using window = await openWindow(browser, Alice, { path: `/#/${entity_id}` });
    const { page } = window;
    await rowOf(page, 'Ready?').waitFor();
    await Bob.chat.acknowledge({ message_id: sent.message_id });
    await page.getByText('Seen by Bob', { exact: true }).waitFor();
    await Carol.chat.acknowledge({ message_id: sent.message_id });
    await page.getByText('Seen by Bob and Carol', { exact: true }).waitFor();
    await sendMessage(page, 'Go');
    await rowOf(page, 'Go').waitFor();
    await page.getByText(/^Seen by/).waitFor({ state: 'detached' });
  });

  it('opens its thread beside the log, where replies are live', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    const entity_id = Alice.id;
    const root = await Bob.chat.post({ entity_id, message: 'Where do we meet?' });
    await Bob.chat.post({ entity_id, message: 'Here?', thread_id: root.message_id });
    await Bob.chat.post({ entity_id, message: 'Something else' });
    await using window = await openWindow(browser, Alice, { path: `/#/${Bob.id}` });
    const { page } = window;
    await rowOf(page, 'Here?').getByRole('button', { name: 'Thread', exact: true }).click();
    const thread = page.getByRole('complementary', { name: 'Thread' });
    const replies = thread.getByRole('article');
    await replies.filter({ hasText: 'Here?' }).waitFor();
    expect(await replies.count()).to.equal(2);
    await Bob.chat.post({ entity_id, message: 'Or there?', thread_id: root.message_id });
    await Bob.chat.post({ entity_id, message: 'Not of the thread' });
    await replies.filter({ hasText: 'Or there?' }).waitFor();
    await thread.getByRole('textbox', { name: 'Reply in thread' }).fill('There.');
    await page.keyboard.press('Enter');
    await rowOf(page, 'There.')
      .getByRole('link', { name: /^Answers Bob Test/ })
      .waitFor();
    await replies.filter({ hasText: 'There.' }).getByRole('button', { name: 'Edit' }).waitFor();
    expect(await replies.count()).to.equal(4);
    await thread.getByRole('button', { name: 'Close thread' }).click();
    await thread.waitFor({ state: 'detached' });
    expect(page.url()).to.match(new RegExp(`#/${Bob.id}$`));
    expect(window.problems).to.deep.equal([]);
  });

  it('shows its tools by a long press on a touch screen', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    await Bob.chat.post({ entity_id: Alice.id, message: 'Press me' });
    await using window = await openWindow(browser, Alice, {
      ...{ path: `/#/${Bob.id}`, hasTouch: true, isMobile: true },
      viewport: { width: 390, height: 780 },
    });
    const { page, context } = window;
    const row = rowOf(page, 'Press me');
    const box = (await row.boundingBox()) ?? expect.fail('no row');
    const tools = row.locator('.tools');
    const opacity = () => tools.evaluate((one) => getComputedStyle(one).opacity);
    expect(await opacity()).to.equal('0');
    const cdp = await context.newCDPSession(page);
    const touchPoints = [{ x: box.x + 80, y: box.y + box.height / 2 }];
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints });
    await page.waitForFunction(() => document.querySelector('[data-held]'));
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    expect(await opacity()).to.equal('1');
    await row.getByRole('button', { name: 'React' }).tap();
    await page.getByRole('dialog').getByRole('button', { name: '👍' }).first().tap();
    await row.getByRole('button', { name: '👍 1, by You' }).waitFor();
  });
});
