import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { buildPage } from '../../scripts/build/page.mjs';
import { write } from '../../scripts/build/write.mjs';
import { app } from '../support/app.ts';
import type { Member } from '../support/hub.ts';

let building: Promise<void> | undefined;

/** Builds the page of this checkout, once in a process. */
export function pageIsBuilt(): Promise<void> {
  building ??= buildPage().then(async (files) => {
    for (const { path, contents } of files) await write(path, contents);
  });
  return building;
}

/** A browser window of its own, in which a member is logged in. */
export interface Window extends AsyncDisposable {
  context: BrowserContext;
  page: Page;
  /** The errors and warnings of its console, and of its Content-Security-Policy. */
  problems: string[];
}

export interface WindowOptions extends BrowserContextOptions {
  /** The address of the service, where the page is loaded through a network that breaks. */
  url?: string;
  /** What follows the address, such as `#/<entity_id>`. */
  path?: string;
}

/** Opens the page for a member; without one, logged out. */
export async function openWindow(
  browser: Browser,
  member?: Pick<Member, 'token'>,
  { url = app().url, path = '/', ...options }: WindowOptions = {},
): Promise<Window> {
  await pageIsBuilt();
  const context = await browser.newContext({
    ...{ viewport: { width: 1360, height: 820 }, locale: 'en-US', reducedMotion: 'reduce' },
    ...options,
  });
  if (member) await context.addCookies([{ name: 'regsid', value: member.token, url }]);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text());
  });
  await page.goto(`${url}${path}`);
  return { context, page, problems, [Symbol.asyncDispose]: () => context.close() };
}

/** Opens a conversation from the list. */
export async function openConversation(page: Page, name: string): Promise<void> {
  const list = page.getByRole('navigation', { name: 'Conversations' });
  await list.getByRole('link', { name, exact: true }).click();
  await page.getByRole('log', { name: 'Messages' }).waitFor();
}

/** Writes a message and sends it by Enter. */
export async function sendMessage(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message', exact: true }).fill(text);
  await page.keyboard.press('Enter');
}

/** The messages that are shown. */
export const messagesOf = (page: Page) =>
  page.getByRole('log', { name: 'Messages' }).getByRole('article');

/** Returns what axe finds, as "rule: place". */
export async function violationsOf(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} (${failureSummary})`),
  );
}
