import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createClient } from '../../client/index.ts';
import { expectRooms, expectUnread } from '../../scripts/import/expectation.ts';
import { findHub, listRooms, type Target } from '../../scripts/import/hub.ts';
import { importLines } from '../../scripts/import/import.ts';
import { byDay, type Line, readLines } from '../../scripts/import/lines.ts';
import { verifyLines } from '../../scripts/import/verify.ts';
import { clean } from '../../service/jobs/cleaning.ts';
import { app, operatorToken, ownApp } from '../support/app.ts';
import { fetchLight } from '../support/client.ts';
import { newHub } from '../support/hub.ts';
import { jobsOn } from '../support/jobs.ts';
import { eventually } from '../support/wait.ts';

const sample = new URL('../data/ubuntu-irc-sample.jsonl', import.meta.url).pathname;

/** A fresh hub to import into. */
async function newTarget(): Promise<Target> {
  const { id } = await newHub({});
  const { signal } = new AbortController();
  return {
    ...{ url: app().url, token: operatorToken, hub: id },
    ...{ concurrency: 8, signal, fetch: fetchLight },
  };
}

/** Imports until so many steps are done. Returns the name of the error, if any. */
async function importUntil(
  lines: readonly Line[],
  target: Target,
  steps: number,
): Promise<string | undefined> {
  const stop = new AbortController();
  const onProgress = (done: number) => done >= steps && stop.abort();
  return importLines(lines, { ...target, signal: stop.signal }, onProgress).then(
    () => undefined,
    (error: Error) => error.name,
  );
}

/** Rows as in a file: `said('d', 1, 'ann', 'Hi')`. */
const said = (day: string, line: number, author: string, text: string, replyTo?: number): Line => ({
  day,
  line,
  author,
  text,
  event: 'said',
  replyTo,
});
const came = (line: number, author: string, event: 'joined' | 'left'): Line => ({
  ...said('d', line, author, ''),
  event,
});

