import { expect } from 'chai';
import { inHub, transact } from '../../../db/connection/transaction.ts';
import { lockRooms } from '../../../db/rows/rooms/rooms.ts';
import { purgeRoom } from '../../../db/upkeep/retention.ts';
import { clean } from '../../../service/jobs/cleaning.ts';
import { createPurge, forgetTombstones, purgeMessages } from '../../../service/jobs/retention.ts';
import { storedOf } from '../../support/files.ts';
import { type ForwardApp, forwardApp } from '../../support/forward.ts';
import { type Member, refused } from '../../support/hub.ts';
import { jobsOn } from '../../support/jobs.ts';
import { watchStatements } from '../../support/statements.ts';
import { eventually } from '../../support/wait.ts';
import { type Aged, driftOf, newAged, texts } from './aged.ts';

describe('An expired message', () => {
  let service: ForwardApp;
  before(async () => {
    service = await forwardApp();
  });
  after(() => service[Symbol.asyncDispose]());

  const rowsOf = async (sql: string, ...params: unknown[]) =>
    (await service.app.pool.query(sql, params))[0] as Record<string, unknown>[];
  const position = async (member: Member): Promise<number> =>
    (await member.chat.sync({ since: 0 })).seq;

  /** Stored columns of the messages of a room, by ordinal. */
  const storedIn = ({ id, room }: Aged) =>
    rowsOf(
      `SELECT ordinal, body, mention_ids IS NOT NULL AS mentions, attachment_count AS files,
         reaction_count AS reactions, deleted_ms IS NOT NULL AS isDeleted
       FROM messages WHERE hub_id = ? AND room_id = ? ORDER BY ordinal`,
      ...[id, room],
    );
  /** The number of rows in a table that refer to these messages. */
  const besideOf = async (
    table: 'reactions' | 'pins' | 'message_attachments' | 'echoes',
    ids: readonly string[],
  ) =>
    (
      await rowsOf(
        `SELECT * FROM ${table} WHERE ${table === 'echoes' ? 'made_id' : 'message_id'} IN (?)`,
        ids,
      )
    ).length;
  /** All that members can read of the room; marks nothing as read. */
  const seenBy = async ({ room, alice, bob, carol, dan }: Aged) =>
    await Promise.all(
      [alice, bob, carol, dan].map(async (member) => [
        await member.chat.messages({ entity_id: room, mark_read: 0 }),
        await member.chat.chat_rooms(),
        await member.chat.count_all(),
        await member.chat.pins({ entity_id: room }),
      ]),
    );
  const purgeAll = () => purgeMessages(jobsOn(service.app.pool, service.now));
  const expired = async () => {
    const aged = await newAged(service);
    await aged.admin.setting.patch({ message_retention_days: 10 });
    return aged;
  };

  it('loses text, mentions, files, reactions and hiding in all tables, nothing else', async () => {
    const aged = await expired();
    const { id, room, old, later, file, laterFile } = aged;
    await purgeAll();
    const empty = { body: '', mentions: 0, files: 0, reactions: 0, isDeleted: 1 };
    const stays = { mentions: 0, files: 0, reactions: 0, isDeleted: 0 };
    expect(await storedIn(aged)).to.deep.equal([
      { ordinal: 1, ...empty },
      { ordinal: 2, ...empty },
      { ordinal: 3, body: 'the reply', ...stays },
      { ordinal: 4, body: 'later', ...stays, files: 1 },
      { ordinal: 5, body: 'fresh', ...stays },
    ]);
    const all = Object.values(old);
    for (const table of ['reactions', 'pins', 'message_attachments'] as const)
      expect(await besideOf(table, all), table).to.equal(0);
    expect(await besideOf('message_attachments', [later])).to.equal(1);
    expect(await rowsOf('SELECT * FROM removals WHERE hub_id = ?', id)).to.deep.equal([]);
    const [{ body = undefined } = {}] = await rowsOf(
      'SELECT body FROM messages WHERE hub_id = ? AND id = ?',
      id,
      old.lone,
    );
    expect(body, 'of the direct ones').to.equal('');
    await eventually(
      async () => (await rowsOf('SELECT id FROM attachments WHERE id = ?', file)).length === 0,
    );
    expect(await storedOf(id), 'the bytes too').to.deep.equal([laterFile]);
    expect(
      await rowsOf('SELECT data FROM events WHERE hub_id = ? AND data LIKE ?', id, '%old %'),
    ).to.deep.equal([]);
    const [row] = await rowsOf(
      'SELECT expired_at AS expired, purged_at AS purged FROM rooms WHERE id = ?',
      room,
    );
    expect(row).to.deep.equal({ expired: 2, purged: 2 });
  });

  it('looks the same before, during and after the purge, which publishes nothing', async () => {
    const aged = await expired();
    const { id, room, alice } = aged;
    const { pool } = service.app;
    const [seen, last] = [await seenBy(aged), await position(alice)];
    const log = (await alice.chat.sync({ since: 0, limit: 1000 })).events;
    const portion = (limit: number) =>
      transact(pool, async (tx) => {
        const locked = (await lockRooms(inHub(tx, id), [room])).get(room);
        return (
          locked !== undefined && (await purgeRoom(inHub(tx, id), locked, limit, service.now()))
        );
      });
    expect(await portion(1), 'one is left').to.equal(true);
    expect((await storedIn(aged)).map(({ body }) => body).slice(0, 2)).to.deep.equal([
      '',
      'old second',
    ]);
    expect(await seenBy(aged)).to.deep.equal(seen);
    expect(await driftOf(pool, id)).to.deep.equal([]);
    expect(await portion(1)).to.equal(false);
    expect(await portion(1), 'nothing to do').to.equal(false);
    await purgeAll();
    expect(await seenBy(aged)).to.deep.equal(seen);
    expect(await driftOf(pool, id)).to.deep.equal([]);
    expect(await position(alice)).to.equal(last);
    expect((await alice.chat.sync({ since: 0, limit: 1000 })).events).to.deep.equal(log);
  });

  it('is looked for once something has expired, or after an hour', async () => {
    const { pool } = service.app;
    let at = service.now();
    const jobs = jobsOn(pool, () => at);
    const purge = createPurge(pool.wakeUps);
    const looks = watchStatements(service.app, /purged_at < expired_at/);
    const looksOfRun = async () => {
      const { length: before } = looks;
      await purge(jobs);
      return looks.length - before;
    };
    expect(await looksOfRun()).to.equal(1);
    expect(await looksOfRun()).to.equal(0);
    const aged = await expired();
    expect(await looksOfRun()).to.equal(1);
    expect((await storedIn(aged))[0]).to.include({ body: '' });
    at += 3_600_000;
    expect(await looksOfRun()).to.equal(1);
  });

  it('is purged later if the service stops meanwhile', async () => {
    const aged = await expired();
    await purgeMessages(jobsOn(service.app.pool, service.now, { signal: AbortSignal.abort() }));
    expect((await storedIn(aged))[0]?.body).to.equal('old root');
    await purgeAll();
    expect((await storedIn(aged))[0]?.body).to.equal('');
  });

  it('is purged if deleted earlier; forwarded copies keep their content', async () => {
    const aged = await newAged(service);
    const { id, admin, alice, bob, old, file } = aged;
    await alice.chat.forward({ entities: [bob.id], nodes: { messages: [old.root] } });
    await bob.chat.delete({ option: 'all', messages: [old.second] });
    await admin.setting.patch({ message_retention_days: 10 });
    await purgeAll();
    expect((await storedIn(aged)).map(({ isDeleted }) => isDeleted)).to.deep.equal([1, 1, 0, 0, 0]);
    expect(await rowsOf('SELECT state FROM attachments WHERE id = ?', file)).to.deep.equal([
      { state: 'attached' },
    ]);
    const [copy] = await bob.chat.messages({ entity_id: alice.id });
    expect(copy).to.deep.include({ message: 'old root', forward_message_id: old.root });
    expect(await bob.chat.attachment({ message_id: copy?.message_id ?? '' })).to.have.length(1);
    expect(await driftOf(service.app.pool, id)).to.deep.equal([]);
  });

  describe('is forgotten when the event log no longer reaches back to it', () => {
    /** Removes all events, and with them the remains of purged messages. */
    const forget = () =>
      clean(
        jobsOn(service.app.pool, () => service.now() + 1),
        0,
      );

    it('and not before', async () => {
      const aged = await expired();
      await purgeAll();
      await forgetTombstones(jobsOn(service.app.pool, service.now));
      await clean(jobsOn(service.app.pool, service.now), 30);
      expect((await storedIn(aged)).map(({ ordinal }) => ordinal)).to.deep.equal([1, 2, 3, 4, 5]);
      expect(await aged.alice.chat.sync({ since: 0 })).to.include({ recovered: true });
    });

    it('and then history, unread counts, threads, sync and recount are unchanged', async () => {
      const aged = await expired();
      const { id, alice, bob, dan, room, old, reply } = aged;
      await purgeAll();
      const seen = await seenBy(aged);
      await forget();
      expect((await storedIn(aged)).map(({ ordinal }) => ordinal)).to.deep.equal([3, 4, 5]);
      expect(
        await besideOf('echoes', Object.values(old)),
        'with what they were posted under',
      ).to.equal(0);
      expect(await seenBy(aged)).to.deep.equal(seen);
      expect(await driftOf(service.app.pool, id)).to.deep.equal([]);
      for (const thread_id of [reply, old.root])
        expect(
          texts(await bob.chat.thread({ thread_id })),
          'of a thread whose beginning is gone',
        ).to.deep.equal(['the reply']);
      await refused(bob.chat.thread({ thread_id: old.second }), 'INVALID_THREAD');
      expect(await dan.chat.to_read({ entity_id: room })).to.include({ unread: 3 });
      const synced = await alice.chat.sync({ since: 0 });
      expect(synced).to.include({ recovered: false });
      expect(JSON.stringify(synced)).to.not.contain('old');
    });

    it('and later posts continue the ordinals', async () => {
      const aged = await expired();
      const { id, alice, bob, carol, dan, room, old } = aged;
      await purgeAll();
      await forget();
      const since = await position(bob);
      using device = await dan.device();
      const again = { entity_id: room, message: 'said again', echoId: 'an-echo' };
      const posted = await alice.chat.post(again);
      expect(posted, 'its key is free again').to.include({ ordinal: 6, message: 'said again' });
      expect(posted.message_id).to.not.equal(old.root);
      expect((await device.next('chat.post')).data).to.include({ ordinal: 6 });
      const first = await alice.chat.post({ entity_id: carol.id, message: 'after everything' });
      expect(first.ordinal, 'where nothing else is left').to.equal(2);
      expect(texts(await carol.chat.messages({ entity_id: alice.id }))).to.deep.equal([
        'after everything',
      ]);
      const { events, recovered } = await bob.chat.sync({ since });
      expect([recovered, events.map(({ name }) => name)]).to.deep.equal([true, ['chat.post']]);
      expect(await dan.chat.to_read({ entity_id: room })).to.include({ unread: 4 });
      await dan.chat.acknowledge({ message_id: posted.message_id });
      expect(await dan.chat.count_all()).to.include({ total_cnt: 0 });
      expect(await driftOf(service.app.pool, id)).to.deep.equal([]);
    });
  });
});
