import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Contract, Output } from '../../../acl/index.ts';
import { createDiskStore } from '../../../uploads/disk.ts';
import { sweep } from '../../../uploads/sweep.ts';
import { headersOf } from '../../support/files.ts';
import { eventually } from '../../support/wait.ts';
import { expectWhole } from '../../support/whole.ts';
import { contentOf, type Ledger, type Person, readKey } from './ledger.ts';
import type { Listener } from './listener.ts';
import {
  expectAsAnswered,
  expectGapless,
  expectNumbered,
  expectPosted,
  groupBy,
  loadRows,
  type Rows,
} from './rows.ts';

type Synced = Output<Contract['chat']['sync']>['events'][number];

const hour = 3_600_000;
const soonMs = 30_000;
/** Files to check by HTTP; the bytes of all files are checked on disk. */
const filesRead = 20;

/**
 * Asserts that rows, bytes, lists, sync and sockets agree with each other and with the replies.
 * Call it while no calls run.
 */
export async function audit(
  ledger: Ledger,
  listeners: readonly Listener[],
  picture: Buffer,
): Promise<void> {
  const { victim, hubId, people } = ledger;
  const { pool } = victim;
  const isEmpty = async (sql: string) =>
    ((await pool.query(sql, [hubId]))[0] as unknown[]).length === 0;
  // Background jobs: pending receipts, and bytes of deleted files.
  await eventually(() => isEmpty('SELECT 1 FROM due_receipts WHERE hub_id = ?'), soonMs);
  await eventually(
    () => isEmpty("SELECT 1 FROM attachments WHERE hub_id = ? AND state = 'freed'"),
    soonMs,
  );

  const rows = await loadRows(pool, hubId);
  expectGapless(rows);
  expectNumbered(rows);
  expectPosted(ledger, rows);
  expectAsAnswered(ledger, rows);
  expectRead(ledger, rows);
  expectTold(ledger, rows);
  await Promise.all(
    people.map(async (person) => {
      await expectUnread(person, rows);
      await expectHistory(person, ledger, rows);
      const events = await expectSynced(person, rows);
      const listener = listeners.find((one) => one.person === person);
      await listener?.catchUp(rows.seq);
      expect(listener?.received(), 'what a socket received').to.deep.equal(
        events.map(({ seq, name }) => `${seq} ${name}`),
      );
    }),
  );
  await expectBytes(ledger, picture);
}

/** No read pointer is before what a reply confirmed as read. */
function expectRead({ read }: Ledger, { participants }: Rows): void {
  for (const { userId, roomId, pointer } of participants)
    expect(pointer, 'read up to').to.be.at.least(read.get(readKey(userId, roomId)) ?? 0);
}

/** Each deletion and each hiding has one event. */
function expectTold({ sent }: Ledger, { events }: Rows): void {
  const count = groupBy(
    events.filter(({ name }) => name === 'chat.delete'),
    ({ messageId, option, stream }) =>
      option === 'all' ? `${messageId} all` : `${messageId} ${stream}`,
  );
  for (const one of sent.filter(({ id }) => id !== undefined)) {
    const published = count.get(`${one.id} all`)?.length ?? 0;
    expect(published, `deletions of ${one.mark}`).to.equal(one.deleted === 'yes' ? 1 : 0);
    if (one.deleted === 'yes') continue;
    for (const [userId, state] of one.hidden)
      expect(count.get(`${one.id} ${userId}`)?.length ?? 0, `hidings of ${one.mark}`).to.equal(
        state === 'yes' ? 1 : 0,
      );
  }
}

/** The unread count in replies equals a count of the messages. */
async function expectUnread({ id, client }: Person, { participants }: Rows): Promise<void> {
  const own = participants.filter(({ userId }) => userId === id);
  const listed = new Map(
    (await client.chat.chat_rooms({})).map((room) => [room.room_id, room.unread_count]),
  );
  for (const { roomId, unread } of own)
    expect(listed.get(roomId) ?? 0, 'unread of a room').to.equal(unread);
  const { total_cnt: total } = await client.chat.count_all({});
  expect(total, 'unread over all').to.equal(own.reduce((sum, { unread }) => sum + unread, 0));
}