describe('import', () => {
  /** The whole sample, or some lines of each of its days, which a few users wrote. */
  let lines: Line[];
  let some: Line[];
  const few = ['jsubl2', 'blocke', 'jdub', 'ActionParsnip', 'brandan', 'L1nuxRules', 'Tony'];
  before(async () => {
    lines = await readLines(sample);
    some = [...byDay(lines).values()].flatMap((day) =>
      day.filter(({ author }) => few.includes(author)).slice(0, 12),
    );
  });

  it('imports the sample as it is in the file, for each of its users', async () => {
    const target = await newTarget();
    const report = await importLines(lines, target);
    expect(report).to.deep.include({
      users: { created: 101, existing: 0 },
      rooms: { created: 3, existing: 0 },
      messages: { created: 254, existing: 0 },
      threads: 151,
      orphans: 8,
    });
    expect(report.skipped).to.include({ 'empty message': 1 });
    const { differences, checked } = await verifyLines(lines, target);
    expect(differences).to.deep.equal([]);
    expect(checked).to.include({
      user: 101,
      room: 3,
      message: 254,
      reply: 151,
      'chat.count_all': 101,
    });
  });

  it('adds nothing when run again, also with a log that no longer reaches back', async () => {
    const target = await newTarget();
    const first = await importLines(some, target);
    const { before, after } = (await importLines(some, target)).seq;
    expect([before, after]).to.deep.equal([first.seq.after, first.seq.after]);
    await clean(
      jobsOn(app().pool, () => Date.now() + 60_000),
      0,
    );
    const again = await importLines(some, target);
    expect(again).to.deep.include({
      users: { created: 0, existing: first.users.created },
      messages: { created: 0, existing: first.messages.created },
      seq: { before: after, after },
    });
  });

  it('resumes from any point of interruption', async () => {
    const target = await newTarget();
    for (const steps of [4, 15, 16, 32])
      expect(await importUntil(some, target, steps)).to.equal('AbortError');
    const { messages } = await importLines(some, target);
    expect(messages.existing).to.be.within(15, 25);
    expect(messages.created).to.be.greaterThan(0);
    expect((await verifyLines(some, target)).differences).to.deep.equal([]);
  });

  it('resumes without the log, too, by history and membership', async () => {
    const target = await newTarget();
    expect(await importUntil(some, target, 32)).to.equal('AbortError');
    await clean(
      jobsOn(app().pool, () => Date.now() + 60_000),
      0,
    );
    expect((await importLines(some, target)).messages.existing).to.be.within(15, 25);
    expect((await verifyLines(some, target)).differences).to.deep.equal([]);
  });

  it('does not restore members who left later, for any point of interruption', async () => {
    const story = [
      came(1, 'ann', 'joined'),
      said('d', 2, 'bob', 'Hi'),
      came(3, 'ann', 'left'),
      said('d', 4, 'bob', 'again', 2),
      came(5, 'ann', 'joined'),
      came(6, 'ann', 'left'),
      came(7, 'ann', 'left'),
      said('d', 8, 'ann', '/me is back'),
      came(9, 'bob', 'left'),
      came(10, 'cy', 'joined'),
      came(11, 'cy', 'left'),
    ];
    const whole = await importLines(story, await newTarget());
    const steps = whole.messages.created + whole.joined + whole.added + whole.left;
    expect([whole.joined, whole.added, whole.left, steps]).to.deep.equal([3, 2, 4, 12]);
    const target = await newTarget();
    for (let cut = 1; cut <= steps; cut++) await importUntil(story, target, 3 + cut);
    const last = await importLines(story, target);
    expect(last.seq.after - last.seq.before).to.equal(0);
    // Nothing was repeated: as many events as in one uninterrupted run.
    expect(last.seq.after).to.equal(whole.seq.after);
    expect((await verifyLines(story, target)).differences).to.deep.equal([]);
  });

  it('adds in one call who is there at first, and who joins one after the other', async () => {
    const target = await newTarget();
    const story = [
      said('d', 1, 'ann', 'Hi'),
      said('d', 2, 'bob', 'Hi'),
      came(3, 'cy', 'joined'),
      came(4, 'di', 'joined'),
      came(5, 'bob', 'left'),
      said('d', 6, 'bob', 'I am back'),
    ];
    const { joined, added } = await importLines(story, target);
    expect([joined, added]).to.deep.equal([2, 3]);
    const { importer, users } = await findHub(target);
    const { events } = await importer.client.chat.sync({ since: 0 });
    const adding = events
      .filter(({ name }) => name === 'room.add')
      .map(({ data }) => (data.user_ids as string[]).toSorted());
    const ids = (...nicknames: string[]) => nicknames.map((name) => users.get(name)).sort();
    expect(adding).to.deep.equal([ids('ann', 'bob'), ids('cy', 'di'), ids('bob')]);
    expect((await verifyLines(story, target)).differences).to.deep.equal([]);
  });

  it('finds differences from the file', async () => {
    const target = await newTarget();
    await importLines(some, target);
    const hub = await findHub(target);
    const [roomId = ''] = (await listRooms(hub)).values();
    const [newest] = await hub.importer.client.chat.messages({ entity_id: roomId, mark_read: 0 });
    const author = await hub.clientOf(newest?.author_id ?? '');
    await author.chat.delete({ option: 'all', messages: [newest?.message_id ?? ''] });
    const { differences } = await verifyLines(some, target);
    for (const kind of [
      'length of history',
      'message',
      'row of a room list',
      'unread',
      'chat.count_all',
      'newest page',
    ])
      expect(
        differences.some((difference) => difference.includes(`, ${kind}: is`)),
        kind,
      ).to.equal(true);
    expect((await importLines(some, target)).messages.created).to.equal(0);
  });

  it('finds a read message, a missing member and an additional one', async () => {
    const target = await newTarget();
    const story = [
      said('d', 1, 'ann', 'one'),
      said('d', 2, 'bob', 'two'),
      said('d', 3, 'bob', 'three', 1),
    ];
    await importLines(story, target);
    const kinds = async () => {
      const { differences } = await verifyLines(story, target);
      return [
        ...new Set(differences.map((difference) => /, ([^,:]*): is/.exec(difference)?.[1])),
      ].sort();
    };
    expect(await kinds()).to.deep.equal([]);
    const hub = await findHub(target);
    const [roomId = ''] = (await listRooms(hub)).values();
    const [ann = '', bob = ''] = ['ann', 'bob'].map((nickname) => hub.users.get(nickname));
    await (await hub.clientOf(ann)).chat.messages({ entity_id: roomId });
    expect(await kinds()).to.include.members([
      'unread',
      'chat.to_read',
      'chat.count_all',
      'newest page',
    ]);
    await (await hub.clientOf(bob)).room.remove({ entity_id: roomId, user_id: bob });
    expect(await kinds()).to.include.members(['number of members', 'membership', 'room list']);
  });

  it('waits when it is rate limited', async () => {
    await using slow = await ownApp({ LIMIT_HUB_CALLS: '15' });
    let limited = 0;
    const fetch: typeof fetchLight = async (...call) => {
      const response = await fetchLight(...call);
      if (response.status === 429) limited += 1;
      return response;
    };
    // These users are created at once, and have no part in the room. They are more than two seconds
    // of calls, as the second in which calls are counted may end between them.
    const strangers = Array.from({ length: 30 }, (_, n) => came(n + 1, `user${n}`, 'left'));
    const posts = [40, 41, 42, 43].map((line) => said('d', line, 'ann', 'Hi'));
    const target = { ...(await newTarget()), url: slow.url, concurrency: 31, fetch };
    const { users, messages } = await importLines([...strangers, ...posts], target);
    expect(limited).to.be.greaterThan(0);
    expect([users.created, messages.created]).to.deep.equal([31, 4]);
  });

  it('survives a restart of the service', async () => {
    const first = await ownApp();
    const { port } = new URL(first.url);
    let failed = 0;
    const fetch: Target['fetch'] = (...call) =>
      globalThis.fetch(...call).catch((error: unknown) => {
        failed += 1;
        throw error;
      });
    const target = { ...(await newTarget()), url: first.url, fetch };
    const restart = async () => {
      await first.close();
      await eventually(() => failed > 0);
      return ownApp({ PORT: port });
    };
    let restarted: ReturnType<typeof restart> | undefined;
    const onProgress = (done: number) => {
      if (done >= 25) restarted ??= restart();
    };
    await importLines(some, target, onProgress);
    expect((await verifyLines(some, target)).differences).to.deep.equal([]);
    await (await restarted)?.close();
  });

  it('reports a token that is not the operator’s, and a missing import to verify', async () => {
    const target = await newTarget();
    const refusal = await importLines(some, { ...target, token: 'x'.repeat(40) }).catch(
      (error) => error.code,
    );
    expect(refusal).to.equal('NOT_AUTHENTICATED');
    const stranger = await verifyLines(some, target).catch((error: Error) => error.message);
    expect(stranger).to.match(/^Nothing was imported into the hub/);
  });

  it('finds its hub again by host name', async () => {
    const hub = `import-${process.pid}`;
    const target = { ...(await newTarget()), hub };
    const story = [said('d', 1, 'ann', 'one')];
    const { hubId } = await importLines(story, target);
    expect((await importLines(story, { ...target, hub: `${hub}.local` })).hubId).to.equal(hubId);
    expect(
      await createClient({ url: app().url, token: operatorToken, hubId }).hub.info(),
    ).to.deep.include({
      name: hub,
      hosts: [`${hub}.local`],
    });
  });

  it('names the bad line of a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hubchat-import-'));
    const path = join(folder, 'file.jsonl');
    const problem = async (...rows: unknown[]) => {
      await writeFile(
        path,
        rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n'),
      );
      return readLines(path).then(
        () => undefined,
        (error: Error) => error.message.replaceAll(path, 'the file'),
      );
    };
    const good = { day: 'd', line: 1, author: 'ann', text: 'Hi' };
    expect(await problem(good, '{')).to.equal('Line 2 of the file is not JSON.');
    expect(await problem(good, good)).to.equal('Line 2 of the file repeats line 1 of d.');
    expect(await problem({ ...good, text: undefined })).to.contain(
      'exactly one of text, action and event',
    );
    expect(await problem({ ...good, author: 7 })).to.contain(
      'Line 1 of the file is not valid: author',
    );
    expect(await problem({ ...good, text: 'x'.repeat(10_001) })).to.contain(
      'must be at most 10000 characters long',
    );
    expect(await problem('')).to.equal('the file has no lines.');
    expect(await problem({ ...good, text: undefined, action: 'waves' })).to.equal(undefined);
    expect((await readLines(path))[0]).to.include({ text: '/me waves' });
    await rm(folder, { recursive: true });
  });

  it('counts unread from the last own message or the last join', () => {
    const story = [
      said('d', 1, 'ann', 'one'),
      said('d', 2, 'bob', 'two'),
      came(3, 'cy', 'joined'),
      came(4, 'ann', 'left'),
      said('d', 5, 'bob', 'three'),
      came(6, 'ann', 'joined'),
      said('d', 7, 'bob', 'four'),
    ];
    const room = expectRooms(story).get('d')!;
    expect(['ann', 'bob', 'cy'].map((nickname) => expectUnread(room, nickname))).to.deep.equal([
      1, 0, 2,
    ]);
  });
});
