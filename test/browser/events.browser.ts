import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { blocksOf } from '../docs/blocks.ts';
import { app } from '../support/app.ts';
import { openBrowser, serveModule, watchPage } from '../support/browser.ts';
import { newHub } from '../support/hub.ts';
import { eventually } from '../support/wait.ts';

/** The README's client, at the service of the tests. */
async function exampleClient(): Promise<string> {
  const blocks = await blocksOf('README.md');
  const code = blocks.find(({ language }) => language === 'js')?.code ?? '';
  expect(code).to.contain("io('http://localhost:3000'");
  return code.replace('http://localhost:3000', app().url);
}

describe('The README’s example, in a page of another origin', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  it('receives events from its first poll on, if its hub allows the origin', async () => {
    const { members, operator } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const code = await exampleClient();
    await using site = await serveModule(() => code, { TOKEN: alice.token });
    await operator.hub.update({ origins: [site.origin] });
    const page = await browser.newPage();
    const { logged, requested } = watchPage(page);
    await page.goto(site.origin);
    await eventually(() => logged.length > 0);
    expect(logged.splice(0)).to.deep.equal([
      'Load all conversations: there is nothing to continue from.',
    ]);
    const polls = requested.filter((url) => url.includes('transport=polling'));
    expect(polls.length).to.be.greaterThan(1);

    await bob.chat.post({ entity_id: alice.id, message: 'Hello 👋' });
    await bob.chat.typing({ entity_id: alice.id });
    const lost = await bob.chat.post({ entity_id: alice.id, message: 'Never mind' });
    await bob.chat.delete({ option: 'all', messages: [lost.message_id] });
    await bob.chat.post({ entity_id: alice.id, message: 'Still there?' });
    await eventually(() => logged.includes('bob: Still there?'));
    expect(logged).to.deep.equal(['bob: Hello 👋', 'bob: Never mind', 'bob: Still there?']);
    await page.close();
  });

  it('makes calls with its token, too, and nothing works where none allows it', async () => {
    const { members, operator } = await newHub({ alice: 7 });
    const { alice } = members;
    const call = `
      const reply = await fetch('${app().url}/-/svc/chat.count_all?hub_id=${alice.hubId}', {
        method: 'POST',
        headers: {
          authorization: 'Bearer ' + process.env.TOKEN,
          'content-type': 'application/json',
        },
        body: '{}',
      }).catch((error) => error);
      console.log(reply.ok ? (await reply.json()).__ack__ : 'refused');`;
    const code = `${call}\n${await exampleClient()}\n
      socket.on('connect_error', (error) => console.log('connect_error'));`;
    await using site = await serveModule(() => code, { TOKEN: alice.token });
    const lines = async (wanted: number) => {
      const page = await browser.newPage();
      const { logged } = watchPage(page);
      await page.goto(site.origin);
      const own = () => logged.filter((line) => !/CORS|net::|Failed to load/.test(line));
      await eventually(() => own().length >= wanted);
      await page.close();
      return own();
    };
    expect((await lines(2)).slice(0, 2)).to.deep.equal(['refused', 'connect_error']);
    await operator.hub.update({ origins: [site.origin] });
    const [ack, ready] = await lines(2);
    expect([ack, ready?.split(':')[0]]).to.deep.equal(['chat.count_all', 'Load all conversations']);
  });
});
