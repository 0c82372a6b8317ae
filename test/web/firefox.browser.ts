import { expect } from 'chai';
import { app } from '../support/app.ts';
import { newHub } from '../support/hub.ts';
import { eventuallyIn, openProfile, type Profile } from '../support/profile.ts';
import { eventually } from '../support/wait.ts';
import { pageIsBuilt } from './world.ts';

describe('The page in Firefox', () => {
  let firefox: Profile;
  before(async () => {
    [firefox] = await Promise.all([openProfile('firefox'), pageIsBuilt()]);
  });
  after(() => firefox?.[Symbol.asyncDispose]());

  it('logs in, and shows and sends messages as they come', async function () {
    this.timeout(60_000).slow(20_000);
    const { members, operator } = await newHub({ Bob: 7 });
    const { Bob: bob } = members;
    const login = { email: `fay-${bob.id}@example.com`, password: 'correct horse 1' };
    const { user_id } = await operator.user.create({ firstname: 'Fay', ...login });
    await operator.hub.add_member({ user_id, privilege: 7 });
    await bob.chat.post({ entity_id: user_id, message: 'Hello Fay' });

    const page = await firefox.open();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await page.goto(app().url);
    await page.locator('input[name="email"]').fill(login.email);
    await page.locator('input[name="password"]').fill(login.password);
    await page.locator('button[type="submit"]').click();
    await page.locator(`nav a[href="#/${bob.id}"]`).click();
    await page.locator('::-p-aria([name="Messages"][role="log"])').wait();
    await page.locator('textarea').fill('Hello Bob');
    await page.keyboard.press('Enter');
    await eventually(async () => {
      const [last] = await bob.chat.messages({ entity_id: user_id, mark_read: 0 });
      return last?.message === 'Hello Bob';
    });
    await bob.chat.post({ entity_id: user_id, message: 'How are you?' });
    await eventuallyIn(
      page,
      () => document.querySelectorAll('.message:not(.pending)').length === 3,
    );
    const texts = await page.$$eval('[role="log"] .text', (all) =>
      all.map((one) => one.textContent),
    );
    expect(texts).to.deep.equal(['Hello Fay', 'Hello Bob', 'How are you?']);
    expect(problems).to.deep.equal([]);
  });
});
