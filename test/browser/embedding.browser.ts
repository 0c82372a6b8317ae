import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { type Block, blocksOf, root } from '../docs/blocks.ts';
import { type Session, startSession } from '../docs/session.ts';
import { openBrowser, watchPage } from '../support/browser.ts';
import { pngOf } from '../support/files.ts';
import { eventually } from '../support/wait.ts';

const walk = 'docs/embedding.md';
const example = 'docs/examples/shop';

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('The walk of docs/embedding.md', function () {
  this.timeout(120_000);
  let blocks: Block[];
  let session: Session;
  let shop: ChildProcess;
  let browser: Browser;
  let port: number;
  const localize = (code: string) =>
    session.localize(code.replaceAll('localhost:8080', `localhost:${port}`));
  /** Tokens that end much earlier than the page is open. */
  const tokenSeconds = 4;

  before(async () => {
    blocks = await blocksOf(walk);
    [session, browser, port] = await Promise.all([startSession(), openBrowser(), freePort()]);
    const ofMark = (wanted?: string) =>
      blocks.filter(({ language, mark }) => language === 'sh' && mark === wanted);
    const commands = ofMark().map((block) => ({ ...block, code: localize(block.code) }));
    const { variables } = await session.run(commands);
    const [server] = ofMark('server');
    shop = spawn('bash', ['-c', `exec env ${localize(server?.code ?? '')}`], {
      cwd: root,
      env: { ...variables, CHAT: session.url, PORT: `${port}`, TTL: `${tokenSeconds}` },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (shop.stdout) await once(shop.stdout, 'data');
  });
  after(async () => {
    shop?.kill();
    await browser?.close();
    await session?.[Symbol.asyncDispose]();
  });

  /** Opens the page that the walk names for a user, with the chat still closed. */
  async function open(user: string) {
    const text = await readFile(`${root}/${walk}`, 'utf8');
    const url = new RegExp(`<(http://localhost:8080/\\?user=${user})>`).exec(text)?.[1];
    const context = await browser.newContext({ viewport: { width: 480, height: 640 } });
    const page = await context.newPage();
    const watched = watchPage(page);
    await page.goto(localize(url ?? expect.fail(`no page of ${user}`)));
    await page.getByText('Online').waitFor();
    const renewals = () => watched.requested.filter((one) => one.includes('/session')).length;
    return { context, page, renewals, ...watched };
  }

  const openChat = (page: Page) => page.locator('summary').click();
  const shown = (page: Page) => page.locator('#messages li').allTextContents();
  /** Whether the browser has got the bytes of a picture. */
  const isShown = (page: Page, selector: string) =>
    page.evaluate<boolean>(`document.querySelector('${selector}')?.naturalWidth > 0`);
  const badge = (page: Page) => page.locator('#badge').textContent();
  async function send(page: Page, text: string, picture?: Buffer): Promise<void> {
    await page.getByLabel('Message', { exact: true }).fill(text);
    if (picture)
      await page
        .getByLabel('Picture')
        .setInputFiles({ name: 'shoe.png', mimeType: 'image/png', buffer: picture });
    await page.getByRole('button', { name: 'Send' }).click();
  }

  it('shows code of the example that runs', async () => {
    const files = await Promise.all(
      ['server.mjs', 'page.js'].map((name) => readFile(`${root}/${example}/${name}`, 'utf8')),
    );
    const quoted = blocks.filter(({ mark }) => mark === 'of-example');
    expect(quoted).to.have.length.above(3);
    for (const { place, code } of quoted)
      expect(
        files.some((file) => file.includes(code)),
        place,
      ).to.equal(true);
  });

  it('leads to a chat of two pages of another origin', async () => {
    const [una, sam] = [await open('una'), await open('sam')];
    await openChat(una.page);
    await send(una.page, 'Where is my order?');
    await eventually(async () => (await badge(sam.page)) === '1');
    expect(await una.page.locator('li.seen').count()).to.equal(0);
    await openChat(sam.page);
    await eventually(async () => (await badge(sam.page)) === '');
    expect(await shown(sam.page)).to.deep.equal(['Una: Where is my order?']);
    await una.page.locator('li.seen').waitFor();

    await send(sam.page, 'Here it is:', await pngOf(64, 48));
    await eventually(() => isShown(una.page, '#messages img'));
    await una.page.reload();
    await openChat(una.page);
    await eventually(() => isShown(una.page, '#messages img'));

    await una.context.setOffline(true);
    await una.page.getByText('Offline').waitFor();
    for (const text of ['Can you see it?', 'Hello?']) await send(sam.page, text);
    await una.context.setOffline(false);
    await una.page.getByText('Online').waitFor();
    await eventually(async () => (await shown(una.page)).length === 4);
    expect(await shown(una.page)).to.deep.equal([
      ...['Una: Where is my order?', 'Sam: Here it is:', 'Sam: Can you see it?', 'Sam: Hello?'],
    ]);
    if (process.env.SCREENSHOT) await una.page.screenshot({ path: process.env.SCREENSHOT });
    const errors = sam.logged.filter((line) => !/favicon|404/.test(line));
    expect(errors).to.deep.equal([]);
    for (const { context } of [una, sam]) await context.close();
  });

  it('goes on beyond the end of its first token', async () => {
    const { context, page, renewals, requested } = await open('una');
    await openChat(page);
    const connections = () =>
      requested.filter((url) => url.includes('transport=polling') && !url.includes('sid=')).length;
    const before = renewals();
    await eventually(() => renewals() >= before + 4, 30_000);
    expect(connections()).to.equal(1);
    expect(await page.getByText('Online').count()).to.equal(1);
    await send(page, 'Still here');
    await eventually(async () => (await shown(page)).includes('Una: Still here'));
    await context.close();
  });
});
