import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { ownApp } from '../support/app.ts';
import { openBrowser } from '../support/browser.ts';
import { newHub, newRoom } from '../support/hub.ts';
import { eventually } from '../support/wait.ts';
import { messagesOf, openConversation, openWindow, sendMessage } from './world.ts';

const fieldOf = (page: Page) => page.getByRole('textbox', { name: 'Message', exact: true });
const chipsOf = (page: Page) =>
  page.getByRole('list', { name: 'Files to send' }).getByRole('listitem');
const textFile = (name: string) => ({
  ...{ name, mimeType: 'text/plain' },
  buffer: Buffer.from('a note'),
});

/** Gives files to the page as a drop or a paste does. */
const give = (page: Page, kind: 'drop' | 'paste', name: string) =>
  fieldOf(page).evaluate(
    (field, { kind, name }) => {
      const data = new DataTransfer();
      data.items.add(new File(['bytes'], name, { type: 'image/png' }));
      const init = { bubbles: true, cancelable: true };
      if (kind === 'paste')
        field.dispatchEvent(new ClipboardEvent('paste', { ...init, clipboardData: data }));
      else {
        const log = document.querySelector('main') as HTMLElement;
        log.dispatchEvent(new DragEvent('dragover', { ...init, dataTransfer: data }));
        log.dispatchEvent(new DragEvent('drop', { ...init, dataTransfer: data }));
      }
    },
    { kind, name },
  );

/** Until the page has asked what a message may have. */
const untilLimits = (page: Page) =>
  page.waitForFunction(() =>
    performance
      .getEntriesByType('resource')
      .some((entry) => entry.name.includes('hub.info') && entry.duration > 0),
  );

