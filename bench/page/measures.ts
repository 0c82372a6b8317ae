import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { CDPSession, Page } from 'playwright-core';
import { CallError } from '../../client/index.ts';
import { openBrowser } from '../../test/support/browser.ts';
import { writeHistory } from '../../test/support/history.ts';
import { type Member, newHub } from '../../test/support/hub.ts';
import { messagesOf, openConversation, openWindow, type Window } from '../../test/web/world.ts';
import { heapOf, longTasks, paintDelays, shifts, typingDelays } from './observe.ts';

/** One figure, and what it may be at most. */
export interface Figure {
  what: string;
  value: string;
  bar: string;
}

const messagesOfRoom = 10_000;
const sample = fileURLToPath(new URL('../../test/data/ubuntu-irc-sample.jsonl', import.meta.url));

/** Measures the page; yields each figure as soon as it is known. */
export async function* measurePage(): AsyncGenerator<Figure> {
  const browser = await openBrowser();
  const { alice, bob, roomId } = await fill();
  await using window = await openWindow(browser, alice);
  const { page, context } = window;
  const cdp = await context.newCDPSession(page);
  yield* measureLoad(window, cdp);
  await openConversation(page, 'Ubuntu');
  yield* measureScrolling(page);
  yield* measureTraffic(page, cdp, bob, roomId);
  await browser.close();
}

/** A room with as many messages as the log has, by two members. */
async function fill(): Promise<{ alice: Member; bob: Member; roomId: string }> {
  const { members } = await newHub({ Alice: 7, Bob: 7 });
  const { Alice: alice, Bob: bob } = members;
  const { entity_id: roomId } = await alice.room.create({ name: 'Ubuntu', user_ids: [bob.id] });
  const lines = (await readFile(sample, 'utf8')).trim().split('\n');
  const texts = lines.flatMap((line) => (JSON.parse(line) as { text?: string }).text ?? []);
  await writeHistory(roomId, [alice, bob], messagesOfRoom, (n) => texts[n % texts.length] ?? '');
  return { alice, bob, roomId };
}

/** The time until the first message is visible, on a processor of a quarter of the speed. */
async function* measureLoad({ page }: Window, cdp: CDPSession): AsyncGenerator<Figure> {
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  await openConversation(page, 'Ubuntu');
  await page.reload();
  await page.getByRole('article').first().waitFor();
  const visibleMs = await page.evaluate(() => performance.now());
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  yield {
    what: 'first message visible, 4 x slower processor',
    value: ms(visibleMs),
    bar: '1200 ms',
  };
}

/** Reads the whole history by the wheel, then jumps back to the end. */
async function* measureScrolling(page: Page): AsyncGenerator<Figure> {
  const tasks = await longTasks(page);
  const moved = await shifts(page);
  let pages = 0;
  page.on('request', (request) => {
    if (request.url().includes('/chat.messages')) pages += 1;
  });
  await page.getByRole('log').hover();
  for (let n = 0; n < 4000 && pages < 200; n++) {
    await page.mouse.wheel(0, -1200);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  const { count, longestMs } = await tasks();
  const distances = await moved();
  const farthest = Math.max(0, ...distances.map(Math.abs));
  yield {
    what: `movement over ${pages} prepends`,
    value: `${farthest} px`,
    bar: '0 px',
  };
  yield { what: 'tasks over 50 ms while scrolling', value: String(count), bar: '0' };
  yield { what: 'the longest of them', value: ms(longestMs), bar: '50 ms' };
  await page.getByRole('button', { name: 'Jump to latest' }).click();
}

/** Writes while 20 messages a second arrive, until 10,000 have come. */
async function* measureTraffic(
  page: Page,
  cdp: CDPSession,
  bob: Member,
  roomId: string,
): AsyncGenerator<Figure> {
  const before = await heapOf(cdp);
  const painted = await paintDelays(page);
  const typed = await typingDelays(page);
  const field = page.getByRole('textbox', { name: 'Message', exact: true });
  await field.focus();
  let posted = 0;
  const post = async (): Promise<void> => {
    const message = `sent at ${Date.now()} (${posted++})`;
    for (let isSent = false; !isSent; ) isSent = await tryPost(bob, roomId, message);
  };
  const timer = setInterval(() => void post(), 50);
  await page.keyboard.type('a line that is written while many messages arrive '.repeat(5), {
    delay: 50,
  });
  clearInterval(timer);
  yield {
    what: 'typing, p95 until painted',
    value: ms(percentile(await typed(), 95)),
    bar: '100 ms',
  };
  yield { what: 'post until painted, p50', value: ms(percentile(await painted(), 50)), bar: '' };
  await field.fill('');
  while (posted < messagesOfRoom) await Promise.all(Array.from({ length: 8 }, post));
  await messagesOf(page)
    .getByText(`(${posted - 1})`)
    .waitFor({ timeout: 120_000 });
  const grown = (await heapOf(cdp)) - before;
  const value = `${(grown / 1e6).toFixed(1)} MB`;
  yield { what: `memory after ${messagesOfRoom} messages`, value, bar: '+30 MB' };
}

/** Waits where a member may not post so often. */
async function tryPost(bob: Member, roomId: string, message: string): Promise<boolean> {
  try {
    await bob.chat.post({ entity_id: roomId, message });
    return true;
  } catch (error) {
    if (!(error instanceof CallError && error.code === 'RATE_LIMITED')) throw error;
    await sleep((error.retryAfter ?? 1) * 1000);
    return false;
  }
}

const ms = (value: number): string => `${Math.round(value)} ms`;

function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? 0;
}
