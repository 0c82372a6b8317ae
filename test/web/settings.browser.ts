import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { app } from '../support/app.ts';
import { openBrowser } from '../support/browser.ts';
import { memberOf, newHub, refused } from '../support/hub.ts';
import { eventually } from '../support/wait.ts';
import { openWindow } from './world.ts';

/** Chooses an item of the menu that is named after the member. */
async function choose(page: Page, item: string, name = 'Alice Test'): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

async function openSettings(page: Page, tab: string) {
  await choose(page, 'Settings');
  const dialog = page.getByRole('dialog', { name: 'Settings' });
  await dialog.getByRole('tab', { name: tab }).click();
  return dialog;
}

describe('The account menu', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  it('changes theme and language, which the browser remembers', async () => {
    const { members } = await newHub({ Alice: 7 });
    await using window = await openWindow(browser, members.Alice);
    const { page } = window;
    const dialog = await openSettings(page, 'Appearance');
    await dialog.getByRole('radio', { name: 'Dark' }).check();
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).to.equal('dark');
    await dialog.getByRole('combobox', { name: 'Language' }).selectOption('ar');
    await page.getByRole('dialog', { name: 'الإعدادات' }).waitFor();
    await page.reload();
    await page.getByRole('navigation', { name: 'المحادثات' }).waitFor();
    const { dir, theme } = await page.evaluate(() => {
      const { dir, dataset } = document.documentElement;
      return { dir, theme: dataset.theme };
    });
    expect([dir, theme]).to.deep.equal(['rtl', 'dark']);
    expect(window.problems).to.deep.equal([]);
  });

  it('changes what notifies, and offers keys to admins only', async () => {
    const { members } = await newHub({ Alice: 7 });
    const { Alice } = members;
    await using window = await openWindow(browser, Alice);
    const dialog = await openSettings(window.page, 'Notifications');
    await dialog.getByRole('checkbox', { name: /^Only mentions/ }).click();
    await eventually(async () => (await Alice.setting.get_user()).mentions_only === 1);
    // Of another browser.
    await Alice.setting.patch_user({ muted: 1 });
    const mute = dialog.getByRole('combobox', { name: /^Mute everything/ });
    await eventually(async () => (await mute.inputValue()) === 'none');
    expect(await dialog.getByRole('checkbox', { name: /^Only mentions/ }).isDisabled()).to.equal(
      true,
    );
    expect(await dialog.getByRole('tab', { name: 'API keys' }).count()).to.equal(0);
  });

  it('mutes the hub until a time, or for good', async () => {
    const { members } = await newHub({ Alice: 7 });
    const { Alice } = members;
    await using window = await openWindow(browser, Alice);
    const dialog = await openSettings(window.page, 'Notifications');
    const mute = dialog.getByRole('combobox', { name: /^Mute everything/ });
    const stateOf = async () => {
      const { muted, muted_until_ms: untilMs } = await Alice.setting.get_user();
      return { muted, untilMs };
    };
    await mute.selectOption('Mute for one hour');
    await eventually(async () => (await mute.inputValue()) === 'until');
    const { muted, untilMs } = await stateOf();
    expect(muted).to.equal(1);
    expect(Number(untilMs) - Date.now()).to.be.within(3_500_000, 3_600_000);
    await dialog.getByText(/^Muted until /).waitFor({ state: 'attached' });
    await mute.selectOption('Mute until tomorrow morning');
    await eventually(async () => new Date(Number((await stateOf()).untilMs)).getHours() === 8);
    await mute.selectOption('Mute');
    await eventually(async () => (await mute.inputValue()) === 'none');
    expect(await stateOf()).to.deep.equal({ muted: 1, untilMs: null });
    await mute.selectOption('Not muted');
    await eventually(async () => (await stateOf()).muted === 0);
  });

  it('ends other sessions, and not this one', async () => {
    const { id, members } = await newHub({ Alice: 7 });
    const { Alice } = members;
    const other = await memberOf(app(), Alice.id, id);
    await using window = await openWindow(browser, Alice);
    const dialog = await openSettings(window.page, 'Sessions');
    const rows = dialog.getByRole('listitem');
    await dialog.getByText('this session').waitFor();
    expect(await rows.count()).to.equal(2);
    await dialog.getByRole('button', { name: /^End the session/ }).click();
    await eventually(async () => (await rows.count()) === 1);
    await refused(other.session.whoami(), 'NOT_AUTHENTICATED');
    expect((await Alice.session.whoami()).user.id).to.equal(Alice.id);
  });

  it('makes an API key whose secret is shown once, and revokes it', async () => {
    const { members } = await newHub({ Alice: 31 });
    const { Alice } = members;
    await using window = await openWindow(browser, Alice);
    const { page } = window;
    const dialog = await openSettings(page, 'API keys');
    expect(await dialog.getByRole('option', { name: 'Owner' }).count()).to.equal(0);
    await dialog.getByRole('textbox', { name: 'Name of the new key' }).fill('Importer');
    await dialog.getByRole('button', { name: 'Create key' }).click();
    const secret = dialog.getByRole('textbox', { name: 'The new key', exact: true });
    expect((await secret.inputValue()).length).to.be.greaterThan(20);
    await dialog.getByRole('button', { name: 'I have saved it' }).click();
    await secret.waitFor({ state: 'detached' });
    await dialog.getByRole('button', { name: 'Revoke the key Importer' }).click();
    await page
      .getByRole('dialog', { name: 'Revoke the key Importer' })
      .getByRole('button', { name: 'Revoke', exact: true })
      .click();
    await eventually(async () => (await Alice.key.list())[0]?.is_revoked === 1);
    await dialog.getByText('Importer').waitFor({ state: 'detached' });
  });

  it('logs out, after a question', async () => {
    const { members } = await newHub({ Alice: 7 });
    await using window = await openWindow(browser, members.Alice);
    const { page } = window;
    await choose(page, 'Log out');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await choose(page, 'Log out');
    await page.getByRole('dialog').getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('textbox', { name: 'Email' }).waitFor();
    await refused(members.Alice.session.whoami(), 'NOT_AUTHENTICATED');
  });

  it('names the keys of the page, which ? shows too, and F6 goes through its parts', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    await Bob.chat.post({ entity_id: Alice.id, message: 'Hello' });
    await using window = await openWindow(browser, Alice, { path: `/#/${Bob.id}` });
    const { page } = window;
    await page.getByRole('article').first().waitFor();
    await page.getByRole('link', { name: 'Bob Test' }).focus();
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    for (const text of ['At a message: reply', 'In an empty text field: edit your last message'])
      await help.getByText(text).waitFor();
    await page.keyboard.press('Escape');
    const roleOf = () => page.evaluate(() => document.activeElement?.tagName);
    expect(await roleOf()).to.equal('A');
    const seen: (string | undefined)[] = [];
    for (const key of ['F6', 'F6', 'F6', 'Shift+F6']) {
      await page.keyboard.press(key);
      seen.push(await roleOf());
    }
    expect(seen).to.deep.equal(['ARTICLE', 'TEXTAREA', 'A', 'TEXTAREA']);
    // A question mark that is written is no request for help.
    await page.keyboard.type('Why?');
    expect(await page.getByRole('dialog').count()).to.equal(0);
  });
});