describe('The composer', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  it('keeps a draft with its files over other conversations and a reload', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7, Carol: 7 });
    const { Alice, Bob, Carol } = members;
    await Bob.chat.post({ entity_id: Alice.id, message: 'A question' });
    await Carol.chat.post({ entity_id: Alice.id, message: 'Hello' });
    await using window = await openWindow(browser, Alice);
    const { page } = window;
    await openConversation(page, 'Bob Test');
    await fieldOf(page).fill('Not sent yet');
    await page.locator('input[type=file]').setInputFiles(textFile('notes.txt'));
    await chipsOf(page).getByText('notes.txt').waitFor();
    await openConversation(page, 'Carol Test');
    expect(await fieldOf(page).inputValue()).to.equal('');
    const row = page.getByRole('link', { name: 'Bob Test', exact: true });
    await row.getByText('Draft: Not sent yet').waitFor();
    await page.reload();
    await openConversation(page, 'Bob Test');
    await eventually(async () => (await fieldOf(page).inputValue()) === 'Not sent yet');
    await chipsOf(page).getByText('notes.txt').waitFor();
    await page.keyboard.press('Enter');
    await eventually(async () => {
      const [newest] = await Bob.chat.messages({ entity_id: Alice.id, mark_read: 0 });
      return newest?.message === 'Not sent yet' && newest.files[0]?.file_name === 'notes.txt';
    });
    expect(await chipsOf(page).count()).to.equal(0);
    await row.getByText('You: Not sent yet').waitFor();
    expect(window.problems).to.deep.equal([]);
  });

  it('takes files by drop and paste, and gives them back', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    await members.Bob.chat.post({ entity_id: members.Alice.id, message: 'Hello' });
    await using window = await openWindow(browser, members.Alice);
    const { page } = window;
    await openConversation(page, 'Bob Test');
    await page.getByRole('button', { name: 'Attach files' }).waitFor();
    await untilLimits(page);
    await give(page, 'drop', 'dropped.png');
    await give(page, 'paste', 'pasted.png');
    await chipsOf(page).getByText('pasted.png').waitFor();
    expect(await page.getByText('Drop files to attach them').count()).to.equal(0);
    await page.getByRole('button', { name: 'Remove dropped.png' }).click();
    await eventually(async () => (await chipsOf(page).count()) === 1);
    const many = Array.from({ length: 20 }, (_, n) => textFile(`${n}.txt`));
    await page.locator('input[type=file]').setInputFiles(many);
    await page.getByText('A message has at most 20 files.').waitFor();
    expect(await chipsOf(page).count()).to.equal(20);
  });

  it('refuses a file that is too large before it is uploaded, and takes the others', async () => {
    await using own = await ownApp({ LIMIT_FILE_BYTES: '2000' });
    const { members } = await newHub({ Alice: 7, Bob: 7 }, own);
    const { Alice, Bob } = members;
    await Bob.chat.post({ entity_id: Alice.id, message: 'Hello' });
    const place = { url: own.url, path: `/?hub_id=${Alice.hubId}#/${Bob.id}` };
    await using window = await openWindow(browser, Alice, place);
    const { page } = window;
    await untilLimits(page);
    const large = { ...textFile('large.txt'), buffer: Buffer.alloc(2001, 'x') };
    const files = [large, { ...large, name: 'just.txt', buffer: Buffer.alloc(2000, 'x') }];
    await page.locator('input[type=file]').setInputFiles(files);
    await page.getByText('“large.txt” is too large: a file has at most 2 kB.').waitFor();
    expect(await chipsOf(page).count()).to.equal(1);
    await page.getByRole('button', { name: 'Send' }).click();
    await messagesOf(page)
      .getByRole('link', { name: /^Download just\.txt/ })
      .waitFor();
    expect(window.problems).to.deep.equal([]);
  });

  it('never sends by the Enter that confirms a candidate', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    await members.Bob.chat.post({ entity_id: members.Alice.id, message: 'Hello' });
    await using window = await openWindow(browser, members.Alice);
    const { page, context } = window;
    await openConversation(page, 'Bob Test');
    await fieldOf(page).focus();
    const keyboard = await context.newCDPSession(page);
    const confirm = async (text: string) => {
      await keyboard.send('Input.imeSetComposition', {
        ...{ text, selectionStart: text.length, selectionEnd: text.length },
      });
      const enter = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 229 };
      await keyboard.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...enter });
      await keyboard.send('Input.insertText', { text });
    };
    await confirm('明日');
    await eventually(async () => (await fieldOf(page).inputValue()) === '明日');
    // As WebKit does: the composition ends before the key event of the same Enter.
    await fieldOf(page).evaluate((field) => {
      field.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }));
      const init = { key: 'Enter', bubbles: true, cancelable: true };
      field.dispatchEvent(new KeyboardEvent('keydown', init));
    });
    expect(await fieldOf(page).inputValue()).to.equal('明日');
    expect(await messagesOf(page).count()).to.equal(1);
    await page.waitForFunction(
      (since) => performance.now() - since > 40,
      await page.evaluate(() => performance.now()),
    );
    await page.keyboard.press('Enter');
    await messagesOf(page).getByText('明日').waitFor();
  });

  it('completes mentions, and sends those that are left', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7, Bodo: 7, Carol: 7 });
    const { Alice, Bob, Bodo, Carol } = members;
    const room = await newRoom(Alice, Bob, Bodo, Carol);
    await Alice.chat.post({ entity_id: room, message: 'Hello' });
    await using window = await openWindow(browser, Alice);
    const { page } = window;
    await openConversation(page, 'Room');
    const list = page.getByRole('listbox', { name: 'Mention' });
    await fieldOf(page).pressSequentially('@bo');
    await list.getByRole('option').nth(1).waitFor();
    expect(await list.locator('.name').allInnerTexts()).to.deep.equal(['Bob Test', 'Bodo Test']);
    await page.keyboard.press('ArrowDown');
    await list.getByRole('option', { name: 'Bodo Test', selected: true }).waitFor();
    await page.keyboard.press('Enter');
    expect(await fieldOf(page).inputValue()).to.equal('@Bodo Test ');
    await page.keyboard.type('and @ca');
    await list.waitFor();
    await page.keyboard.press('Escape');
    await list.waitFor({ state: 'hidden' });
    await page.keyboard.type('r and @bo');
    await list.waitFor();
    await page.keyboard.press('Tab');
    expect(await fieldOf(page).inputValue()).to.equal('@Bodo Test and @car and @Bob Test ');
    await page.keyboard.press('Enter');
    await eventually(async () => {
      const [newest] = await Bob.chat.messages({ entity_id: room, mark_read: 0 });
      return newest?.mention_ids.toSorted().join() === [Bob.id, Bodo.id].toSorted().join();
    });
    expect(window.problems).to.deep.equal([]);
  });

  it('signals typing, and its end', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    await members.Bob.chat.post({ entity_id: members.Alice.id, message: 'Hello' });
    await using alice = await openWindow(browser, members.Alice);
    await using bob = await openWindow(browser, members.Bob);
    await openConversation(alice.page, 'Bob Test');
    await openConversation(bob.page, 'Alice Test');
    await fieldOf(alice.page).pressSequentially('Hel');
    await bob.page.getByText('Alice is typing…').waitFor();
    await fieldOf(alice.page).fill('');
    await bob.page.getByText('Alice is typing…').waitFor({ state: 'hidden' });
  });

  it('says that a text is too long, and sends it in lines', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    await members.Bob.chat.post({ entity_id: members.Alice.id, message: 'Hello' });
    await using window = await openWindow(browser, members.Alice);
    const { page } = window;
    await openConversation(page, 'Bob Test');
    await fieldOf(page).fill('x'.repeat(10_002));
    await page.getByText('2 characters too many').waitFor();
    expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).to.equal(true);
    await fieldOf(page).fill('one');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('two');
    await page.keyboard.press('Control+Enter');
    await messagesOf(page).getByText('one two').waitFor();
  });

  it('makes room for what stands in its way', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    const room = await newRoom(Alice, Bob);
    for (const entity_id of [room, Bob.id]) await Alice.chat.post({ entity_id, message: 'Hello' });
    await using window = await openWindow(browser, Alice);
    const { page } = window;
    await openConversation(page, 'Bob Test');
    await Alice.contact.block({ entity_id: Bob.id });
    await page.getByText('You have blocked Bob Test.').waitFor();
    expect(await fieldOf(page).count()).to.equal(0);
    await page.getByRole('button', { name: 'Unblock' }).click();
    await sendMessage(page, 'Again');
    await messagesOf(page).getByText('Again').waitFor();
    await openConversation(page, 'Room');
    await Alice.chat.change_status({ entity_id: room, status: 'archived' });
    await page.getByText('You have archived this conversation.').waitFor();
    await page.getByRole('button', { name: 'Restore' }).click();
    await fieldOf(page).waitFor();
    await Alice.chat.change_status({ entity_id: room, status: 'archived', for: 'all' });
    await page.getByText('This room is archived for everyone.').waitFor();
    await page.getByRole('button', { name: 'Restore' }).click();
    await fieldOf(page).waitFor();
  });
});
