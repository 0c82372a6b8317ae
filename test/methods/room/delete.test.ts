import { expect } from 'chai';
import { type Column, getTableColumns, getTableName, is } from 'drizzle-orm';
import { MySqlTable } from 'drizzle-orm/mysql-core';
import type { CallError } from '../../../client/index.ts';
import { newId } from '../../../db/rows/ids.ts';
import * as tables from '../../../db/tables/index.ts';
import { forgetTombstones, purgeMessages } from '../../../service/jobs/retention.ts';
import { app } from '../../support/app.ts';
import { clientOf } from '../../support/caller.ts';
import { namesOf, position, synced } from '../../support/events.ts';
import { upload } from '../../support/files.ts';
import { writeHistory } from '../../support/history.ts';
import { type Member, newHub, newRoom, refused } from '../../support/hub.ts';
import { insertMany } from '../../support/insert-rows.ts';
import { jobsOn } from '../../support/jobs.ts';
import { eventually } from '../../support/wait.ts';

const world = () => newHub({ alice: 7, bob: 7, carol: 7, admin: 31 });

/** How many rows of a table are left of a room. */
async function rowsLeft(table: string, roomId: string, column = 'room_id'): Promise<number> {
  const [rows] = await app().pool.query(`SELECT 1 FROM ${table} WHERE ${column} = ?`, [roomId]);
  return (rows as unknown[]).length;
}

/** Adds so many users to a room, of whom there is nothing but that. */
async function fillRoom(hubId: string, roomId: string, count: number): Promise<void> {
  const rows = Array.from({ length: count }, () => {
    return { hubId, roomId, userId: newId(), pointer: 0, joinedSeq: 0, joinedMs: 0 };
  });
  const { pool } = app();
  await insertMany(pool, tables.participants, rows);
  await pool.query('UPDATE rooms SET member_count = member_count + ? WHERE id = ?', [
    ...[count, roomId],
  ]);
}

/** Every table that names a room, and how: but for the log, which is cut by its age. */
const tablesOfRooms = [
  ...Object.values(tables)
    .filter((table) => is(table, MySqlTable))
    .flatMap((table) => {
      const { roomId, entityId } = getTableColumns(table) as Record<string, Column | undefined>;
      const column = roomId ?? entityId;
      return column ? [[getTableName(table), column.name] as const] : [];
    })
    .filter(([table]) => table !== 'events'),
  ['rooms', 'id'],
  ['name_suffixes', 'id'],
] as const;

/** Makes a row of a room in each of these tables. */
async function fillWithAll(owner: Member, other: Member, entity_id: string): Promise<void> {
  const post = async (message: string) =>
    (await owner.chat.post({ entity_id, message, echoId: message })).message_id;
  const [first, second] = [await post('first'), await post('second')];
  const { nid } = await upload(owner, 'third.txt');
  await owner.chat.post({ entity_id, message: 'third', attachment: [nid] });
  const { tag_id } = await other.tag.create({ name: 'Tag' });
  await other.tag.assign({ entity_id, tag_ids: [tag_id] });
  await owner.chat.pin({ message_id: first });
  await other.chat.delete({ option: 'me', messages: [second] });
  const at = { hubId: owner.hubId, roomId: entity_id, userId: owner.id };
  await insertMany(app().pool, tables.ownCounts, [{ ...at, ordinal: 1, total: 1 }]);
  await insertMany(app().pool, tables.dueReceipts, [{ ...at, dueMs: Date.now() + 3_600_000 }]);
}

