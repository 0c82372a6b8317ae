import { expect } from 'chai';
import { dayMs, type ForwardApp, forwardApp } from '../../support/forward.ts';
import { newHub, newRoom, refused } from '../../support/hub.ts';
import { driftOf, newAged, statusOf, texts } from './aged.ts';

describe('Messages older than the retention period of their hub', () => {
  let service: ForwardApp;
  before(async () => {
    service = await forwardApp();
  });
  after(() => service[Symbol.asyncDispose]());

  it('exist as long as the hub keeps them', async () => {
    const { admin, bob, room, old } = await newAged(service);
    for (const message_retention_days of [100, 13, 3650])
      await admin.setting.patch({ message_retention_days });
    expect(texts(await bob.chat.messages({ entity_id: room }))).to.deep.equal([
      ...['fresh', 'later', 'the reply', 'old second', 'old root'],
    ]);
    expect(texts(await bob.chat.get({ message_ids: [old.root] }))).to.deep.equal(['old root']);
  });

  for (const method of ['put', 'patch'] as const)
    it(`disappear from histories at once by ${method}; replies quote them as deleted`, async () => {
      const { admin, alice, bob, carol, room, old, reply } = await newAged(service);
      await admin.setting[method]({ message_retention_days: 10 });
      for (const member of [alice, bob, carol])
        expect(texts(await member.chat.messages({ entity_id: room }))).to.deep.equal([
          'fresh',
          'later',
          'the reply',
        ]);
      expect(texts(await alice.chat.messages({ entity_id: bob.id }))).to.deep.equal([
        'fresh direct',
      ]);
      expect(
        texts(await alice.chat.messages({ entity_id: carol.id })),
        'nothing is left',
      ).to.deep.equal([]);
      const [row] = await bob.chat.get({ message_ids: [reply] });
      expect(row).to.deep.include({
        thread_id: old.root,
        thread: { message: 'DELETED', message_id: old.root },
      });
      const all = Object.values(old);
      await refused(alice.chat.get({ message_ids: all }), 'MESSAGE_NOT_FOUND');
      expect(texts(await bob.chat.get({ message_ids: [...all, reply] }))).to.deep.equal([
        'the reply',
      ]);
      for (const place of [old.root, '1'])
        expect(texts(await alice.chat.messages({ entity_id: room, before: place }))).to.deep.equal(
          [],
        );
      for (const place of [old.root, old.second, '1', '2'])
        expect(
          texts(await alice.chat.messages({ entity_id: room, after: place, limit: 2 })),
        ).to.deep.equal([...['later', 'the reply']]);
      for (const thread_id of [old.root, reply])
        expect(texts(await bob.chat.thread({ thread_id }))).to.deep.equal(['the reply']);
      await refused(bob.chat.thread({ thread_id: old.second }), 'INVALID_THREAD');
    });

  it('disappear from pins, files and previews, and free their places', async () => {
    const { app } = service;
    const { admin, alice, bob, carol, dan, room, old, later, file, laterFile } =
      await newAged(service);
    expect(await statusOf(bob, file, app.url)).to.equal(200);
    await admin.setting.patch({ message_retention_days: 10 });
    expect(texts(await bob.chat.pins({ entity_id: room }))).to.deep.equal(['later']);
    for (const member of [alice, bob, dan]) {
      expect(await statusOf(member, file, app.url)).to.equal(404);
      expect(await statusOf(member, laterFile, app.url)).to.equal(200);
    }
    await refused(bob.chat.attachment({ message_id: old.root }), 'MESSAGE_NOT_FOUND');
    expect(await bob.chat.attachment({ message_id: later })).to.have.length(1);
    const listed = await bob.chat.files({ entity_id: room });
    expect(listed.map(({ nid }) => nid)).to.deep.equal([laterFile]);
    const rows = await alice.chat.chat_rooms();
    const previews = rows.map((row) => [row.entity_id, row.last_message]);
    expect(previews).to.have.deep.members([
      [room, 'fresh'],
      [bob.id, 'fresh direct'],
      [carol.id, ''],
    ]);
    expect((await carol.chat.chat_room_info({ key: alice.id })).last_message).to.equal('');
    const more: string[] = [];
    for (let n = 0; n < 5; n++)
      more.push((await alice.chat.post({ entity_id: room, message: `pinned ${n}` })).message_id);
    await alice.chat.pin({ message_ids: more.slice(0, 4) });
    await refused(alice.chat.pin({ message_id: more[4] as string }), 'PIN_LIMIT');
  });

  it('keep the bytes of a file that a newer copy has', async () => {
    const { app } = service;
    const { admin, alice, bob, dan, room, old, file } = await newAged(service);
    await alice.chat.forward({ entities: [bob.id], nodes: { messages: [old.root] } });
    await admin.setting.patch({ message_retention_days: 10 });
    expect(await statusOf(bob, file, app.url)).to.equal(200);
    expect(await statusOf(dan, file, app.url), 'no visible message has it').to.equal(404);
    expect(texts(await bob.chat.messages({ entity_id: alice.id }))).to.deep.equal([
      'old root',
      'fresh direct',
    ]);
    expect(texts(await bob.chat.messages({ entity_id: room }))).to.not.include('old root');
  });

  it('are not counted: each member’s unread count is what they can still read', async () => {
    const { app } = service;
    const { id, admin, alice, bob, carol, dan, room, old } = await newAged(service);
    const unread = async (member: typeof dan) => {
      const { unread: inRoom } = await member.chat.to_read({ entity_id: room });
      const { total_cnt } = await member.chat.count_all();
      const rows = await member.chat.chat_rooms();
      const summed = rows.reduce((sum, row) => sum + row.unread_count, 0);
      expect(total_cnt, 'the sum over all rooms').to.equal(summed);
      return [inRoom, total_cnt];
    };
    const { tag_id } = await dan.tag.create({ name: 'Tag' });
    await dan.tag.assign({ entity_id: room, tag_ids: [tag_id] });
    const tagged = async () => (await dan.chat.tag_chat_count({ tag_id }))[0]?.room_count;
    expect(await tagged()).to.equal(5);
    await alice.chat.mark_unread({ message_id: old.second });
    await bob.chat.mark_unread({ message_id: old.root });
    const unreadOfAll = async () => [
      await unread(dan),
      await unread(alice),
      await unread(bob),
      await unread(carol),
    ];
    expect(await unreadOfAll()).to.deep.equal([
      [5, 5],
      [3, 4],
      [3, 3],
      [2, 3],
    ]);
    expect(await driftOf(app.pool, id)).to.deep.equal([]);
    await admin.setting.patch({ message_retention_days: 10 });
    expect(await unreadOfAll()).to.deep.equal([
      [3, 3],
      [2, 3],
      [2, 2],
      [2, 2],
    ]);
    expect(await driftOf(app.pool, id)).to.deep.equal([]);
    expect(await tagged()).to.equal(3);
    await dan.chat.messages({ entity_id: room });
    expect(await unread(dan)).to.deep.equal([0, 0]);
  });

  it('fail like unknown messages, and their echoId does not reveal the text', async () => {
    const { admin, alice, bob, room, old, fresh, file } = await newAged(service);
    await admin.setting.patch({ message_retention_days: 10 });
    const before = (await alice.chat.sync({ since: 0 })).seq;
    const message_id = old.root;
    for (const call of [
      () => alice.chat.edit({ message_id, message: 'Now' }),
      () => alice.chat.pin({ message_id }),
      () => alice.chat.pin({ message_ids: [fresh, message_id] }),
      () => alice.chat.unpin({ message_id }),
      () => bob.chat.react({ message_id, emoji: '👍' }),
      () => bob.chat.set_reactions({ message_id, emojis: [] }),
      () => bob.chat.acknowledge({ message_id }),
      () => bob.chat.mark_unread({ message_id }),
      () => alice.room.update({ entity_id: room, pinned_ids: [message_id] }),
    ])
      await refused(call(), 'MESSAGE_NOT_FOUND');
    for (const option of ['me', 'all'] as const)
      await refused(alice.chat.delete({ option, messages: [message_id] }), 'INVALID_MESSAGES');
    await refused(
      bob.chat.forward({ entities: [bob.id, alice.id], nodes: { messages: [fresh, old.root] } }),
      'INVALID_RECIPIENT',
    );
    await refused(
      bob.chat.forward({ entities: [alice.id], nodes: { messages: [fresh, old.root] } }),
      'INVALID_MESSAGES',
    );
    await refused(
      bob.chat.post({ entity_id: room, message: 'Late', thread_id: old.root }),
      'INVALID_THREAD',
    );
    await refused(
      alice.chat.post({ entity_id: room, message: 'Late', attachment: [file] }),
      'INVALID_ATTACHMENT',
    );
    const again = {
      entity_id: room,
      message: 'old root',
      attachment: [file],
      mention_ids: [bob.id],
      echoId: 'an-echo',
    };
    const replayed = await alice.chat.post(again);
    expect(replayed).to.include({ message_id: old.root, message: '', deleted: 1 });
    expect(JSON.stringify(replayed)).to.not.contain('old root');
    await refused(alice.chat.post({ ...again, message: 'Another' }), 'ECHO_ID_CONFLICT');
    expect((await alice.chat.sync({ since: 0 })).seq, 'nothing has happened').to.equal(before);
  });

  it('do not return when the retention period is extended again', async () => {
    const { admin, alice, bob, dan, room, old, file } = await newAged(service);
    await admin.setting.patch({ message_retention_days: 10 });
    await admin.setting.put({ message_retention_days: 3650 });
    expect(texts(await bob.chat.messages({ entity_id: room }))).to.deep.equal([
      'fresh',
      'later',
      'the reply',
    ]);
    expect(await dan.chat.to_read({ entity_id: room })).to.include({ unread: 3 });
    await refused(alice.chat.get({ message_ids: Object.values(old) }), 'MESSAGE_NOT_FOUND');
    expect(await statusOf(alice, file, service.app.url)).to.equal(404);
    expect(texts(await alice.chat.pins({ entity_id: room }))).to.deep.equal(['later']);
    await alice.chat.post({ entity_id: room, message: 'newer' });
    expect(texts(await bob.chat.messages({ entity_id: room, limit: 2 }))).to.deep.equal([
      'newer',
      'fresh',
    ]);
  });

  it('are those sent before the exact time; one millisecond is never split', async () => {
    const { members } = await newHub({ admin: 31, alice: 7 }, service.app);
    const { admin, alice } = members;
    const room = await newRoom(alice, admin);
    for (let n = 0; n < 12; n++) await alice.chat.post({ entity_id: room, message: `${n}` });
    const at = service.now() - 12 * dayMs;
    const set =
      'UPDATE messages SET created_ms = ? + IF(ordinal > 9, 5 * 86400000, 0) WHERE hub_id = ?';
    await service.app.pool.query(set, [at, alice.hubId]);
    await admin.setting.patch({ message_retention_days: 13 });
    expect(await alice.chat.messages({ entity_id: room })).to.have.length(12);
    await admin.setting.patch({ message_retention_days: 12 });
    expect(texts(await alice.chat.messages({ entity_id: room }))).to.deep.equal(['11', '10', '9']);
  });

  it('disappear in this hub only', async () => {
    const [other, one] = [await newAged(service), await newAged(service)];
    await one.admin.setting.patch({ message_retention_days: 10 });
    expect(await one.bob.chat.messages({ entity_id: one.room })).to.have.length(3);
    expect(await other.bob.chat.messages({ entity_id: other.room })).to.have.length(5);
    expect(await other.bob.chat.pins({ entity_id: other.room })).to.have.length(3);
    expect(await statusOf(other.bob, other.file, service.app.url)).to.equal(200);
  });
});
