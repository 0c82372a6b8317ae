import { expect } from 'chai';
import { expireMessages } from '../../../service/jobs/retention.ts';
import { app as sharedApp } from '../../support/app.ts';
import { position, synced } from '../../support/events.ts';
import { dayMs, type ForwardApp, forwardApp } from '../../support/forward.ts';
import { type Member, newHub, newRoom } from '../../support/hub.ts';
import { jobsOn } from '../../support/jobs.ts';
import { watchStatements } from '../../support/statements.ts';
import { eventually } from '../../support/wait.ts';
import { driftOf, newAged, texts } from './aged.ts';

/** A hub with an old message, on a service whose own job must expire it, and a listening device. */
async function newExpiring() {
  const own = await forwardApp();
  const { members } = await newHub({ admin: 31, alice: 7, bob: 7 }, own.app);
  const { admin, alice, bob } = members;
  const room = await newRoom(alice, bob);
  await alice.chat.post({ entity_id: room, message: 'Soon gone' });
  await admin.setting.patch({ message_retention_days: 10 });
  const device = await bob.device();
  own.putForward(11 * dayMs);
  return { own, alice, room, device };
}

describe('The events of expired messages', () => {
  let service: ForwardApp;
  let expiring: Awaited<ReturnType<typeof newExpiring>>;
  before(async () => {
    // Its job first runs after seconds: meanwhile the other tests do.
    expiring = await newExpiring();
    service = await forwardApp();
  });
  after(async () => {
    expiring.device.close();
    await expiring.own[Symbol.asyncDispose]();
    await service[Symbol.asyncDispose]();
  });

  it('reach every device of each room as room.purge, along with the setting’s event', async () => {
    const { id, admin, alice, bob, carol, dan, room, old } = await newAged(service);
    const since = await position(alice);
    const lastOf = async (member: Member, entity_id: string) => {
      const { room_id } = await member.chat.chat_room_info({ key: entity_id });
      return (await synced(member, 0)).filter((event) => event.stream === room_id).at(-1)?.seq;
    };
    const [inRoom, direct, lone] = [
      await lastOf(alice, room),
      await lastOf(alice, bob.id),
      await lastOf(alice, carol.id),
    ];
    using first = await alice.device();
    using second = await alice.device();
    using hers = await carol.device();
    using dans = await dan.device();
    using outside = await admin.device();
    await admin.setting.patch({ message_retention_days: 10 });
    const common = { hub_id: id, actor_id: admin.id, notify: 0 };
    for (const device of [first, second]) {
      const received = [
        await device.next('room.purge'),
        await device.next('room.purge'),
        await device.next('room.purge'),
      ];
      await device.next('setting.patch');
      const by = (entity_id: string) => ({
        ...received.find((event) => event.entity_id === entity_id),
      });
      expect(by(room)).to.deep.include({
        ...common,
        prev: inRoom,
        data: { room_id: room, ordinal: 2 },
      });
      expect(by(bob.id)).to.deep.include({ ...common, prev: direct });
      expect(by(bob.id).data?.ordinal).to.equal(1);
      expect(by(carol.id)).to.deep.include({ ...common, prev: lone });
      for (const { room_id, stream, data } of received)
        expect([stream, data.room_id]).to.deep.equal([room_id, room_id]);
      expect(device.received).to.have.length(4);
    }
    const carols = [await hers.next('room.purge'), await hers.next('room.purge')];
    expect(carols.map((event) => event.entity_id)).to.have.members([room, alice.id]);
    expect((await dans.next('room.purge')).entity_id).to.equal(room);
    await outside.next('setting.patch');
    expect(
      outside.received.map(({ name }) => name),
      'not in these rooms',
    ).to.deep.equal(['setting.patch']);
    expect(await synced(alice, since)).to.deep.equal(first.received);
    expect(await synced(carol, since)).to.deep.equal(hers.received);
    expect(JSON.stringify(first.received)).to.not.contain('old');
    expect(await alice.chat.messages({ entity_id: room, mark_read: 0 })).to.not.deep.include({
      message_id: old.root,
    });
  });

  it('appear in chat.sync as deletions, and no text, reactions or pins are listed', async () => {
    const { admin, alice, bob, carol, dan, room, old } = await newAged(service);
    await alice.chat.edit({ message_id: old.root, message: 'old root, edited' });
    await alice.chat.unpin({ message_id: old.second });
    await admin.setting.patch({ message_retention_days: 10 });
    for (const member of [alice, bob, carol, dan]) {
      const events = await synced(member, 0);
      const about = events.filter(
        ({ data }) => 'message_id' in data && data.message_id === old.root,
      );
      const expected = ['chat.post', 'chat.pin', 'chat.react', 'chat.edit'];
      expect(about.map(({ name }) => name)).to.deep.equal(expected);
      for (const event of about) {
        expect(event.data).to.deep.equal({ message_id: old.root, room_id: room, deleted: 1 });
        expect(event.notify).to.equal(0);
      }
      expect(JSON.stringify(events)).to.not.contain('old root').and.to.not.contain('👍');
      expect(
        events.filter(({ name }) => name === 'chat.post').map(({ prev }) => prev),
      ).to.not.include(undefined);
    }
  });

  it('are published once: not again for other settings or without newly expired ones', async () => {
    const { admin, alice, bob, room } = await newAged(service);
    await admin.setting.patch({ message_retention_days: 10 });
    const since = await position(alice);
    await admin.setting.patch({ message_retention_days: 11 });
    await admin.setting.patch({ reactions_enabled: 0 });
    await admin.setting.put({ message_retention_days: 10 });
    const names = (await synced(alice, since)).map(({ name }) => name);
    expect(names).to.deep.equal(['setting.patch', 'setting.patch', 'setting.put']);
    service.putForward(5 * dayMs);
    await admin.setting.patch({ message_retention_days: 12 });
    await admin.setting.patch({ message_retention_days: 10 });
    const later = (await synced(bob, since)).filter(({ name }) => name === 'room.purge');
    expect(later.map(({ entity_id, data }) => [entity_id, data.ordinal])).to.deep.equal([
      [room, 4],
    ]);
    expect(texts(await bob.chat.messages({ entity_id: room }))).to.deep.equal(['fresh']);
  });

  it('also cover messages posted concurrently: each reply has a matching event', async () => {
    const { app } = service;
    const { id, admin, alice, bob, dan, room, old } = await newAged(service);
    using device = await dan.device();
    const attempts = Array.from({ length: 8 }, (_, n) => [
      alice.chat.post({ entity_id: room, message: `during ${n}` }),
      bob.chat
        .post({ entity_id: room, message: 'a reply', thread_id: old.root })
        .catch((error) => error.code as string),
      alice.chat
        .edit({ message_id: old.root, message: 'edited' })
        .catch((error) => error.code as string),
      bob.chat.react({ message_id: old.root, emoji: '🎉' }).catch((error) => error.code as string),
      bob.chat.pin({ message_id: old.root }).catch((error) => error.code as string),
    ]).flat();
    const [, ...outcomes] = await Promise.all([
      admin.setting.patch({ message_retention_days: 10 }),
      ...attempts,
    ]);
    const codes = outcomes.filter((one) => typeof one === 'string');
    expect(
      codes.filter((code) => code !== 'INVALID_THREAD' && code !== 'MESSAGE_NOT_FOUND'),
    ).to.deep.equal([]);
    const received = () => device.received.map(({ name }) => name);
    await eventually(
      () =>
        received().filter((name) => name === 'chat.post').length >= 8 &&
        received().includes('room.purge'),
    );
    const names = received();
    const [purge] = device.received.filter((event) => event.name === 'room.purge');
    const after = device.received.filter((event) => event.seq > (purge?.seq ?? 0));
    expect(
      after
        .map(({ name }) => name)
        .filter((name) => !['chat.post', 'setting.patch'].includes(name)),
    ).to.deep.equal([]);
    for (const event of after)
      if (event.name === 'chat.post') expect(event.data).to.not.include({ thread_id: old.root });
    expect(names.filter((name) => name === 'room.purge')).to.have.length(1);
    expect(JSON.stringify(await dan.chat.messages({ entity_id: room }))).to.not.contain('old root');
    expect(await driftOf(app.pool, id)).to.deep.equal([]);
  });

  // Before the next test, which runs the job for years ahead.
  it('come from the service itself some time after the age limit, before it purges', async () => {
    const { alice, room, device } = expiring;
    const event = await device.next('room.purge');
    expect(event).to.deep.include({
      actor_id: '',
      entity_id: room,
      data: { room_id: room, ordinal: 1 },
    });
    expect(await alice.chat.messages({ entity_id: room })).to.deep.equal([]);
    const bodies = async () => {
      const [rows] = await sharedApp().pool.query('SELECT body FROM messages WHERE hub_id = ?', [
        alice.hubId,
      ]);
      return (rows as { body: string }[]).map(({ body }) => body);
    };
    await eventually(async () => (await bodies()).join() === '');
  });

  /** More than expire in a transaction. */
  const rooms = 25;

  /** A hub of `newAged` with so many more rooms, with a message each. */
  async function newAgedRooms() {
    const hub = await newAged(service);
    await hub.admin.setting.patch({ message_retention_days: 1000 });
    for (let n = 0; n < rooms; n++) {
      const entity_id = await newRoom(hub.alice, hub.bob);
      await hub.alice.chat.post({ entity_id, message: 'Hi' });
    }
    return hub;
  }

  it('come with the call for a few rooms, for others from the job that it wakes', async () => {
    const { admin, alice, id } = await newAgedRooms();
    service.putForward(15 * dayMs);
    const since = await position(alice);
    await admin.setting.patch({ message_retention_days: 10 });
    const logged = async () => (await synced(alice, since)).map(({ name }) => name);
    const [first, ...others] = await logged();
    expect(first).to.equal('setting.patch');
    expect(others).to.have.length.at.least(20);
    await eventually(async () => (await logged()).length === 1 + rooms + 3);
    expect(new Set((await logged()).slice(1))).to.deep.equal(new Set(['room.purge']));
    expect(await driftOf(service.app.pool, id)).to.deep.equal([]);
  });

  it('come from a job that looks when it is due, and changes few rooms at once', async () => {
    const { id } = await newAgedRooms();
    const { pool } = service.app;
    let at = service.now();
    const jobs = jobsOn(pool, () => at);
    const next = new Map();
    const looks = watchStatements(service.app, /MIN\(m.created_ms\)|m.seq >= \?/);
    await expireMessages(jobs, next);
    const { length: first } = looks;
    expect(next).to.include.keys(id);
    await expireMessages(jobs, next);
    expect(looks, 'nothing is due').to.have.length(first);
    at += 3_600_000;
    await expireMessages(jobs, next);
    expect(looks, 'once an hour').to.have.length(first + next.size);
    const hourly = looks.slice(first).filter((sql) => sql.includes('m.seq >= ?'));
    const { length: empty } = [...next.values()].filter(({ seq }) => seq === 0);
    expect(hourly, 'at one message, where there is any').to.have.length(next.size - empty);
    at += 1001 * dayMs;
    await expireMessages(jobs, next);
    const sizes = jobs.published
      .filter(({ hubId }) => hubId === id)
      .map(({ events }) => events.length);
    expect(Math.max(...sizes)).to.equal(20);
    expect(sizes.reduce((sum, size) => sum + size)).to.equal(rooms + 3);
    expect(await driftOf(pool, id)).to.deep.equal([]);
  });

  it('come for each message, also where the clock was set back between two', async () => {
    const { pool } = service.app;
    const { members } = await newHub({ alice: 7, bob: 7 }, service.app);
    const { alice, bob } = members;
    const entity_id = await newRoom(alice, bob);
    for (const message of ['from a fast clock', 'later', 'last'])
      await alice.chat.post({ entity_id, message });
    await pool.query(
      'UPDATE messages SET created_ms = created_ms - 1000 * ordinal WHERE hub_id = ?',
      [alice.hubId],
    );
    let at = service.now();
    const jobs = jobsOn(pool, () => at);
    const next = new Map();
    await expireMessages(jobs, next);
    at += 4000 * dayMs;
    await expireMessages(jobs, next);
    expect(await bob.chat.messages({ entity_id, mark_read: 0 })).to.deep.equal([]);
  });

  it('come from the job when messages age, without an actor, per hub setting', async () => {
    const [one, other] = [await newAged(service), await newAged(service)];
    await one.admin.setting.patch({ message_retention_days: 1000 });
    await other.admin.setting.patch({ message_retention_days: 2000 });
    const since = await position(one.alice);
    const { pool } = service.app;
    let at = service.now();
    const jobs = jobsOn(pool, () => at);
    const { published } = jobs;
    const ours = () => published.filter(({ hubId }) => hubId === one.id || hubId === other.id);
    await expireMessages(jobs);
    expect(ours()).to.deep.equal([]);
    // `one` is 12 days older than `other`: its old messages have expired by now, newer ones have
    // not.
    at += (1000 - 20) * dayMs;
    await expireMessages(jobs);
    await expireMessages(jobs);
    const purges = ours().flatMap(({ hubId, events, cuts }) =>
      events.map((event) => ({ ...event, hubId, cuts })),
    );
    expect(purges.map(({ name }) => name)).to.deep.equal([
      'room.purge',
      'room.purge',
      'room.purge',
    ]);
    for (const { hubId, actorId, cuts } of purges)
      expect([hubId, actorId, cuts]).to.deep.equal([one.id, '', []]);
    expect(texts(await one.bob.chat.messages({ entity_id: one.room }))).to.deep.equal([
      'fresh',
      'later',
      'the reply',
    ]);
    expect(await other.bob.chat.messages({ entity_id: other.room })).to.have.length(5);
    const logged = await synced(one.alice, since);
    expect(logged.map(({ name, actor_id, notify }) => [name, actor_id, notify])).to.deep.equal([
      ...purges.map(() => ['room.purge', '', 0]),
    ]);
    at = service.now() + 4000 * dayMs;
    await expireMessages(jobs);
    for (const { bob, room } of [one, other])
      expect(await bob.chat.messages({ entity_id: room, mark_read: 0 })).to.deep.equal([]);
    expect(await driftOf(pool, one.id)).to.deep.equal([]);
    await one.bob.chat.post({ entity_id: one.room, message: 'Still here' });
    expect(texts(await one.alice.chat.messages({ entity_id: one.room }))).to.deep.equal([
      'Still here',
    ]);
  });
});