describe('Deleting a room', () => {
  it('is for its owner, admins, keys and the operator', async () => {
    const { members, operator, id } = await world();
    const { alice, bob, carol, admin } = members;
    const { key } = await operator.key.create({ name: 'backend', permission: 31 });
    for (const by of [alice, admin, operator, clientOf(key, id)]) {
      const entity_id = await newRoom(alice, bob);
      await refused(bob.room.delete({ entity_id }), 'PERMISSION_DENIED');
      await refused(carol.room.delete({ entity_id }), 'ROOM_NOT_FOUND');
      expect(await bob.room.info({ entity_id })).to.include({ member_count: 2 });
      expect(await by.room.delete({ entity_id })).to.deep.equal({ ok: 1 });
      for (const client of [alice, bob, admin, operator])
        await refused(client.room.info({ entity_id }), 'ROOM_NOT_FOUND');
      await refused(by.room.delete({ entity_id }), 'ROOM_NOT_FOUND');
    }
  });

  it('is for group rooms of one’s own hub only', async () => {
    const { members, operator } = await world();
    const { alice, bob } = members;
    const { room_id } = await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    const { entity_id: channel } = await operator.channel.create({ type: 'gl', sub_id: 'news' });
    const far = await newHub({ owner: 63, other: 7 });
    const foreign = await newRoom(far.members.owner, far.members.other);
    for (const by of [alice, operator])
      for (const entity_id of [room_id ?? '', bob.id, channel, foreign, 'nothing', ''])
        await refused(by.room.delete({ entity_id }), 'ROOM_NOT_FOUND');
    expect(await alice.chat.messages({ entity_id: bob.id })).to.have.length(1);
    expect(await far.members.other.room.info({ entity_id: foreign })).to.include({
      member_count: 2,
    });
  });

  it('reaches all devices of all who were in it, by socket and sync, and nobody else', async () => {
    const { alice, bob, carol, admin } = (await world()).members;
    const entity_id = await newRoom(alice, bob, carol);
    await alice.room.remove({ entity_id, user_id: carol.id });
    const since = await position(bob);
    using own = await alice.device();
    using first = await bob.device();
    using second = await bob.device();
    using outside = await carol.device();
    await alice.chat.post({ entity_id, message: 'Soon gone' });
    await admin.room.delete({ entity_id });
    for (const device of [own, first, second])
      expect(await device.next('room.delete')).to.deep.include({
        ...{ entity_id, room_id: entity_id, stream: entity_id, actor_id: admin.id },
        data: { room_id: entity_id },
      });
    const events = await synced(bob, since);
    expect(namesOf(events)).to.deep.equal(['room.delete']);
    using back = await bob.device(since);
    expect(namesOf(back.received)).to.deep.equal(['room.delete']);
    await carol.tag.create({ name: 'Marker' });
    await outside.next('tag.create');
    expect(namesOf(outside.received)).to.deep.equal(['tag.create']);
    expect(namesOf(await synced(carol, since))).to.deep.equal(['tag.create']);
  });

  it('takes it from lists, badges, tags and archives', async () => {
    const { alice, bob } = (await world()).members;
    const [entity_id, kept] = [await newRoom(alice, bob), await newRoom(alice, bob)];
    const { tag_id } = await bob.tag.create({ name: 'Work' });
    for (const room of [entity_id, kept]) {
      await bob.tag.assign({ entity_id: room, tag_ids: [tag_id] });
      await alice.chat.post({ entity_id: room, message: 'Unread' });
    }
    await alice.chat.change_status({ entity_id, status: 'archived' });
    await alice.chat.change_status({ entity_id, status: 'archived', for: 'all' });
    expect(await bob.chat.count_all({})).to.include({ total_cnt: 2 });
    expect(await alice.chat.chat_rooms({ option: 'archived' })).to.have.length(1);
    await alice.room.delete({ entity_id });
    expect(await bob.chat.count_all({})).to.include({ total_cnt: 1 });
    expect((await bob.chat.chat_rooms({})).map((row) => row.entity_id)).to.deep.equal([kept]);
    expect(await alice.chat.chat_rooms({ option: 'archived' })).to.deep.equal([]);
    const [count] = await bob.chat.tag_chat_count({ tag_id });
    expect(count).to.include({ chat_count: 1, room_count: 1 });
    expect(await bob.room.list({})).to.have.length(1);
    await refused(bob.chat.chat_room_info({ key: entity_id }), 'ROOM_NOT_FOUND');
    expect(await rowsLeft('tag_map', entity_id, 'entity_id')).to.equal(0);
  });

  it('frees its files that no other conversation has, and closes their addresses', async () => {
    const { members, operator } = await world();
    const { alice, bob, carol } = members;
    const entity_id = await newRoom(alice, bob);
    const [gone, shared] = [await upload(alice, 'gone.txt'), await upload(alice, 'shared.txt')];
    await alice.chat.post({ entity_id, attachment: [gone.nid], echoId: 'with-file' });
    const { message_id } = await alice.chat.post({ entity_id, attachment: [shared.nid] });
    await alice.chat.pin({ message_id });
    await bob.chat.react({ message_id, emoji: '👍' });
    await alice.chat.forward({ entities: [carol.id], nodes: { messages: [message_id] } });
    const { used = 0 } = (await operator.hub.info({})).storage ?? {};
    await alice.room.delete({ entity_id });
    expect((await operator.hub.info({})).storage?.used).to.equal(used - gone.filesize);
    const bytesOf = async (nid: string, { token }: { token: string }) =>
      (
        await fetch(`${app().url}/-/file/${nid}`, {
          headers: { authorization: `Bearer ${token}`, 'x-hub-id': alice.hubId },
        })
      ).status;
    expect(await bytesOf(gone.nid, alice)).to.equal(404);
    expect(await bytesOf(shared.nid, bob)).to.equal(404);
    expect(await bytesOf(shared.nid, carol)).to.equal(200);
    await refused(alice.chat.get({ message_ids: [message_id] }), 'MESSAGE_NOT_FOUND');
    expect(await rowsLeft('pins', entity_id)).to.equal(0);
    expect(await rowsLeft('reactions', message_id, 'message_id')).to.equal(0);
    expect(await rowsLeft('due_receipts', entity_id)).to.equal(0);
    expect(await rowsLeft('participants', entity_id)).to.equal(0);
    const [row] = await carol.chat.messages({ entity_id: alice.id });
    expect(row?.message_id).to.not.equal(message_id);
  });

  it('also deletes a room that everyone has left', async () => {
    const { members, operator } = await world();
    const { alice, admin } = members;
    for (const by of [admin, operator]) {
      const entity_id = await newRoom(alice);
      await alice.room.remove({ entity_id, user_id: alice.id });
      await refused(alice.room.delete({ entity_id }), 'ROOM_NOT_FOUND');
      await by.room.delete({ entity_id });
      expect(await admin.room.list({ all: 1 })).to.deep.equal([]);
    }
  });

  it('makes its external id and the key of its creation free again', async () => {
    const { members, operator } = await world();
    const { alice } = members;
    const make = () =>
      operator.room.create({
        ...{ name: 'Order', owner_ids: [alice.id], external_id: 'order-1', echoId: 'order-1' },
      });
    const { entity_id } = await make();
    expect((await make()).entity_id).to.equal(entity_id);
    await operator.room.delete({ entity_id });
    await refused(operator.room.info({ external_id: 'order-1' }), 'ROOM_NOT_FOUND');
    const again = await make();
    expect(again.entity_id).to.not.equal(entity_id);
    expect(await alice.room.list({})).to.have.length(1);
  });

  it('purges a big room in steps, which nobody sees any more', async () => {
    const { alice, bob } = (await world()).members;
    const entity_id = await newRoom(alice, bob);
    await writeHistory(entity_id, [alice, bob], 1200);
    await alice.room.delete({ entity_id });
    const leftWith = async (condition: string) => {
      const [rows] = await app().pool.query(
        `SELECT COUNT(*) AS count FROM messages WHERE room_id = ? AND ${condition}`,
        [entity_id],
      );
      return (rows as { count: number }[])[0]?.count;
    };
    expect(await leftWith("body <> ''")).to.equal(700);
    await purgeMessages(jobsOn(app().pool));
    expect(await leftWith("body <> ''")).to.equal(0);
    expect(await leftWith('deleted_ms IS NULL')).to.equal(0);
  });

  it('is left by many participants in steps, each of whom gets the event once', async () => {
    const { members, id } = await world();
    const { alice, bob, carol } = members;
    const entity_id = await newRoom(alice, bob, carol);
    await fillRoom(id, entity_id, 2500);
    const since = await position(bob);
    using device = await bob.device();
    await refused(carol.room.delete({ entity_id }), 'PERMISSION_DENIED');
    await alice.room.delete({ entity_id });
    for (const member of [alice, bob, carol])
      await refused(member.room.info({ entity_id }), 'ROOM_NOT_FOUND');
    await eventually(async () => (await rowsLeft('participants', entity_id)) === 0);
    await device.next('room.delete');
    const [rows] = await app().pool.query(
      `SELECT COUNT(*) AS targets, COUNT(DISTINCT user_id) AS users, COUNT(DISTINCT e.seq) AS events
       FROM events e JOIN event_targets t ON t.hub_id = e.hub_id AND t.seq = e.seq
       WHERE e.hub_id = ? AND e.name = 'room.delete'`,
      [id],
    );
    expect(rows).to.deep.equal([{ targets: 2503, users: 2503, events: 3 }]);
    expect(namesOf(await synced(bob, since))).to.deep.equal(['room.delete']);
    await bob.tag.create({ name: 'Marker' });
    await device.next('tag.create');
    expect(namesOf(device.received)).to.deep.equal(['room.delete', 'tag.create']);
    expect(await bob.chat.chat_rooms({ option: 'archived' })).to.deep.equal([]);
  });

  it('leaves no row in any table once the log does not reach back to it', async () => {
    const { alice, bob } = (await world()).members;
    const entity_id = await newRoom(alice, bob);
    await fillWithAll(alice, bob, entity_id);
    for (const [table, column] of tablesOfRooms)
      expect(await rowsLeft(table, entity_id, column), table).to.be.above(0);
    await alice.room.delete({ entity_id });
    for (const [table, column] of tablesOfRooms)
      if (!['rooms', 'messages', 'echoes'].includes(table))
        expect(await rowsLeft(table, entity_id, column), table).to.equal(0);
    const forget = () => forgetTombstones(jobsOn(app().pool));
    await forget();
    expect(await rowsLeft('rooms', entity_id, 'id')).to.equal(1);
    await app().pool.query('UPDATE hubs SET log_floor = seq WHERE id = ?', [alice.hubId]);
    await forget();
    for (const [table, column] of tablesOfRooms)
      expect(await rowsLeft(table, entity_id, column), table).to.equal(0);
  });
});

