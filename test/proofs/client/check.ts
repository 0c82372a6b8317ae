import { expect } from 'chai';
import type { Page } from '../../support/profile.ts';
import { eventually } from '../../support/wait.ts';
import type { Person } from '../faults/bench.ts';
import type { Ledger } from './ledger.ts';
import type { Shown } from './page.ts';
import type { World } from './world.ts';

const pageSize = 100;
/** A client whose pauses have grown tries again within 30 s. */
const settleMs = 45_000;

/**
 * Waits until all tabs have nothing to do; then asserts that nothing was lost, doubled or
 * reordered, and that what they show equals what the service has.
 */
export async function check({ alice, talks, tabs }: World, ledger: Ledger): Promise<void> {
  let seq = 0;
  for (const page of tabs.pages)
    await eventually(async () => {
      // What is posted meanwhile has a later one.
      seq = await lastSeq(alice, seq);
      return page.evaluate((last) => proof?.isSettled(last) ?? false, seq);
    }, settleMs).catch(async (cause: unknown) => {
      const states = await Promise.all(tabs.pages.map((one) => one.evaluate(() => proof?.state())));
      throw new Error(`a tab does not settle at ${seq}: ${JSON.stringify(states)}`, { cause });
    });
  const rooms = await alice.chat.chat_rooms({ option: 'active' });
  const unread = Object.fromEntries(rooms.map((row) => [row.entity_id, row.unread_count]));
  const counters = await alice.chat.count_all();
  const stored = new Map<string, Shown[]>();
  for (const { id } of talks) {
    stored.set(id, await storedIn(alice, id));
    ledger.expectStored(id, stored.get(id) ?? []);
  }
  for (const page of tabs.pages) {
    const { complaints, rows, ...counts } = await shownIn(page, [...stored.keys()]);
    expect(complaints, 'shown on the way').to.deep.equal([]);
    expect(counts, 'unread').to.deep.equal({ unread, counters });
    for (const [id, due] of stored) {
      const shown = rows[id] ?? [];
      expect(shown, 'shown').to.deep.equal(due.slice(-shown.length));
      expect(shown.length).to.be.at.least(Math.min(due.length, 45));
    }
  }
}

const shownIn = (page: Page, ids: readonly string[]) =>
  page.evaluate((asked) => {
    if (!proof) throw new Error('the page has not begun');
    const { complaints, unread, counters, shown } = proof;
    const rows = Object.fromEntries(asked.map((id) => [id, shown(id)]));
    return { complaints, unread: unread(), counters: counters(), rows };
  }, ids);

/** The seq of the last event that the member gets. */
async function lastSeq({ chat }: Person, after: number): Promise<number> {
  for (let since = after; ; ) {
    const page = await chat.sync({ since, limit: 1000 });
    since = page.events.at(-1)?.seq ?? since;
    if (!page.more) return since;
  }
}

/** All messages of a conversation, oldest first. */
async function storedIn({ chat }: Person, talkId: string): Promise<Shown[]> {
  const found: Shown[] = [];
  for (let before: string | undefined; ; ) {
    const rows = await chat.messages({
      ...{ entity_id: talkId, limit: pageSize, mark_read: 0 },
      ...(before === undefined ? {} : { before }),
    });
    for (const { message, files } of rows)
      found.push({ text: message, files: files.map(({ file_name: name }) => name) });
    if (rows.length < pageSize) return found.reverse();
    before = rows.at(-1)?.cursor;
  }
}
