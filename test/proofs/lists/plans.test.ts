import { expect } from 'chai';
import type { MethodName } from '../../../acl/index.ts';
import { isMariaDb } from '../../support/rows-read.ts';
import { all } from '../contract/callers.ts';
import { analyze } from '../costs/measure.ts';
import { addManyThings } from './many-things.ts';
import { faultsOf, findFaults, planOf } from './plans.ts';
import { newWorlds, type Worlds } from './worlds.ts';

const notYet =
  'numbered pages of conversations, and keys that many names contain, sort all of them';
const byClient = 'criteria and order are the client’s; a search is stopped after two seconds';

/** Calls that sort more rows than their page needs, and why. */
const exceptions: Partial<Record<MethodName, string>> = {
  'chat.chat_rooms': notYet,
  'chat.contact_rooms': notYet,
  'chat.share_rooms': notYet,
  'messaging.page': byClient,
  'messaging.page_offset': byClient,
  'messaging.sys_page': byClient,
  'messaging.sys_page_offset': byClient,
  'tag.list': 'sums the unread messages of all conversations with each tag',
};

/** Runs all methods that read, lists or not: a new one is found here without a change. */
describe('The plan of what a call reads', function () {
  this.timeout(120_000);
  let worlds: Worlds;
  before(async () => {
    worlds = await newWorlds({ small: 100, large: 2500 });
    await addManyThings(worlds.large);
    await analyze(worlds.app);
  });
  after(() => worlds[Symbol.asyncDispose]());

  for (const [method, { safe }] of all)
    if (safe)
      it(`uses an index, and sorts no more than a page: ${method}`, async () => {
        const faults = await findFaults(worlds.large, method);
        const isException = method in exceptions;
        const unexpected = isException ? faults.filter((one) => !one.includes('sorts')) : faults;
        expect(unexpected).to.deep.equal([]);
        if (isException && (await isMariaDb(worlds.app.pool))) expect(faults).to.not.be.empty;
      });

  it('is found to be bad where it is', async () => {
    const bad = {
      'SELECT body FROM messages WHERE version > 1': ['reads all of messages'],
      'SELECT SUM(privilege) FROM members': ['reads all of members'],
    };
    for (const [sql, faults] of Object.entries(bad))
      expect(faultsOf(await planOf(worlds.app.pool, { sql, params: [] }))).to.deep.equal(faults);
    const sql = 'SELECT id FROM mail WHERE hub_id = ? ORDER BY sent_ms DESC, id LIMIT 45';
    const [fault] = faultsOf(await planOf(worlds.app.pool, { sql, params: [worlds.large.hub.id] }));
    expect(fault).to.match(/^sorts, and reads \d{4} rows$/);
  });
});