describe('Deleting a room at the same time as', () => {
  it('posts: each is kept by nobody or refused, and no badge stays', async () => {
    const { members, operator, id } = await world();
    const { alice, bob, carol } = members;
    for (let round = 0; round < 6; round++) {
      const entity_id = await newRoom(alice, bob, carol);
      await alice.chat.post({ entity_id, message: 'Before' });
      const posts = [alice, bob, carol].map((member) =>
        member.chat.post({ entity_id, message: 'Meanwhile' }),
      );
      const system = operator.channel.post({
        channel_id: `${id}:gr:${entity_id}`,
        content: { text: 'System' },
      });
      const outcomes = await Promise.allSettled([
        ...posts,
        system,
        bob.room.delete({ entity_id }),
        alice.room.delete({ entity_id }),
      ]);
      for (const [n, outcome] of outcomes.slice(0, 4).entries())
        if (outcome.status === 'rejected')
          expect((outcome.reason as CallError).code).to.equal(
            n === 3 ? 'CHANNEL_NOT_FOUND' : 'INVALID_CONTACT',
          );
      expect(outcomes.at(-1)?.status).to.equal('fulfilled');
      for (const member of [alice, bob, carol]) {
        expect(await member.chat.count_all({})).to.include({ total_cnt: 0 });
        expect(await member.chat.chat_rooms({})).to.deep.equal([]);
      }
    }
  });

  it('members are added, edit, pin, read and leave: nothing of it stays', async () => {
    const { alice, bob, carol, admin } = (await world()).members;
    for (let round = 0; round < 6; round++) {
      const entity_id = await newRoom(alice, bob);
      const { message_id } = await alice.chat.post({ entity_id, message: 'Before' });
      const outcomes = await Promise.allSettled([
        alice.room.add({ entity_id, user_id: carol.id }),
        alice.chat.edit({ message_id, message: 'After' }),
        bob.chat.pin({ message_id }),
        bob.chat.acknowledge({ message_id }),
        bob.room.remove({ entity_id, user_id: bob.id }),
        admin.room.delete({ entity_id }),
        alice.room.update({ entity_id, name: 'Other' }),
      ]);
      expect(outcomes[5]?.status).to.equal('fulfilled');
      for (const outcome of outcomes)
        if (outcome.status === 'rejected')
          expect((outcome.reason as CallError).code).to.match(/_NOT_FOUND$/);
      for (const table of ['participants', 'pins'])
        expect(await rowsLeft(table, entity_id), table).to.equal(0);
      for (const member of [alice, bob, carol])
        expect(await member.chat.count_all({})).to.include({ total_cnt: 0 });
    }
  });
});
