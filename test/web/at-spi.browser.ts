import { expect } from 'chai';
import {
  type Accessible,
  type AccessibleDesktop,
  openAccessibleDesktop,
} from '../support/at-spi.ts';
import { sayMissing } from '../support/browsers.ts';
import { newHub } from '../support/hub.ts';
import { eventually } from '../support/wait.ts';
import { openWindow } from './world.ts';

/** The text that is read for an element: that of all its parts. */
const textOf = ({ name, children }: Accessible): string =>
  children.length > 0 ? children.map(textOf).join('') : name;

describe('The page, read from the tree of screen readers,', () => {
  let desktop: AccessibleDesktop;
  before(async function () {
    const opened = await openAccessibleDesktop();
    if (!opened) {
      sayMissing('at-spi');
      return this.skip();
    }
    desktop = opened;
  });
  after(() => desktop?.[Symbol.asyncDispose]());

  const find = async (role: string, name: RegExp | string): Promise<Accessible | undefined> =>
    (await desktop.elements()).find(
      (one) =>
        one.role === role && (name instanceof RegExp ? name.test(one.name) : one.name === name),
    );
  async function waitFor(role: string, name: RegExp | string): Promise<Accessible> {
    let found: Accessible | undefined;
    await eventually(async () => {
      found = await find(role, name);
      return found !== undefined;
    });
    return found ?? expect.fail('unreachable');
  }

  it('logs in and opens a conversation', async function () {
    this.timeout(120_000).slow(30_000);
    const { members, operator } = await newHub({ Bob: 7 });
    const { Bob } = members;
    const login = { email: `eve-${Bob.id}@example.com`, password: 'correct horse 1' };
    const { user_id } = await operator.user.create({ firstname: 'Eve', ...login });
    await operator.hub.add_member({ user_id, privilege: 7 });
    await Bob.chat.post({ entity_id: user_id, message: 'Hello Eve' });
    await using window = await openWindow(desktop.browser);
    const { page } = window;
    await waitFor('entry', 'Email');
    await waitFor('password text', 'Password');
    await page.keyboard.type(login.email);
    await page.keyboard.press('Tab');
    await page.keyboard.type(login.password);
    expect(await desktop.press('push button', 'Log in')).to.equal(true);
    await waitFor('landmark', 'Conversations');
    await waitFor('link', 'Bob Test');
    expect(await desktop.press('link', 'Bob Test')).to.equal(true);
    await waitFor('heading', 'Bob Test');
    const log = await waitFor('log', 'Messages');
    const article = log.children.find(({ role }) => role === 'article');
    expect(article?.name).to.match(/^Bob Test, /);
    expect(textOf(article ?? expect.fail('no message'))).to.include('Hello Eve');
    await waitFor('entry', 'Message');
  });

  it('sends a message, which is announced as those of others are', async function () {
    this.timeout(120_000).slow(30_000);
    const { Alice, Bob } = (await newHub({ Alice: 7, Bob: 7 })).members;
    await Bob.chat.post({ entity_id: Alice.id, message: 'Old' });
    await using window = await openWindow(desktop.browser, Alice, { path: `/#/${Bob.id}` });
    const { page } = window;
    await waitFor('article', /^Bob Test, /);
    const announced = async (): Promise<string[]> =>
      (await desktop.elements())
        .filter(({ live }) => live === 'polite')
        .map(textOf)
        .filter((text) => text !== '');
    expect(await announced()).to.deep.equal([]);
    await page.keyboard.type('Good morning');
    expect(await desktop.press('push button', 'Send')).to.equal(true);
    await eventually(async () => (await announced()).includes('You: Good morning'));
    await Bob.chat.post({ entity_id: Alice.id, message: 'And to you' });
    await eventually(async () => (await announced()).includes('Bob Test: And to you'));
    expect((await waitFor('log', 'Messages')).children.length).to.be.at.least(3);
  });
});
