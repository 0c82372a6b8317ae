import { expect } from 'chai';
import { ownApp } from '../../support/app.ts';
import { upload } from '../../support/files.ts';
import {
  people,
  personOf,
  postToRoom,
  postToUser,
  refusal,
  refusals,
  rest,
  roomIdOf,
  roomJidOf,
  sdkRoom,
} from '../../support/genesys.ts';
import { newRoom } from '../../support/hub.ts';
import { once } from '../../support/wait.ts';
import { abandon, wireToDatabase } from '../../support/wire.ts';
import { ErrorBody } from './models.ts';

/**
 * The response of a service that loses its database. It comes after attempts that take seconds, in
 * which other tests run.
 */
const askDuringOutage = once(async () => {
  const { alice } = await people({ alice: 7 });
  await using wire = await wireToDatabase();
  const own = await ownApp({}, undefined, wire.address);
  wire.cut();
  const response = await rest('GET', '/users/me', { token: alice.native.token }, own);
  abandon(own);
  return response;
});

const cast = () => people({ alice: 31, bob: 7, carol: 7, outsider: 7 });

describe('An SDK and a native client share one store', () => {
  before(() => void askDuringOutage().catch(() => {}));

  it('a message of the SDK arrives as chat.post at a member’s socket', async () => {
    const { alice, bob } = await cast();
    const room = await sdkRoom(alice, bob);
    using device = await bob.native.device();
    const id = await postToRoom(alice, room, 'from the SDK', { mentions: [bob.id] });
    const { entity_id, actor_id, data } = await device.next('chat.post');
    expect({ entity_id, actor_id }).to.deep.equal({
      entity_id: roomIdOf(room),
      actor_id: alice.id,
    });
    expect(data).to.deep.include({
      message_id: id,
      message: 'from the SDK',
      mention_ids: [bob.id],
    });
    const direct = await postToUser(alice, bob, 'to you');
    const event = await device.next('chat.post');
    expect([event.entity_id, event.data.room_id === data.room_id]).to.deep.equal([alice.id, false]);
    expect(event.data).to.deep.include({ message_id: direct, message: 'to you' });
  });

  it('a chat.post is in the SDK’s history, with its thread and mentions', async () => {
    const { alice, bob } = await cast();
    const room = await sdkRoom(alice, bob);
    const post = (more: object) =>
      bob.native.chat.post({ entity_id: roomIdOf(room), message: 'native', ...more });
    const { message_id: root, ctime_ms } = await post({ mention_ids: [alice.id] });
    const { message_id: reply } = await post({ thread_id: root });
    const { entities } = await alice.sdk.getChatsRoomMessages(room);
    const same = { jid: bob.jid, toJid: room, body: 'native', user: bob.ref, thread: { id: root } };
    expect(entities.map((message) => message.id)).to.deep.equal([root, reply]);
    expect(entities[0]).to.deep.include({ ...same, mentions: { [alice.id]: alice.jid } });
    expect(entities[0]?.dateCreated).to.equal(new Date(ctime_ms).toISOString());
    expect(entities[1]).to.deep.include({ ...same, parentThread: { id: root } });
    const { message_id: direct } = await bob.native.chat.post({
      entity_id: alice.id,
      message: 'to you',
    });
    expect(
      (await alice.sdk.getChatsUserMessages(bob.id)).entities.map((message) => message.id),
    ).to.deep.equal([direct]);
  });

  it('each change by the SDK sends the same events as a native one', async () => {
    const { alice, bob, carol } = await cast();
    using device = await bob.native.device();
    const room = await sdkRoom(alice, bob);
    expect((await device.next('room.create')).data).to.include({
      name: 'Room',
      room_id: roomIdOf(room),
    });
    await alice.sdk.patchChatsRoom(room, { subject: 'Crew', description: 'weekly' });
    expect((await device.next('room.update')).data).to.include({
      name: 'Crew',
      description: 'weekly',
    });
    await alice.sdk.postChatsRoomParticipant(room, carol.id);
    expect((await device.next('room.add')).data.user_ids).to.deep.equal([carol.id]);
    const id = await postToRoom(alice, room);
    await alice.sdk.patchChatsRoomMessage(room, id, { message: 'Ho' });
    expect((await device.next('chat.edit')).data).to.deep.include({
      message_id: id,
      message: 'Ho',
    });
    await alice.sdk.postChatsRoomMessagesPins(room, { pinnedMessageIds: [id] });
    expect((await device.next('chat.pin')).data.message_id).to.equal(id);
    await carol.sdk.putChatsMessageReactions(id, { reactions: ['👍'] });
    expect((await device.next('chat.set_reactions')).data).to.deep.include({
      emojis: ['👍'],
      given: ['👍'],
    });
    await alice.sdk.deleteChatsRoomMessagesPin(room, id);
    expect((await device.next('chat.unpin')).data.message_id).to.equal(id);
    await alice.sdk.deleteChatsRoomMessage(room, id);
    expect((await device.next('chat.delete')).data).to.include({ message_id: id, option: 'all' });
    await alice.sdk.deleteChatsRoomParticipant(room, carol.id);
    expect((await device.next('room.remove')).data.user_ids).to.deep.equal([carol.id]);
    await alice.sdk.patchChatsSettings({ reactionsEnabled: false });
    expect((await device.next('setting.patch')).data.reactions_enabled).to.equal(0);
  });

  it('native edits, pins, reactions and deletions show in the SDK', async () => {
    const { alice, bob } = await cast();
    const room = await sdkRoom(alice, bob);
    const id = await postToRoom(bob, room, 'first');
    await bob.native.chat.edit({ message_id: id, message: 'second' });
    await bob.native.chat.pin({ message_id: id });
    await bob.native.chat.react({ message_id: id, emoji: '👍', state: 1 });
    const message = await alice.sdk.getChatsMessage(id);
    expect(message).to.deep.include({
      body: 'second',
      edited: true,
      reactions: [{ emoji: '👍', users: [bob.ref] }],
    });
    expect((await alice.sdk.getChatsRoom(room)).pinnedMessages?.map((pin) => pin.id)).to.deep.equal(
      [id],
    );
    await bob.native.chat.delete({ option: 'all', messages: [id] });
    await refusal(alice.sdk.getChatsMessage(id), 404, 'not.found');
    expect((await alice.sdk.getChatsRoom(room)).pinnedMessages).to.deep.equal([]);
  });

  it('a message that a member hid is missing in their SDK only', async () => {
    const { alice, bob } = await cast();
    const room = await sdkRoom(alice, bob);
    const id = await postToRoom(alice, room);
    await bob.native.chat.delete({ option: 'me', messages: [id] });
    await refusal(bob.sdk.getChatsMessage(id), 404, 'not.found');
    expect((await bob.sdk.getChatsRoomMessages(room)).entities).to.deep.equal([]);
    expect((await alice.sdk.getChatsRoomMessages(room)).entities).to.have.length(1);
  });

  it('a native public room can be read, joined and left by the SDK', async () => {
    const { alice, bob, outsider } = await cast();
    const { entity_id: id } = await alice.native.room.create({
      name: 'Lobby',
      visibility: 'public',
    });
    const jid = roomJidOf(alice.native.hubId, id);
    const room = await outsider.sdk.getChatsRoom(jid);
    expect(room).to.include({ id, roomType: 'group', name: 'Lobby' });
    expect(room.jid).to.equal((await outsider.sdk.getChatsRoom(id)).jid);
    const outside = () => [
      outsider.sdk.getChatsRoomMessages(jid),
      outsider.sdk.postChatsRoomMessages(jid, { message: 'let me in' }),
      outsider.sdk.postChatsRoomParticipant(jid, bob.id),
    ];
    await refusals(outside(), 403, 'not.authorized');
    await outsider.sdk.postChatsRoomParticipant(jid, outsider.id);
    await outsider.sdk.postChatsRoomParticipant(jid, outsider.id);
    const message = await postToRoom(outsider, jid, 'hello');
    expect(
      (await alice.native.chat.messages({ entity_id: id })).map((it) => it.message_id),
    ).to.deep.equal([message]);
    expect((await bob.sdk.getUsersChatsMe()).entities).to.deep.equal([]);
    await outsider.sdk.deleteChatsRoomParticipant(id, outsider.id);
    await refusals(outside(), 403, 'not.authorized');
  });

  it('a private room that was created natively is an adhoc room with a JID', async () => {
    const { alice, bob } = await cast();
    const id = await newRoom(alice.native, bob.native);
    const jid = roomJidOf(alice.native.hubId, id);
    expect(await bob.sdk.getChatsRoom(jid)).to.include({
      id: jid,
      jid,
      roomType: 'adhoc',
      name: 'Room',
      subject: 'Room',
    });
    const { entities } = await bob.sdk.getUsersChatsMe();
    expect(entities.map((item) => [item.id, item.name, item.chatType])).to.deep.equal([
      [jid, 'Room', 'adhoc'],
    ]);
  });

  it('a room that becomes public natively keeps its JID and gets its UUID as id', async () => {
    const { alice, outsider } = await cast();
    const room = await sdkRoom(alice);
    await refusal(outsider.sdk.getChatsRoom(room), 404, 'not.found');
    await alice.native.room.update({ entity_id: roomIdOf(room), visibility: 'public' });
    expect(await outsider.sdk.getChatsRoom(room)).to.include({
      id: roomIdOf(room),
      jid: room,
      roomType: 'group',
    });
    await outsider.sdk.postChatsRoomParticipant(roomIdOf(room), outsider.id);
    expect(
      (await outsider.sdk.getUsersChatsMe()).entities.map((item) => [item.id, item.chatType]),
    ).to.deep.equal([[roomIdOf(room), 'group']]);
  });

  it('a file that was sent natively without text is a message in the SDK’s history', async () => {
    const { alice, bob } = await cast();
    const room = await sdkRoom(alice, bob);
    const { nid } = await upload(bob.native);
    await bob.native.chat.post({ entity_id: roomIdOf(room), attachment: [nid] });
    const { entities } = await alice.sdk.getChatsRoomMessages(room);
    expect(entities.map((message) => [message.body, message.jid])).to.deep.equal([['', bob.jid]]);
  });

  it('a conversation that a member archived is closed and can be excluded', async () => {
    const { alice, bob, carol } = await cast();
    await postToUser(alice, bob);
    await postToUser(carol, bob);
    await bob.native.chat.change_status({ entity_id: alice.id, status: 'archived' });
    const listed = async (options: object) =>
      (await bob.sdk.getUsersChatsMe(options)).entities.map((item) => [item.id, item.open]);
    expect(await listed({})).to.have.deep.members([
      [alice.id, false],
      [carol.id, true],
    ]);
    expect(await listed({ excludeClosed: false })).to.have.length(2);
    expect(await listed({ excludeClosed: true })).to.deep.equal([[carol.id, true]]);
    await postToUser(alice, bob, 'again');
    expect((await listed({ excludeClosed: true }))[0]).to.deep.equal([alice.id, true]);
  });

  it('a user who is removed from a room by either client no longer finds it', async () => {
    const { alice, bob, carol } = await cast();
    const room = await sdkRoom(alice, bob, carol);
    const id = await postToRoom(alice, room);
    await alice.native.room.remove({ entity_id: roomIdOf(room), user_id: bob.id });
    await alice.sdk.deleteChatsRoomParticipant(room, carol.id);
    for (const { sdk } of [bob, carol]) {
      const calls = [
        sdk.getChatsRoom(room),
        sdk.getChatsRoomMessages(room),
        sdk.getChatsMessage(id),
        sdk.getChatsThreadMessages(id),
        sdk.getChatsRoomParticipants(room),
        sdk.postChatsRoomMessages(room, { message: 'still here?' }),
      ];
      await refusals(calls, 404, 'not.found');
    }
    await refusal(alice.sdk.getChatsRoomParticipant(room, bob.jid), 404, 'not.found');
    await refusal(alice.sdk.deleteChatsRoomParticipant(room, bob.id), 404, 'not.found');
    expect((await alice.sdk.getChatsRoomMessages(room)).entities).to.have.length(1);
  });

  it('an archived room is read-only for the SDK: 409', async () => {
    const { alice, bob, carol } = await cast();
    const room = await sdkRoom(alice, bob);
    const id = await postToRoom(bob, room);
    const archive = (status: 'archived' | 'active') =>
      alice.native.chat.change_status({ entity_id: roomIdOf(room), status, for: 'all' });
    await archive('archived');
    const calls = [
      bob.sdk.postChatsRoomMessages(room, { message: 'late' }),
      bob.sdk.patchChatsRoomMessage(room, id, { message: 'late' }),
      bob.sdk.postChatsRoomMessagesPins(room, { pinnedMessageIds: [id] }),
      bob.sdk.postChatsRoomParticipant(room, carol.id),
    ];
    await refusals(calls, 409, 'general.conflict');
    expect(
      (await bob.sdk.getChatsRoomMessages(room)).entities.map((message) => message.body),
    ).to.deep.equal(['Hi']);
    await archive('active');
    await postToRoom(bob, room, 'again');
  });

  it('only owners and admins remove others; the oldest participant inherits', async () => {
    const { bob, carol, outsider } = await cast();
    const room = await sdkRoom(bob, carol);
    await bob.sdk.postChatsRoomParticipant(room, outsider.id);
    await refusal(carol.sdk.deleteChatsRoomParticipant(room, outsider.id), 403, 'not.authorized');
    await refusal(carol.sdk.patchChatsRoom(room, { ownerIds: [carol.id] }), 403, 'not.authorized');
    await bob.sdk.deleteChatsRoomParticipant(room, bob.id);
    expect((await carol.sdk.getChatsRoom(room)).owners).to.deep.equal([carol.ref]);
    await carol.sdk.patchChatsRoom(room, { ownerIds: [outsider.id, carol.id] });
    expect((await carol.sdk.getChatsRoom(room)).owners).to.have.deep.members([
      carol.ref,
      outsider.ref,
    ]);
    for (const ownerIds of [[], [bob.id], ['nobody']])
      await refusal(carol.sdk.patchChatsRoom(room, { ownerIds }), 400);
    expect((await carol.sdk.getChatsRoom(room)).owners).to.have.length(2);
  });

  it('users/chats/me lists the native conversations, 45 a page, each once', async () => {
    const { alice, bob, hub } = await cast();
    const create = (_: unknown, n: number) => alice.native.room.create({ name: `Room ${n}` });
    await Promise.all(Array.from({ length: 47 }, create));
    await postToUser(bob, alice, 'last');
    const first = await alice.sdk.getUsersChatsMe({
      includePresence: true,
      includeRoomOwners: true,
      excludeClosed: true,
    });
    expect(first.entities).to.have.length(45);
    expect(first.entities[0]).to.deep.include({ id: bob.id, chatType: 'oneOnOne', open: true });
    expect(first.entities[0]?.user).to.include({ id: bob.id, jid: bob.jid, name: 'bob Test' });
    const after = new URL(first.nextUri ?? '', 'http://hub').searchParams.get('after');
    const second = await alice.sdk.getUsersChatsMe({ after });
    expect(second.nextUri).to.equal(undefined);
    const followed = await rest('GET', first.nextUri?.replace('/api/v2', '') ?? '', {
      token: alice.native.token,
    });
    expect(followed.body.entities.map((it: { id: string }) => it.id)).to.deep.equal(
      second.entities.map((it) => it.id),
    );
    const all = [...first.entities, ...second.entities];
    expect(new Set(all.map((item) => item.id)).size).to.equal(48);
    expect(
      all.filter((item) => item.chatType === 'adhoc' && item.room?.subject?.startsWith('Room')),
    ).to.have.length(47);
    for (const bad of ['!', 'x y', 'a'.repeat(200)])
      await refusal(alice.sdk.getUsersChatsMe({ after: bad }), 400);
    const late = personOf(await hub.join('late'));
    expect((await late.sdk.getUsersChatsMe()).entities).to.deep.equal([]);
  });
});

describe('A service that fails', () => {
  it('returns the 503 of Genesys while the database is unavailable', async () => {
    const { status, body } = await askDuringOutage();
    expect([status, ErrorBody.parse(body).code]).to.deep.equal([503, 'service.unavailable']);
  });
});
