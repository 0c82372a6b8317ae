import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { app } from '../support/app.ts';
import { openBrowser } from '../support/browser.ts';
import { type Member, newHub, refused } from '../support/hub.ts';
import { type Network, openNetwork } from '../support/network.ts';
import { eventually } from '../support/wait.ts';
import { openConversation, openWindow } from './world.ts';

async function logOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: /Alice Test/ }).click();
  await page.getByRole('menuitem', { name: 'Log out' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('button', { name: 'Log in' }).waitFor();
}

/** Everything that the browser keeps for the page, as text. */
const keptIn = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const kept: unknown[] = [Object.keys(localStorage)];
    for (const { name = '' } of await indexedDB.databases()) {
      const db = await new Promise<IDBDatabase>((resolve, reject) => {
        const opening = indexedDB.open(name);
        opening.onsuccess = () => resolve(opening.result);
        opening.onerror = () => reject(opening.error);
      });
      for (const store of db.objectStoreNames) {
        const reading = db.transaction(store).objectStore(store).getAll();
        await new Promise((resolve) => {
          reading.onsuccess = resolve;
        });
        kept.push(reading.result);
      }
      db.close();
    }
    return JSON.stringify(kept);
  });

const notice = /^You are logged out on this computer/;

describe('Leaving the page', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  /** Opens a conversation with a draft, and then cuts the network. */
  async function writeAndCut(page: Page, network: Network): Promise<void> {
    await openConversation(page, 'Bob Test');
    await page.getByRole('textbox', { name: 'Message', exact: true }).fill('A secret draft');
    await eventually(async () => (await keptIn(page)).includes('A secret draft'));
    network.cut();
    await page.getByRole('status', { name: 'Offline' }).waitFor();
  }

  const isEnded = (member: Member): Promise<boolean> =>
    member.session.whoami().then(
      () => false,
      () => true,
    );

  it('without a connection forgets the member at once, and ends the session later', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    await Bob.chat.post({ entity_id: Alice.id, message: 'Hello' });
    await using network = await openNetwork(app().url);
    await using window = await openWindow(browser, Alice, { url: network.url });
    const { page, context } = window;
    const other = await context.newPage();
    await other.goto(network.url);
    await other.getByRole('link', { name: 'Bob Test' }).waitFor();
    await writeAndCut(page, network);
    await logOut(page);
    await page.getByText(notice).waitFor();
    // In other tabs too.
    await other.getByText(notice).waitFor();
    expect(await page.getByText('Bob Test').count()).to.equal(0);
    for (const what of ['A secret draft', 'Hello', 'Bob Test', 'hubchat.identity'])
      expect(await keptIn(page), what).not.to.include(what);
    expect(await isEnded(Alice), 'there is no way to say so').to.equal(false);
    network.mend();
    await eventually(() => isEnded(Alice));
    for (const one of [page, other]) await one.getByText(notice).waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('button', { name: 'Log in' }).waitFor();
  });

  it('without a connection ends the session when the page is opened again', async () => {
    const { members } = await newHub({ Alice: 7, Bob: 7 });
    const { Alice, Bob } = members;
    await Bob.chat.post({ entity_id: Alice.id, message: 'Hello' });
    await using network = await openNetwork(app().url);
    await using window = await openWindow(browser, Alice, { url: network.url });
    const { page, context } = window;
    await writeAndCut(page, network);
    await logOut(page);
    await page.close();
    network.mend();
    const later = await context.newPage();
    await later.goto(network.url);
    await later.getByRole('button', { name: 'Log in' }).waitFor();
    expect(await later.getByText('Bob Test').count()).to.equal(0);
    await refused(Alice.session.whoami(), 'NOT_AUTHENTICATED');
  });

  it('ends the session at once with a connection, and that of the next member never', async () => {
    const { members, operator } = await newHub({ Alice: 7 });
    const { Alice } = members;
    const login = { email: `dana-${Alice.id}@example.com`, password: 'correct horse 1' };
    const { user_id } = await operator.user.create({ firstname: 'Dana', ...login });
    await operator.hub.add_member({ user_id, privilege: 7 });
    await using window = await openWindow(browser, Alice);
    const { page } = window;
    await page.getByRole('navigation', { name: 'Conversations' }).waitFor();
    await logOut(page);
    await refused(Alice.session.whoami(), 'NOT_AUTHENTICATED');
    await page.getByRole('textbox', { name: 'Email' }).fill(login.email);
    await page.getByLabel('Password').fill(login.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('button', { name: 'Dana' }).waitFor();
    // As if the service had not been reached before.
    await page.evaluate((id) => localStorage.setItem('hubchat.log-out', id), Alice.id);
    await page.reload();
    await page.getByRole('button', { name: 'Dana' }).waitFor();
  });

  /** Opens a conversation, of which the browser then keeps the messages. */
  async function readHello(page: Page, name: string): Promise<void> {
    await openConversation(page, name);
    await eventually(async () => (await keptIn(page)).includes('Hello'));
  }

  it('ends the session also where the browser has no space to remember it', async () => {
    const { Alice } = (await newHub({ Alice: 7 })).members;
    await using window = await openWindow(browser, Alice);
    const { page } = window;
    await page.addInitScript(() => {
      Storage.prototype.setItem = () => {
        throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
      };
    });
    await page.reload();
    await page.getByRole('navigation', { name: 'Conversations' }).waitFor();
    await logOut(page);
    await refused(Alice.session.whoami(), 'NOT_AUTHENTICATED');
    await page.reload();
    await page.getByRole('button', { name: 'Log in' }).waitFor();
  });

  it('does not end the session by an answer that is not of the service', async () => {
    const { Alice } = (await newHub({ Alice: 7 })).members;
    await using window = await openWindow(browser, Alice);
    const { page } = window;
    const proxy = '**/session.logout';
    await page.getByRole('navigation', { name: 'Conversations' }).waitFor();
    await page.route(proxy, (route) => route.fulfill({ status: 400, body: 'Bad Request' }));
    await logOut(page);
    await page.getByText(notice).waitFor();
    expect(await isEnded(Alice)).to.equal(false);
    await page.unroute(proxy);
    await eventually(() => isEnded(Alice));
  });

  it('forgets the member in all their hubs', async () => {
    const { id, members } = await newHub({ Alice: 7 });
    const { Alice } = members;
    const other = await newHub({ Carol: 7 });
    await other.operator.hub.add_member({ user_id: Alice.id, privilege: 7 });
    await other.members.Carol.chat.post({ entity_id: Alice.id, message: 'Hello' });
    await using window = await openWindow(browser, Alice, { path: `/?hub_id=${other.id}` });
    const { page } = window;
    await readHello(page, 'Carol Test');
    await page.goto(`${app().url}/?hub_id=${id}`);
    await page.getByRole('navigation', { name: 'Conversations' }).waitFor();
    expect(await keptIn(page), 'until log-out').to.include('Hello');
    await logOut(page);
    for (const what of ['Hello', 'Carol Test']) expect(await keptIn(page)).not.to.include(what);
  });

  it('forgets the member whose page was closed while it did', async () => {
    const { Alice, Bob } = (await newHub({ Alice: 7, Bob: 7 })).members;
    await Bob.chat.post({ entity_id: Alice.id, message: 'Hello' });
    await using window = await openWindow(browser, Alice);
    const { page } = window;
    await readHello(page, 'Bob Test');
    await page.evaluate((id) => localStorage.setItem('hubchat.log-out', id), Alice.id);
    await page.reload();
    await page.getByRole('button', { name: 'Log in' }).waitFor();
    for (const what of ['Hello', 'Bob Test', 'hubchat.identity'])
      expect(await keptIn(page), what).not.to.include(what);
    await refused(Alice.session.whoami(), 'NOT_AUTHENTICATED');
  });

  it('leaves the tab of another member as it is', async () => {
    const { Alice, Bob } = (await newHub({ Alice: 7, Bob: 7 })).members;
    await using window = await openWindow(browser, Alice);
    const { page, context } = window;
    await page.getByRole('navigation', { name: 'Conversations' }).waitFor();
    // Who logs in by the cookie does not end the session of the page that is open.
    await context.addCookies([{ name: 'regsid', value: Bob.token, url: app().url }]);
    const later = await context.newPage();
    await later.goto(`${app().url}/#/${Alice.id}`);
    const field = later.getByRole('textbox', { name: 'Message', exact: true });
    await field.fill('Of Bob');
    await eventually(async () => (await keptIn(later)).includes('Of Bob'));
    const hasHeard = later.evaluate(
      () =>
        new Promise<void>((resolve) =>
          addEventListener('storage', ({ key, newValue }) => {
            if (key === 'hubchat.log-out' && newValue === null) resolve();
          }),
        ),
    );
    await logOut(page);
    await hasHeard;
    expect(await field.inputValue()).to.equal('Of Bob');
    for (const what of ['Of Bob', 'hubchat.identity'])
      expect(await keptIn(later), what).to.include(what);
    expect((await Bob.session.whoami()).user.id).to.equal(Bob.id);
  });

  it('shows nothing without the service once the session has ended', async () => {
    const { Alice, Bob } = (await newHub({ Alice: 7, Bob: 7 })).members;
    await Bob.chat.post({ entity_id: Alice.id, message: 'Hello' });
    await using window = await openWindow(browser, Alice);
    const { page } = window;
    await readHello(page, 'Bob Test');
    await Alice.session.logout();
    await page.getByText('Your session has ended').waitFor();
    await page.route('**/-/**', (route) => route.abort());
    await page.reload();
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    expect(await page.getByText('Bob Test').count()).to.equal(0);
  });
});
