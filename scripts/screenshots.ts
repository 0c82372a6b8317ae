import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import sharp from 'sharp';
import { openBrowser } from '../test/support/browser.ts';
import { upload } from '../test/support/files.ts';
import { type Member, newHub } from '../test/support/hub.ts';
import { startTests, stopTests } from '../test/support/setup.ts';
import { openWindow } from '../test/web/world.ts';

/*
 * npm run screenshots: writes the pictures of the page in docs/pictures/, from a hub that it fills
 * on a service and a database of its own.
 */
const folder = fileURLToPath(new URL('../docs/pictures', import.meta.url));

const people = {
  Ada: ['Ada', 'Owner'],
  Bea: ['Bea', 'Ek'],
  Tomas: ['Tomás', 'Oliveira'],
  Mina: ['Mina', 'Kaur'],
  Lin: ['李', '薇'],
} as const;
type Name = keyof typeof people;

/** Returns a picture with a gradient. */
const gradient = (): Promise<Buffer> => {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="960" height="560"><defs>
    <linearGradient id="g" x2="1" y2="1"><stop stop-color="#f6d365"/>
    <stop offset=".45" stop-color="#fda085"/><stop offset="1" stop-color="#7f7fd5"/>
    </linearGradient></defs><rect width="960" height="560" fill="url(#g)"/></svg>`;
  return sharp(Buffer.from(svg)).png().toBuffer();
};

/** Fills a hub; returns the member whose page is shown. */
async function fill(): Promise<Member> {
  const { members, operator } = await newHub<Name>({ Ada: 31, Bea: 7, Tomas: 7, Mina: 7, Lin: 7 });
  await operator.hub.update({ name: 'Northwind Shop' });
  for (const [name, [firstname, lastname]] of Object.entries(people))
    await members[name as Name].user.update({ firstname, lastname });
  const { Ada: ada, Bea: bea, Tomas: tomas, Mina: mina, Lin: lin } = members;
  const user_ids = [bea.id, tomas.id, mina.id];
  for (const name of ['Design', 'Support'])
    await bea.chat.post({
      ...{ entity_id: (await bea.room.create({ name, user_ids: [ada.id] })).entity_id },
      message: 'The new tokens are in',
    });
  await lin.chat.post({ entity_id: ada.id, message: '好的，明天见 👍' });
  await mina.chat.post({ entity_id: ada.id, message: 'Can you look at order 4711?' });
  const { entity_id } = await ada.room.create({ name: 'Release crew', user_ids });
  const post = (by: Member, message: string, more: object = {}) =>
    by.chat.post({ entity_id, message, ...more });
  const numbers = await post(
    tomas,
    'The staging numbers look right. p99 went from 165 to 41 ms, see https://example.com/p99.',
  );
  const chart = await upload(tomas, 'latency-before-after.png', await gradient(), 'image/png');
  const shown = await post(tomas, '', { attachment: [chart.nid] });
  const { message_id } = shown;
  for (const by of [ada, bea, mina]) await by.chat.react({ message_id, emoji: '🎉' });
  await bea.chat.react({ message_id, emoji: '👀' });
  const question = '@Ada Owner are you fine with today? The migration needs about `42 s`.';
  await post(bea, question, { thread_id: numbers.message_id, mention_ids: [ada.id] });
  const freeze = await post(ada, 'Freeze until Thursday: only fixes with a test go in.');
  await ada.chat.pin({ message_id: freeze.message_id });
  const plan = await upload(bea, 'rollout-plan.txt', 'One process after the other. '.repeat(2000));
  await post(bea, '', { attachment: [plan.nid] });
  await post(bea, 'I roll it out at four, one process after the other.');
  const last = await post(ada, 'Go ahead. I keep the old one warm until five.');
  for (const by of [bea, tomas]) await by.chat.acknowledge({ message_id: last.message_id });
  return ada;
}

const views: Readonly<Record<string, { look: BrowserContextOptions; show?(page: Page): unknown }>> =
  {
    light: {
      look: { colorScheme: 'light' },
      show: (page) => page.getByRole('button', { name: 'Details' }).click(),
    },
    dark: { look: { colorScheme: 'dark' } },
    phone: { look: { colorScheme: 'light', viewport: { width: 390, height: 780 } } },
    arabic: { look: { colorScheme: 'light', locale: 'ar' } },
  };

async function take(browser: Browser, member: Member, name: string): Promise<void> {
  const { look, show } = views[name] ?? {};
  await using window = await openWindow(browser, member, look);
  const { page } = window;
  const list = page.getByRole('navigation').first();
  await list.getByRole('link', { name: 'Release crew', exact: true }).click();
  await page.getByRole('article').last().waitFor();
  await show?.(page);
  await page.waitForLoadState('networkidle');
  const png = await page.screenshot();
  await sharp(png).png({ palette: true, quality: 90 }).toFile(`${folder}/${name}.png`);
}

await startTests();
await mkdir(folder, { recursive: true });
const browser = await openBrowser();
try {
  const member = await fill();
  for (const name of Object.keys(views)) await take(browser, member, name);
} finally {
  await browser.close();
  await stopTests();
}
process.exit();
