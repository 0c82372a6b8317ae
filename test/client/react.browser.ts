import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { app } from '../support/app.ts';
import { openBrowser, serveModule, watchPage } from '../support/browser.ts';
import { newHub } from '../support/hub.ts';

/** A page that shows one conversation with every hook. */
const source = `
import { createElement as h, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { openChat } from './client/index.ts';
import * as hooks from './client/react.ts';

const { URL: url, HUB: hubId, USER: userId, PEER: peer, TOKEN } = process.env;

function Item({ message: { key, row, item } }) {
  const upload = hooks.useUpload(key);
  const files = row?.files.map((file) => file.file_name).join() ?? '';
  return h('li', { key, 'data-key': key }, row?.message ?? item.message, ' ', files,
    item && !upload ? ' …' : '', upload ? ' ' + upload.progress : '');
}
function Page() {
  const [text, setText] = useState('');
  const { rows } = hooks.useConversations();
  const conversation = hooks.useConversation(peer);
  const members = hooks.useMembers([peer]);
  return h('main', null,
    h('h1', null, members.get(peer)?.firstname ?? ''),
    h('nav', null, rows.map((row) => row.display).join()),
    h('output', null, String(hooks.useUnread()?.total_cnt)),
    h('aside', null, hooks.useTyping(peer).length > 0 ? 'typing' : ''),
    h('ul', null, conversation?.messages.map((message) => h(Item, { key: message.key, message }))),
    h('input', { value: text, onChange: (event) => setText(event.target.value) }),
    h('button', { onClick: () => conversation.send({ message: text,
      files: [new File(['hello'], 'hello.txt', { type: 'text/plain' })] }) }, 'Send'),
    h('button', { onClick: () => conversation.markRead() }, 'Read'));
}
const chat = await openChat({ url, hubId, userId, token: TOKEN });
const root = document.body.appendChild(document.createElement('div'));
createRoot(root).render(h(hooks.ChatProvider, { chat }, h(Page)));
`;

async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: fileURLToPath(new URL('../..', import.meta.url)) },
    ...{ bundle: true, format: 'esm', target: 'es2022', write: false },
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  return outputFiles[0]?.text ?? '';
}

describe('The client’s hooks', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  it('show a conversation, its members, unread messages, typing and uploads', async () => {
    const { members, operator } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const code = await bundled();
    const env = { URL: app().url, HUB: alice.hubId, USER: alice.id, PEER: bob.id };
    await using site = await serveModule(() => code, { ...env, TOKEN: alice.token });
    await operator.hub.update({ origins: [site.origin] });
    const page = await browser.newPage();
    const { logged } = watchPage(page);
    await page.goto(site.origin);
    const shows = (selector: string, text: string) =>
      page.locator(selector, { hasText: text }).waitFor();
    await shows('h1', 'bob');
    await shows('output', '0');
    await bob.chat.typing({ entity_id: alice.id, state: 1 });
    await shows('aside', 'typing');
    await bob.chat.post({ entity_id: alice.id, message: 'Hello <b>Alice</b>' });
    await shows('li', 'Hello <b>Alice</b>');
    await shows('nav', 'bob');
    await shows('output', '1');
    expect(await page.locator('aside').textContent()).to.equal('');
    await page.getByRole('button', { name: 'Read' }).click();
    await shows('output', '0');
    await page.locator('input').fill('Hi Bob');
    await page.getByRole('button', { name: 'Send' }).click();
    await shows('li', 'Hi Bob hello.txt');
    const [row] = await bob.chat.messages({ entity_id: alice.id });
    expect([row?.message, row?.files.map((file) => file.file_name)]).to.deep.equal([
      'Hi Bob',
      ['hello.txt'],
    ]);
    expect(logged).to.deep.equal([]);
    await page.close();
  });
});
