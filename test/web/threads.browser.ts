import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { newHub } from '../support/hub.ts';
import { eventually } from '../support/wait.ts';
import { openWindow } from './world.ts';

describe('The composer of a thread', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  it('keeps a draft for each thread over a reload, and the conversation’s apart', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    const post = async (message: string) =>
      (await Bob.chat.post({ entity_id: Alice.id, message })).message_id;
    const [lunch, tea] = [await post('Lunch?'), await post('Tea?')];
    const at = (id: string) => `/#/${Bob.id}/thread/${id}`;
    await using window = await openWindow(browser, Alice, { path: at(lunch) });
    const { page } = window;
    const reply = page.getByRole('textbox', { name: 'Reply in thread' });
    const message = page.getByRole('textbox', { name: 'Message', exact: true });
    await reply.fill('At noon');
    await message.fill('Hello');
    await page.evaluate((hash) => location.assign(hash), at(tea).slice(1));
    await eventually(async () => (await reply.inputValue()) === '');
    await reply.fill('Green');
    await page.reload();
    await eventually(async () => (await reply.inputValue()) === 'Green');
    await page.evaluate((hash) => location.assign(hash), at(lunch).slice(1));
    await eventually(async () => (await reply.inputValue()) === 'At noon');
    expect(await message.inputValue()).to.equal('Hello');
    await reply.press('Enter');
    await page.getByRole('log', { name: 'Messages of the thread' }).getByText('At noon').waitFor();
    await eventually(async () => (await Alice.chat.thread({ thread_id: lunch })).length === 2);
    expect(await reply.inputValue()).to.equal('');
    await page.reload();
    await page.getByRole('log', { name: 'Messages of the thread' }).getByText('At noon').waitFor();
    expect(await reply.inputValue()).to.equal('');
    expect(await message.inputValue()).to.equal('Hello');
    expect(window.problems).to.deep.equal([]);
  });
});
