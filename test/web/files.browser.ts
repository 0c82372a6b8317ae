import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';

import { pngOf, uploadAll } from '../support/files.ts';
import { type Member, newHub } from '../support/hub.ts';
import { eventually } from '../support/wait.ts';
import { messagesOf, openWindow } from './world.ts';

/** Posts files in one message. */
async function send(
  author: Member,
  entity_id: string,
  ...files: Parameters<typeof uploadAll>[1][]
) {
  const attachment = (await uploadAll(author, ...files)).map(({ nid }) => nid);
  return author.chat.post({ entity_id, attachment });
}

describe('The files of a conversation', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  it('are shown large one after the other, those of other messages too', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    const png = await pngOf(60, 40);
    const { message_id: oldest } = await send(Bob, Alice.id, ['a.png', png]);
    await send(Bob, Alice.id, ['notes.txt', 'Notes']);
    await send(Alice, Bob.id, ['b.png', png], ['c.png', png]);
    await send(Bob, Alice.id, ['d.png', png]);
    await using window = await openWindow(browser, Alice, { path: `/#/${Bob.id}` });
    const { page } = window;
    await messagesOf(page)
      .getByRole('button', { name: /^b\.png/ })
      .click();
    const viewer = page.getByRole('dialog');
    const shown = (name: string) => viewer.getByRole('img', { name: new RegExp(`^${name}`) });
    const button = (name: string) => viewer.getByRole('button', { name, exact: true });
    await shown('b.png').waitFor();
    for (const name of ['c.png', 'd.png']) {
      await eventually(async () => (await button('Next picture').isEnabled()) === true);
      await page.keyboard.press('ArrowRight');
      await shown(name).waitFor();
    }
    // The newest one: there is nothing after it.
    expect(await button('Next picture').isDisabled()).to.equal(true);
    await page.keyboard.press('ArrowRight');
    await shown('d.png').waitFor();
    for (const name of ['c.png', 'b.png', 'a.png']) {
      await button('Previous picture').click();
      await shown(name).waitFor();
    }
    expect(await button('Previous picture').isDisabled()).to.equal(true);
    await page.waitForFunction(
      () => document.querySelector<HTMLImageElement>('.viewer img')?.naturalWidth === 60,
    );
    await viewer.getByRole('link', { name: /^Bob Test/ }).click();
    await viewer.waitFor({ state: 'detached' });
    expect(new URL(page.url()).hash).to.equal(`#/${Bob.id}/message/${oldest}`);
    expect(window.problems).to.deep.equal([]);
  });

  it('are listed page by page, pictures apart, without those that were deleted', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    const png = await pngOf(8, 8);
    const { message_id: first } = await send(Bob, Alice.id, ['old.png', png], ['old.txt', 'Old']);
    for (let n = 0; n < 7; n += 1) {
      const texts = Array.from({ length: 10 }, (_, m) => [`${n}-${m}.txt`, 'Text'] as const);
      await send(Bob, Alice.id, ...texts);
    }
    await using window = await openWindow(browser, Alice, { path: `/#/${Bob.id}` });
    const { page } = window;
    await page.getByRole('button', { name: 'Details', exact: true }).click();
    const panel = page.getByRole('complementary', { name: 'Details' });
    await panel.getByRole('button', { name: 'Show all files' }).click();
    await panel.getByRole('button', { name: /^old\.png, Bob Test/ }).click();
    await page
      .getByRole('dialog')
      .getByRole('img', { name: /^old\.png/ })
      .waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await panel.getByRole('button', { name: 'Documents' }).click();
    const rows = panel.locator('.document');
    await eventually(async () => (await rows.count()) === 60);
    expect(await panel.getByText('old.txt').count()).to.equal(0);
    await panel.getByRole('button', { name: 'Look for older files' }).click();
    await eventually(async () => (await rows.count()) === 71);
    await Bob.chat.delete({ option: 'all', messages: [first] });
    await panel.getByText('old.txt').waitFor({ state: 'detached' });
    await panel.getByRole('button', { name: 'Pictures' }).click();
    await panel.getByText('No files here yet').waitFor();
    expect(window.problems).to.deep.equal([]);
  });
});
