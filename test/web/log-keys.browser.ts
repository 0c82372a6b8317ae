import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { type Member, newHub } from '../support/hub.ts';
import { eventually } from '../support/wait.ts';
import { messagesOf, openWindow, sendMessage } from './world.ts';

describe('The log by keys and by ear', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  async function conversation() {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    for (const message of ['One', 'Two https://example.com/a', 'Three'])
      await Bob.chat.post({ entity_id: Alice.id, message });
    await Alice.chat.post({ entity_id: Bob.id, message: 'Mine' });
    return { Alice, Bob };
  }

  async function openAt(member: Member, peer: Member) {
    const window = await openWindow(browser, member, { path: `/#/${peer.id}` });
    await messagesOf(window.page).last().waitFor();
    return window;
  }

  const focusedText = (page: Page) =>
    page.evaluate(() => {
      const { activeElement: element } = document;
      const text = element?.querySelector('.text')?.textContent;
      return text ?? element?.ariaLabel ?? element?.textContent ?? '';
    });

  it('is one stop of the Tab key, with arrow keys inside', async () => {
    const { Alice, Bob } = await conversation();
    await using window = await openAt(Alice, Bob);
    const { page } = window;
    const stops = await page.getByRole('log', { name: 'Messages' }).evaluate((log) => {
      const all = [...log.querySelectorAll<HTMLElement>('a, button, [tabindex]')];
      return all.filter(({ tabIndex }) => tabIndex >= 0).map(({ tagName }) => tagName);
    });
    expect(stops).to.deep.equal(['ARTICLE']);
    await messagesOf(page).last().focus();
    const steps = [
      ['ArrowUp', 'Three'],
      ['ArrowUp', 'Two https://example.com/a'],
      ['Enter', 'https://example.com/a'],
      ['ArrowRight', 'React'],
      ['Tab', 'Reply'],
      ['ArrowLeft', 'React'],
      ['Escape', 'Two https://example.com/a'],
      ['Home', 'One'],
      ['ArrowUp', 'One'],
      ['End', 'Mine'],
      ['Tab', 'Attach files'],
      ['Shift+Tab', 'Mine'],
    ] as const;
    for (const [key, text] of steps) {
      await page.keyboard.press(key);
      await eventually(async () => (await focusedText(page)) === text);
    }
    expect(window.problems).to.deep.equal([]);
  });

  it('has keys for reply, edit, unread and delete at a message', async () => {
    const { Alice, Bob } = await conversation();
    await using window = await openAt(Alice, Bob);
    const { page } = window;
    const mine = messagesOf(page).filter({ hasText: 'Mine' });
    await mine.focus();
    await page.keyboard.press('e');
    await page.getByRole('textbox', { name: 'Edit message' }).waitFor();
    await page.keyboard.press('Escape');
    await eventually(async () => (await focusedText(page)) === 'Mine');
    await page.keyboard.press('Delete');
    await page.getByRole('dialog', { name: 'Delete this message?' }).waitFor();
    await page.keyboard.press('Escape');
    await eventually(async () => (await focusedText(page)) === 'Mine');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('u');
    await eventually(async () => (await Alice.chat.count_all()).total_cnt === 1);
    await page.keyboard.press('r');
    await eventually(async () => (await focusedText(page)) === 'Message');
  });

  it('announces new messages, a batch as one, and no history', async () => {
    const { Alice, Bob } = await conversation();
    await using window = await openAt(Alice, Bob);
    const { page } = window;
    await page.addInitScript(() => {
      const spoken: string[] = [];
      Object.assign(globalThis, { spoken });
      new MutationObserver(() => {
        const text = document.querySelector('[aria-live=polite][aria-atomic]')?.textContent;
        if (text && text !== spoken.at(-1)) spoken.push(text);
      }).observe(document, { childList: true, characterData: true, subtree: true });
    });
    await page.reload();
    await messagesOf(page).last().waitFor();
    const spoken = () =>
      page.evaluate(() => (globalThis as unknown as { spoken: string[] }).spoken);
    await Bob.chat.post({ entity_id: Alice.id, message: 'Good morning' });
    await eventually(async () => (await spoken()).length > 0);
    expect(await spoken()).to.deep.equal(['Bob Test: Good morning']);
    await sendMessage(page, 'And to you');
    await eventually(async () => (await spoken()).length === 2);
    await Promise.all(
      ['a', 'b', 'c'].map((message) => Bob.chat.post({ entity_id: Alice.id, message })),
    );
    await eventually(async () => (await spoken()).length === 3);
    const [one, own, several] = await spoken();
    expect(one).to.equal('Bob Test: Good morning');
    expect(own).to.equal('You: And to you');
    expect(several).to.equal('3 new messages');
  });
});