/** Paging through a conversation lists each message once that is neither deleted nor hidden. */
async function expectHistory(
  { id, client }: Person,
  { sent, people }: Ledger,
  { rooms, messages }: Rows,
): Promise<void> {
  const gone = new Set(sent.filter((one) => one.hidden.get(id) === 'yes').map((one) => one.id));
  const due = groupBy(
    messages.filter((row) => row.deletedMs === null && !gone.has(row.id)),
    ({ roomId }) => roomId,
  );
  const entities = people.find((person) => person.id === id)?.entities ?? [];
  for (const entityId of entities) {
    const room = rooms.find((one) => one.id === entityId || isBetween(one.directKey, id, entityId));
    if (!room) continue;
    const listed: string[] = [];
    for (let before: string | undefined; ; ) {
      const page = await client.chat.messages({
        entity_id: entityId,
        limit: 100,
        mark_read: 0,
        ...(before === undefined ? {} : { before }),
      });
      listed.unshift(...page.map(({ message_id }) => message_id).reverse());
      before = page.at(-1)?.cursor;
      if (page.length < 100) break;
    }
    expect(listed, 'a conversation').to.deep.equal((due.get(room.id) ?? []).map((row) => row.id));
  }
}

const isBetween = (directKey: string | null, ...ids: string[]): boolean =>
  directKey !== null && directKey === ids.sort().join(':');

/**
 * chat.sync from the beginning lists every event of the member's streams once and in order, each
 * chained to its predecessor.
 */
async function expectSynced(
  { id, client }: Person,
  { seq, messages, events, participants }: Rows,
): Promise<Synced[]> {
  const synced: Synced[] = [];
  for (let since = 0, more = true; more; ) {
    const page = await client.chat.sync({ since, limit: 1000 });
    expect(page.recovered, 'the log reaches back').to.equal(true);
    synced.push(...page.events);
    ({ seq: since, more } = page);
    if (!more) expect(since, 'where the log ends').to.equal(seq);
  }
  const streams = new Set([
    id,
    ...participants.filter(({ userId }) => userId === id).map(({ roomId }) => roomId),
  ]);
  const due = [...messages.map((row) => ({ ...row, stream: row.roomId })), ...events].filter(
    (one) => streams.has(one.stream),
  );
  expect(synced.map((event) => event.seq)).to.deep.equal(
    due.map((one) => one.seq).sort((a, b) => a - b),
  );
  const last = new Map<string, number>();
  const deleted = new Set(messages.filter((row) => row.deletedMs !== null).map((row) => row.id));
  const bySeq = new Map(messages.map((row) => [row.seq, row]));
  for (const { seq: own, stream, prev, data, name } of synced) {
    expect(prev, `before ${own} in its stream`).to.equal(last.get(stream) ?? 0);
    last.set(stream, own);
    const row = bySeq.get(own);
    const posted = row && {
      id: row.id,
      name: row.forwardOf === null ? 'chat.post' : 'chat.forward',
    };
    if (posted) expect({ id: data.message_id, name }).to.deep.equal(posted);
    if (deleted.has(String(data.message_id))) expect(data).to.not.have.property('message');
  }
  return synced;
}

/**
 * Every accepted file exists with its bytes, unless it was given up. The disk has nothing else but
 * what the sweeper removes.
 */
async function expectBytes(
  { victim, people, files, given, sent }: Ledger,
  picture: Buffer,
): Promise<void> {
  const { pool, files: folder } = victim;
  const [all] = await pool.query('SELECT hub_id AS hubId, id, file_name AS name FROM attachments');
  const rows = all as { hubId: string; id: string; name: string }[];
  const bytesOf = (name: string) =>
    name.endsWith('.jpg') ? picture : Buffer.from(contentOf(name));
  expect(new Set(rows.map(({ name }) => name)).size, 'names of files').to.equal(rows.length);
  for (const { hubId, id, name } of rows) {
    const bytes = await readFile(join(folder, hubId, id.slice(-2), id));
    expect(bytes.equals(bytesOf(name)), `bytes of ${name}`).to.equal(true);
  }
  const there = new Set(rows.map(({ id }) => id));
  const lost = [...files].filter(([nid]) => !given.has(nid) && !there.has(nid));
  expect(lost, 'files that were taken and are lost').to.deep.equal([]);

  const temporary = join(folder, 'tmp');
  const swept = await sweep(
    { pool, store: createDiskStore(folder), temporary },
    Date.now() + 3 * hour,
  );
  expect(swept).to.include({ stale: 0, foreign: 0 });
  await expectWhole(pool, folder);
  const live = sent
    .filter(({ id, deleted, nids }) => id && deleted === 'no' && nids.length > 0)
    .slice(-filesRead);
  for (const { audience, nids, hidden } of live) {
    const reader = people.find(({ id }) => audience.includes(id) && hidden.get(id) !== 'yes');
    if (!reader) continue;
    for (const nid of nids) {
      const answer = await fetch(`${victim.url}/-/file/${nid}`, { headers: headersOf(reader) });
      const bytes = Buffer.from(await answer.arrayBuffer());
      const name = files.get(nid);
      expect(answer.status, 'a file that is read').to.equal(200);
      if (name) expect(bytes.equals(bytesOf(name)), `bytes of ${name} as read`).to.equal(true);
    }
  }
}
