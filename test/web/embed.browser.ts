import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { app } from '../support/app.ts';
import { openBrowser, serveModule } from '../support/browser.ts';
import { newHub } from '../support/hub.ts';
import { eventually } from '../support/wait.ts';
import { pageIsBuilt } from './world.ts';

describe('The page in a frame', () => {
  let browser: Browser;
  before(async () => {
    await pageIsBuilt();
    browser = await openBrowser();
  });
  after(() => browser?.close());

  /** A hub with a conversation, and a page of another origin that shows it in a frame. */
  async function newEmbedding() {
    const { id, members, operator } = await newHub({ Alice: 7, Bob: 7, Cleo: 7 });
    const { Alice, Bob, Cleo } = members;
    await Bob.chat.post({ entity_id: Alice.id, message: 'Hello from Bob' });
    await Cleo.chat.post({ entity_id: Alice.id, message: 'Hello from Cleo' });
    const src = `${app().url}/?hub_id=${id}&layout=embed&entity=${Bob.id}`;
    const site = await serveModule(
      () => `document.body.append(Object.assign(document.createElement('iframe'), {
        src: ${JSON.stringify(src)}, title: 'Chat', width: 420, height: 560 }));`,
    );
    return { Alice, Bob, operator, site };
  }

  it('shows one conversation alone to the pages of an allowed origin', async () => {
    const { Alice, Bob, operator, site } = await newEmbedding();
    await using _ = site;
    await operator.hub.update({ origins: [site.origin] });
    await using context = await browser.newContext({ locale: 'en-US' });
    await context.addCookies([{ name: 'regsid', value: Alice.token, url: app().url }]);
    const page = await context.newPage();
    await page.goto(site.origin);
    const chat = page.frameLocator('iframe[title=Chat]');
    const log = chat.getByRole('log', { name: 'Messages' });
    await log.getByText('Hello from Bob').waitFor();
    expect(await chat.getByRole('navigation', { name: 'Conversations' }).count()).to.equal(0);
    expect(await chat.getByText('Hello from Cleo').count()).to.equal(0);
    await chat.getByRole('textbox', { name: 'Message', exact: true }).fill('Hello from a frame');
    await chat.getByRole('button', { name: 'Send' }).click();
    const last = async () => (await Bob.chat.messages({ entity_id: Alice.id }))[0]?.message;
    await eventually(async () => (await last()) === 'Hello from a frame');
    await Bob.chat.post({ entity_id: Alice.id, message: 'An answer' });
    await log.getByText('An answer').waitFor();
    // Another address in the frame leads to no other conversation.
    const [, frame] = page.frames();
    await frame?.evaluate(() => location.assign('#/mail'));
    await log.getByText('An answer').waitFor();
    expect(await chat.getByText('Message boxes').count()).to.equal(0);
  });

  it('shows nothing to the pages of any other origin', async () => {
    const { Alice, operator, site } = await newEmbedding();
    await using _ = site;
    await operator.hub.update({ origins: ['https://shop.example.com'] });
    await using context = await browser.newContext({ locale: 'en-US' });
    await context.addCookies([{ name: 'regsid', value: Alice.token, url: app().url }]);
    const page = await context.newPage();
    const refusals: string[] = [];
    page.on('console', (message) => {
      if (message.text().includes('frame-ancestors')) refusals.push(message.text());
    });
    await page.goto(site.origin);
    await eventually(async () => refusals.length > 0);
    const chat = page.frameLocator('iframe[title=Chat]');
    expect(await chat.getByText('Hello from Bob').count()).to.equal(0);
    expect(await chat.getByRole('textbox').count()).to.equal(0);
  });
});
