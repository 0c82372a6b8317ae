import { expect } from 'chai';
import { ownApp } from '../../support/app.ts';
import { refusedInputs } from '../../support/caller.ts';
import { type Member, newHub, newRoom, raw, refused } from '../../support/hub.ts';
import type { Device } from '../../support/socket.ts';
import { expectMembersOnly, posts, unknownIds } from './support.ts';

const receipts = (device: Device, reader: Member): number[] =>
  device.received.flatMap((event) =>
    event.name === 'chat.acknowledge' && event.data.user_id === reader.id ? event.data.ordinal : [],
  );

describe('chat.acknowledge', () => {
  it('returns the new read pointer and the remaining unread count', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const [, second = ''] = await posts(bob, alice.id, 3);
    const reply = await alice.chat.acknowledge({ message_id: second });
    const [row] = await alice.chat.chat_rooms();
    expect(reply).to.deep.include({
      message_id: second,
      entity_id: bob.id,
      room_id: row?.room_id,
      user_id: alice.id,
      ordinal: 2,
      unread: 1,
    });
    expect(row).to.include({ pointer: 2, unread_count: 1 });
    const init = {
      token: alice.token,
      hubId: alice.hubId,
      body: { message_id: second, socket_id: 's', peer_id: 7 },
    };
    const { body } = await raw('chat.acknowledge', init);
    expect(body.data).to.include({
      peer_id: bob.id,
      uid: alice.id,
      entity_id: bob.id,
      user_id: alice.id,
    });
  });

  it('never moves the pointer back, and publishes nothing when it is unchanged', async () => {
    let now = Date.now() + 3_600_000;
    await using app = await ownApp({}, () => now);
    const { members } = await newHub({ alice: 7, bob: 7 }, app);
    const { alice, bob } = members;
    const [first = '', , third = ''] = await posts(bob, alice.id, 3);
    await alice.chat.acknowledge({ message_id: third });
    const { seq } = await alice.chat.sync({ since: 0 });
    for (const id of [first, third]) {
      now += 2000;
      expect(await alice.chat.acknowledge({ message_id: id })).to.include({
        ordinal: 3,
        unread: 0,
      });
    }
    const { message_id: own } = await alice.chat.post({ entity_id: bob.id, message: 'own' });
    now += 2000;
    expect(await alice.chat.acknowledge({ message_id: own })).to.include({ ordinal: 4, unread: 0 });
    const { events } = await alice.chat.sync({ since: seq });
    expect(events.map((event) => event.name)).to.deep.equal(['chat.post']);
  });

  it('reaches every device of both sides of a direct conversation, and no others', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const {
      message_id: id,
      room_id: room,
      seq,
    } = await bob.chat.post({ entity_id: alice.id, message: 'Hi' });
    using reader = await alice.device();
    using other = await alice.device();
    using peer = await bob.device();
    using stranger = await carol.device();
    await alice.chat.acknowledge({ message_id: id });
    const data = { room_id: room, user_id: alice.id, ordinal: 1, message_id: id };
    for (const device of [reader, other]) {
      const event = await device.next('chat.acknowledge');
      expect(event).to.deep.include({
        entity_id: bob.id,
        room_id: room,
        stream: room,
        prev: seq,
        data,
      });
    }
    const event = await peer.next('chat.acknowledge');
    expect(event).to.deep.include({ entity_id: alice.id, actor_id: alice.id, seq: seq + 1, data });
    await bob.chat.post({ entity_id: carol.id, message: 'the only event' });
    await stranger.next('chat.post');
    expect(stranger.received).to.have.length(1);
  });

  it('reaches all participants of a group, not removed members or other members', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, removed: 7, dave: 7 });
    const { alice, bob, carol, removed, dave } = members;
    const room = await newRoom(alice, bob, carol, removed);
    const [id = ''] = await posts(bob, room, 1);
    await alice.room.remove({ entity_id: room, user_id: removed.id });
    using author = await bob.device();
    using third = await carol.device();
    using former = await removed.device();
    using stranger = await dave.device();
    await alice.chat.acknowledge({ message_id: id });
    for (const device of [author, third]) {
      const event = await device.next('chat.acknowledge');
      expect(event).to.deep.include({ entity_id: room, stream: room, actor_id: alice.id });
    }
    for (const [member, device] of [[removed, former] as const, [dave, stranger] as const]) {
      await bob.chat.post({ entity_id: member.id, message: 'the only event' });
      await device.next('chat.post');
      expect(device.received).to.have.length(1);
    }
  });

  it('reaches only the reader’s own devices in a room of more than 100 members', async () => {
    const { members, crowd } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const [last, ...others] = await crowd(98);
    const room = await newRoom(bob, alice, carol, ...others);
    const [first = '', second = ''] = await posts(bob, room, 2);
    using author = await bob.device();
    using reader = await carol.device();
    using other = await carol.device();

    await alice.chat.acknowledge({ message_id: first });
    expect((await author.next('chat.acknowledge')).data).to.include({
      user_id: alice.id,
      ordinal: 1,
    });
    expect(await alice.room.add({ entity_id: room, user_id: last?.id })).to.include({
      member_count: 101,
    });
    await carol.chat.acknowledge({ message_id: second });
    await carol.chat.post({ entity_id: room, message: 'after it' });
    await author.next('chat.post');
    for (const device of [reader, other]) {
      await device.next('chat.post');
      expect(receipts(device, carol)).to.deep.equal([2]);
    }
    expect(receipts(author, carol)).to.deep.equal([]);
    const { events } = await bob.chat.sync({ since: 0 });
    expect(events.filter((event) => event.name === 'chat.acknowledge')).to.have.length(1);
  });

  it('sends at most one receipt per second, reader and room; the last pointer wins', async () => {
    let now = Date.now() + 3_600_000;
    await using app = await ownApp({}, () => now);
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 }, app);
    const { alice, bob, carol } = members;
    const room = await newRoom(bob, alice, carol);
    const [first = '', second = '', third = ''] = await posts(bob, room, 3);
    const [direct = ''] = await posts(bob, alice.id, 1);
    using author = await bob.device();

    await alice.chat.acknowledge({ message_id: first });
    expect((await author.next('chat.acknowledge')).data).to.include({ ordinal: 1 });
    now += 500;
    expect(await alice.chat.acknowledge({ message_id: second })).to.include({
      ordinal: 2,
      unread: 1,
    });
    now += 499;
    expect(await alice.chat.acknowledge({ message_id: third })).to.include({
      ordinal: 3,
      unread: 0,
    });
    // Another reader, and another room, have their own second.
    await carol.chat.acknowledge({ message_id: first });
    expect((await author.next('chat.acknowledge')).data).to.include({ user_id: carol.id });
    await alice.chat.acknowledge({ message_id: direct });
    expect(await author.next('chat.acknowledge')).to.include({ entity_id: alice.id });
    now += 1;
    const event = await author.next('chat.acknowledge');
    expect(event).to.deep.include({ entity_id: room, stream: room, actor_id: alice.id });
    expect(event.data).to.include({ user_id: alice.id, ordinal: 3, message_id: third });
    const { events } = await bob.chat.sync({ since: event.seq - 1 });
    expect(events.map((synced) => synced.data)).to.deep.equal([event.data]);
  });

  it('does not publish a waiting receipt that a later one has replaced', async () => {
    let now = Date.now() + 7_200_000;
    await using app = await ownApp({}, () => now);
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 }, app);
    const { alice, bob, carol } = members;
    const room = await newRoom(carol, alice, bob);
    const [first = '', second = '', third = ''] = await posts(carol, room, 3);
    using author = await carol.device();
    await alice.chat.acknowledge({ message_id: first });
    now += 100;
    await bob.chat.acknowledge({ message_id: first });
    await bob.chat.acknowledge({ message_id: second });
    await alice.chat.acknowledge({ message_id: second });
    now += 900;
    await alice.chat.acknowledge({ message_id: third });
    now += 100;
    // Waiting receipts are published in the order in which they are due: one of Alice's would come
    // before this.
    while (receipts(author, bob).length < 2) await author.next('chat.acknowledge');
    const received = receipts(author, alice);
    expect(received).to.have.length(2);
    expect(new Set(received).size).to.equal(2);
  });

  it('fails with MESSAGE_NOT_FOUND for a message that the caller cannot see', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, removed: 7 });
    const { alice, bob, carol, removed } = members;
    const { members: others } = await newHub({ stranger: 7 });
    const room = await newRoom(alice, bob, removed);
    const [hidden = '', deleted = '', kept = ''] = await posts(alice, room, 3);
    await bob.chat.delete({ option: 'me', messages: [hidden] });
    await alice.chat.delete({ option: 'all', messages: [deleted] });
    await alice.room.remove({ entity_id: room, user_id: removed.id });
    const seen = (member: Member, id: string) =>
      refused(member.chat.acknowledge({ message_id: id }), 'MESSAGE_NOT_FOUND');
    for (const id of [hidden, deleted, room, ...unknownIds]) await seen(bob, id);
    for (const member of [carol, removed, others.stranger]) await seen(member, kept);
    expect(await bob.chat.acknowledge({ message_id: kept })).to.include({ unread: 0 });
  });

  it('fails with INVALID_INPUT, naming message_id, when that is not a string', async () => {
    const { members } = await newHub({ alice: 7 });
    await refusedInputs(members.alice, 'chat.acknowledge', [
      ['message_id', {}],
      ['message_id', { message_id: 7 }],
      ['message_id', { message_id: null }],
      ['message_id', { message_id: ['x'] }],
    ]);
  });

  it('rejects viewers, other hubs’ members, calls without a token, and GET', async () => {
    const { members, id: hubId } = await newHub({ alice: 7, bob: 7, viewer: 3 });
    const { alice, bob, viewer } = members;
    const [id = ''] = await posts(bob, viewer.id, 1);
    await refused(viewer.chat.acknowledge({ message_id: id }), 'PERMISSION_DENIED');
    const body = { message_id: id };
    await expectMembersOnly('chat.acknowledge', hubId, body);
    const query = `?message_id=${id}`;
    expect(
      (await raw('chat.acknowledge', { token: alice.token, hubId, verb: 'GET', query })).status,
    ).to.equal(405);
  });
});
