import { expect } from 'chai';
import { refusedInputs } from '../../support/caller.ts';
import { headersOf, upload } from '../../support/files.ts';
import { type Member, newHub, newRoom, refused } from '../../support/hub.ts';
import { request } from '../../support/request.ts';

const publicRoom = async (owner: Member, ...others: Member[]): Promise<string> =>
  (
    await owner.room.create({
      name: 'Open',
      visibility: 'public',
      user_ids: others.map(({ id }) => id),
    })
  ).entity_id;
const listed = async (member: Member, more: object = {}) =>
  (await member.room.list({ public: 1, ...more })).map((row) => row.entity_id);

describe('A public room', () => {
  it('is created or made public; other rooms are private', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const made = await alice.room.create({ name: 'Open', visibility: 'public' });
    expect(made.visibility).to.equal('public');
    const closed = await newRoom(alice, bob);
    expect(await alice.room.info({ entity_id: closed })).to.include({ visibility: 'private' });
    using device = await bob.device();
    const info = await alice.room.update({ entity_id: closed, visibility: 'public' });
    expect(info.visibility).to.equal('public');
    expect((await device.next('room.update')).data).to.deep.equal(info);
    await alice.room.update({ entity_id: closed, visibility: 'public' });
    await alice.room.update({ entity_id: closed, name: 'Other' });
    expect((await device.next('room.update')).data, 'and no event in between').to.include({
      ...{ name: 'Other', visibility: 'public' },
    });
  });

  it('is found by any member of the hub, with its participants; a private one is not', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, outsider: 7, viewer: 3 });
    const { stranger } = (await newHub({ stranger: 63 })).members;
    const { alice, bob, outsider, viewer } = members;
    const [open, closed] = [await publicRoom(alice, bob), await newRoom(alice)];
    for (const member of [alice, bob, outsider]) expect(await listed(member)).to.deep.equal([open]);
    expect((await alice.room.list()).map((row) => row.entity_id)).to.have.members([open, closed]);
    expect(await outsider.room.list()).to.deep.equal([]);
    expect(await listed(outsider, { key: 'ope' })).to.deep.equal([open]);
    expect(await listed(outsider, { key: 'Room' })).to.deep.equal([]);
    const info = await outsider.room.info({ entity_id: open });
    expect(info).to.deep.include({
      name: 'Open',
      visibility: 'public',
      owner_ids: [alice.id],
      member_count: 2,
    });
    const [row] = await outsider.room.list({ public: 1 });
    expect(row).to.deep.equal({ ...info, cursor: open });
    await bob.chat.post({ entity_id: open, message: 'Hi' });
    const people = await outsider.room.participants({ entity_id: open });
    expect(people.map((one) => one.user_id)).to.have.members([alice.id, bob.id]);
    const [inside, outside] = [alice, outsider].map((by) =>
      by.room.participant({ entity_id: open, user_id: bob.id }).then((one) => one.pointer),
    );
    expect([await inside, await outside], 'read pointers').to.deep.equal([1, 0]);
    expect(people.map((one) => one.pointer)).to.deep.equal([0, 0]);
    await refused(outsider.room.participants({ entity_id: open, notify: 1 }), 'PERMISSION_DENIED');
    expect(await outsider.room.participant({ entity_id: open, user_id: bob.id })).to.include({
      user_id: bob.id,
    });
    await refused(outsider.room.info({ entity_id: closed }), 'ROOM_NOT_FOUND');
    expect(await listed(stranger)).to.deep.equal([]);
    await refused(stranger.room.info({ entity_id: open }), 'ROOM_NOT_FOUND');
    await refused(stranger.room.add({ entity_id: open, user_id: stranger.id }), 'ROOM_NOT_FOUND');
    await refused(viewer.room.list({ public: 1 }), 'PERMISSION_DENIED');
    await refused(viewer.room.add({ entity_id: open, user_id: viewer.id }), 'PERMISSION_DENIED');
  });

  it('is listed page by page, and by admins also together with all rooms', async () => {
    const { members } = await newHub({ admin: 31, alice: 7, outsider: 7 });
    const { admin, alice, outsider } = members;
    const rooms = [
      await publicRoom(alice),
      await publicRoom(alice),
      await publicRoom(alice),
    ].sort();
    const closed = await newRoom(alice);
    const first = await outsider.room.list({ public: 1, limit: 2 });
    const rest = await outsider.room.list({ public: 1, limit: 2, after: first.at(-1)?.cursor });
    expect([...first, ...rest].map((row) => row.entity_id)).to.deep.equal(rooms);
    expect(await listed(admin, { all: 1 })).to.deep.equal(rooms);
    expect(await listed(outsider, { entity_ids: [closed, rooms[1]] })).to.deep.equal([rooms[1]]);
    await refused(outsider.room.list({ public: 1, all: 1 }), 'PERMISSION_DENIED');
  });

  it('hides its messages from members who have not joined', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, outsider: 7 });
    const { alice, bob, outsider } = members;
    const room = await publicRoom(alice, bob);
    using outside = await outsider.device();
    const { nid } = await upload(alice);
    const { message_id } = await alice.chat.post({
      entity_id: room,
      message: 'Secret',
      attachment: [nid],
    });
    await alice.chat.pin({ message_id });
    const unknown = [
      () => outsider.chat.messages({ entity_id: room }),
      () => outsider.chat.pins({ entity_id: room }),
      () => outsider.chat.files({ entity_id: room }),
      () => outsider.chat.chat_room_info({ key: room }),
      () => outsider.chat.typing({ entity_id: room }),
      () => outsider.chat.change_status({ entity_id: room, status: 'archived' }),
      () => outsider.room.update({ entity_id: room, name: 'Mine' }),
      () => outsider.room.update({ entity_id: room, visibility: 'private' }),
      () => outsider.room.update({ entity_id: room, owner_ids: [outsider.id] }),
      () => outsider.room.remove({ entity_id: room, user_id: outsider.id }),
      () => outsider.room.remove({ entity_id: room, user_id: bob.id }),
    ];
    for (const call of unknown) await refused(call(), 'ROOM_NOT_FOUND');
    await refused(outsider.chat.post({ entity_id: room, message: 'Hi' }), 'INVALID_CONTACT');
    await refused(outsider.chat.to_read({ entity_id: room }), 'INVALID_CONTACT');
    for (const call of [
      () => outsider.chat.get({ message_ids: [message_id] }),
      () => outsider.chat.react({ message_id, emoji: '👍' }),
      () => outsider.chat.pin({ message_id }),
      () => outsider.chat.attachment({ message_id }),
    ])
      await refused(call(), 'MESSAGE_NOT_FOUND');
    await refused(outsider.chat.thread({ thread_id: message_id }), 'INVALID_THREAD');
    const forwarding = {
      entities: [outsider.id, bob.id].slice(1),
      nodes: { messages: [message_id] },
    };
    await refused(outsider.chat.forward(forwarding), 'INVALID_MESSAGES');
    expect(
      (await request(`/-/file/${nid}`, { verb: 'GET', headers: headersOf(outsider) })).status,
    ).to.equal(404);
    expect(await outsider.chat.chat_rooms()).to.deep.equal([]);
    expect(await outsider.chat.count_all()).to.include({ total_cnt: 0 });
    await outsider.tag.create({ name: 'Marker' });
    await outside.next('tag.create');
    expect(outside.received.map(({ name }) => name)).to.deep.equal(['tag.create']);
    expect((await outsider.chat.sync({ since: outside.ready.seq })).events).to.have.length(1);
  });

  it('is joined by adding oneself; all get the event, and joined members are equal', async () => {
    const { members } = await newHub({ alice: 7, outsider: 7, third: 7 });
    const { alice, outsider, third } = members;
    const entity_id = await publicRoom(alice);
    await alice.chat.post({ entity_id, message: 'before' });
    using device = await alice.device();
    using own = await outsider.device();
    const reply = await outsider.room.add({ entity_id, user_id: outsider.id });
    expect(reply).to.deep.equal({ entity_id, user_ids: [outsider.id], member_count: 2 });
    for (const one of [device, own]) {
      const event = await one.next('room.add');
      expect(event).to.deep.include({ actor_id: outsider.id, entity_id });
      expect(event.data).to.deep.include({
        user_ids: [outsider.id],
        owner_ids: [alice.id],
        member_count: 2,
      });
    }
    await alice.chat.post({ entity_id, message: 'after' });
    expect((await own.next('chat.post')).data).to.include({ message: 'after' });
    expect(
      (await outsider.chat.messages({ entity_id, mark_read: 0 })).map((row) => row.message),
    ).to.deep.equal([...['after', 'before']]);
    expect(await outsider.chat.to_read({ entity_id })).to.include({ unread: 1 });
    expect(await outsider.room.add({ entity_id, user_id: outsider.id }), 'once more').to.include({
      member_count: 2,
    });
    await outsider.room.add({ entity_id, user_id: third.id });
    await outsider.room.remove({ entity_id, user_id: outsider.id });
    expect(await listed(outsider)).to.deep.equal([entity_id]);
  });

  it('lets outsiders add only themselves, and none if private or archived for all', async () => {
    const { members } = await newHub({ admin: 31, alice: 7, outsider: 7, third: 7 });
    const { admin, alice, outsider, third } = members;
    const entity_id = await publicRoom(alice);
    for (const caller of [outsider, admin])
      for (const user_ids of [[third.id], [caller.id, third.id], [third.id, caller.id]])
        await refused(caller.room.add({ entity_id, user_ids }), 'PERMISSION_DENIED');
    const closed = await newRoom(alice);
    await refused(outsider.room.add({ entity_id: closed, user_id: outsider.id }), 'ROOM_NOT_FOUND');
    expect((await alice.room.participants({ entity_id })).map((one) => one.user_id)).to.deep.equal([
      alice.id,
    ]);
    await alice.chat.change_status({ entity_id, status: 'archived', for: 'all' });
    await refused(outsider.room.add({ entity_id, user_id: outsider.id }), 'ROOM_ARCHIVED');
    await alice.chat.change_status({ entity_id, status: 'active', for: 'all' });
    expect(
      (await outsider.room.add({ entity_id, user_ids: [outsider.id, outsider.id] })).member_count,
    ).to.equal(2);
  });

  it('becomes private again: participants stay, to others it does not exist', async () => {
    const { members } = await newHub({ admin: 31, alice: 7, joined: 7, outsider: 7 });
    const { admin, alice, joined, outsider } = members;
    const entity_id = await publicRoom(alice);
    await joined.room.add({ entity_id, user_id: joined.id });
    await refused(joined.room.update({ entity_id, visibility: 'private' }), 'PERMISSION_DENIED');
    await admin.room.update({ entity_id, visibility: 'private' });
    await refused(admin.room.update({ entity_id, visibility: 'public' }), 'ROOM_NOT_FOUND');
    expect(await listed(outsider)).to.deep.equal([]);
    for (const call of [
      () => outsider.room.info({ entity_id }),
      () => outsider.room.participants({ entity_id }),
      () => outsider.room.participant({ entity_id, user_id: alice.id }),
      () => outsider.room.add({ entity_id, user_id: outsider.id }),
    ]) {
      const { details } = await refused(call(), 'ROOM_NOT_FOUND');
      expect(details).to.deep.equal(['entity_id: is not one of your group rooms']);
    }
    expect(await joined.room.info({ entity_id })).to.include({
      visibility: 'private',
      member_count: 2,
    });
    await joined.chat.post({ entity_id, message: 'Still here' });
  });

  it('gets an owner as soon as a member joins it again', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const entity_id = await publicRoom(alice);
    await alice.room.remove({ entity_id, user_id: alice.id });
    expect(await bob.room.info({ entity_id })).to.deep.include({ owner_ids: [], member_count: 0 });
    using device = await bob.device();
    await bob.room.add({ entity_id, user_id: bob.id });
    expect((await device.next('room.add')).data).to.deep.include({
      owner_ids: [bob.id],
      member_count: 1,
    });
    expect((await bob.room.info({ entity_id })).owner_ids).to.deep.equal([bob.id]);
    await carol.room.add({ entity_id, user_id: carol.id });
    expect((await bob.room.info({ entity_id })).owner_ids).to.deep.equal([bob.id]);
    await bob.room.remove({ entity_id, user_id: carol.id });
  });

  it('is joined before it becomes private or not at all', async () => {
    const { members } = await newHub({ alice: 7, outsider: 7 });
    const { alice, outsider } = members;
    for (let round = 0; round < 6; round++) {
      const entity_id = await publicRoom(alice);
      const [, joined] = await Promise.all([
        alice.room.update({ entity_id, visibility: 'private' }),
        outsider.room
          .add({ entity_id, user_id: outsider.id })
          .catch((error) => error.code as string),
      ]);
      const { events } = await alice.chat.sync({ since: 0, limit: 1000 });
      const names = events.flatMap((event) => (event.stream === entity_id ? event.name : []));
      if (typeof joined !== 'string')
        expect(names).to.deep.equal(['room.create', 'room.add', 'room.update']);
      else
        expect([joined, ...names]).to.deep.equal(['ROOM_NOT_FOUND', 'room.create', 'room.update']);
    }
  });

  it('accepts public and private only; echoId compares the visibility too', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    const entity_id = await newRoom(alice);
    for (const value of ['', 'Public', 'open', 1, true])
      for (const [method, body] of [
        ['room.create', { name: 'Room', visibility: value }],
        ['room.update', { entity_id, visibility: value }],
      ] as const)
        await refusedInputs(alice, method, [['visibility', body]]);
    const made = await alice.room.create({ name: 'Open', visibility: 'public', echoId: 'a-key' });
    const again = await alice.room.create({ name: 'Open', visibility: 'public', echoId: 'a-key' });
    expect(again).to.deep.include({ entity_id: made.entity_id, visibility: 'public' });
    await refused(alice.room.create({ name: 'Open', echoId: 'a-key' }), 'ECHO_ID_CONFLICT');
    await alice.room.create({ name: 'Closed', echoId: 'b-key' });
    await alice.room.create({ name: 'Closed', visibility: 'private', echoId: 'b-key' });
    await refused(
      alice.room.create({ name: 'Closed', visibility: 'public', echoId: 'b-key' }),
      'ECHO_ID_CONFLICT',
    );
  });
});
