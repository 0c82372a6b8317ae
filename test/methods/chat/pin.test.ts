import { expect } from 'chai';
import { MessageData } from '../../../acl/entities/message.ts';
import { app, ownApp } from '../../support/app.ts';
import { clientOf, platform, refusedInputs } from '../../support/caller.ts';
import { position } from '../../support/events.ts';
import { type Member, newHub, newRoom, raw, refused } from '../../support/hub.ts';

/** Where the hub's log stands. */

const post = async (
  author: Member,
  entityId: string,
  message = 'Hi',
  params: object = {},
): Promise<string> =>
  (await author.chat.post({ entity_id: entityId, message, ...params })).message_id;

/** So many messages, from the oldest to the newest. */
async function posts(author: Member, entityId: string, n: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < n; i++) ids.push(await post(author, entityId, `${i}`));
  return ids;
}

/** The ids of what is pinned, the newest pin first. */
const pinned = async (member: Member, entityId: string): Promise<string[]> =>
  (await member.chat.pins({ entity_id: entityId })).map((pin) => pin.message_id);

const pinAll = async (member: Member, ids: readonly string[]): Promise<void> => {
  for (const id of ids) await member.chat.pin({ message_id: id });
};

/** Of a listed pin the message, as events show it. */
const messageOf = (pin: unknown) => MessageData.strip().parse(pin);

describe('Pinning', () => {
  it('pins a message for everybody in the room, with one event to every device of each', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, dan: 7 });
    const { alice, bob, carol, dan } = members;
    const room = await newRoom(alice, bob, carol);
    const question = await post(alice, room, 'question');
    const answer = await post(bob, room, 'answer', {
      thread_id: question,
      mention_ids: [alice.id],
    });
    await carol.chat.react({ message_id: answer, emoji: '👍' });
    const seq = await position(alice);
    const devices = [
      await alice.device(),
      await bob.device(),
      await bob.device(),
      await carol.device(),
    ];
    using stranger = await dan.device();
    expect(await bob.chat.pin({ message_id: answer })).to.deep.equal({
      message_id: answer,
      entity_id: room,
      room_id: room,
      is_pinned: 1,
    });
    const [pin] = await alice.chat.pins({ entity_id: room });
    const message = messageOf(pin);
    expect(pin).to.include({ entity_id: room, seq: seq - 1, pinned_by: bob.id });
    expect(message).to.include({
      message_id: answer,
      message: 'answer',
      author_id: bob.id,
      thread_id: question,
    });
    expect(message.thread).to.include({ message: 'question' });
    expect(message.reactions).to.deep.equal([{ emoji: '👍', count: 1, user_ids: [carol.id] }]);
    expect(message.mention_ids).to.deep.equal([alice.id]);
    for (const device of devices) {
      const event = await device.next('chat.pin');
      expect(event).to.include({
        seq: seq + 1,
        prev: seq,
        stream: room,
        room_id: room,
        entity_id: room,
      });
      expect(event).to.include({ hub_id: bob.hubId, actor_id: bob.id });
      expect(event.data).to.deep.equal({
        room_id: room,
        message_id: answer,
        user_id: bob.id,
        pinned_ms: pin?.pinned_ms,
        message,
      });
    }
    await post(dan, alice.id, 'something that Dan does hear');
    await stranger.next('chat.post');
    expect(stranger.heard).to.have.length(1);
    for (const device of devices) {
      expect(device.heard.filter((event) => event.name === 'chat.pin')).to.have.length(1);
      device.close();
    }
  });

  it('takes a pin away for everybody, whoever pinned, with one event', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob, carol);
    const [kept = '', gone = ''] = await posts(alice, room, 2);
    await pinAll(alice, [kept, gone]);
    const seq = await position(alice);
    const devices = [await alice.device(), await bob.device(), await carol.device()];
    expect(await carol.chat.unpin({ message_id: gone })).to.deep.equal({
      message_id: gone,
      entity_id: room,
      room_id: room,
      is_pinned: 0,
    });
    for (const device of devices) {
      const event = await device.next('chat.unpin');
      expect(event).to.include({
        seq: seq + 1,
        prev: seq,
        stream: room,
        entity_id: room,
        actor_id: carol.id,
      });
      expect(event.data).to.deep.equal({ room_id: room, message_id: gone, user_id: carol.id });
      device.close();
    }
    for (const member of [alice, bob, carol])
      expect(await pinned(member, room)).to.deep.equal([kept]);
  });

  it('works in a direct conversation, which each side addresses by the other', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { message_id: id, room_id } = await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    using mine = await bob.device();
    using other = await alice.device();
    expect(await bob.chat.pin({ message_id: id })).to.deep.equal({
      message_id: id,
      entity_id: alice.id,
      room_id,
      is_pinned: 1,
    });
    expect(await mine.next('chat.pin')).to.include({ room_id, entity_id: alice.id });
    expect(await other.next('chat.pin')).to.include({ room_id, entity_id: bob.id });
    for (const [member, peer] of [
      [alice, bob],
      [bob, alice],
    ] as const) {
      const [pin] = await member.chat.pins({ entity_id: peer.id });
      expect(pin).to.include({ message_id: id, entity_id: peer.id, pinned_by: bob.id });
    }
    expect(await alice.chat.unpin({ message_id: id })).to.include({
      entity_id: bob.id,
      is_pinned: 0,
    });
    expect(await mine.next('chat.unpin')).to.include({ room_id, entity_id: alice.id });
  });

  it('lists the newest pin first, not the newest message, each at a time of its own, even while the clock stands', async () => {
    const time = Date.now();
    await using own = await ownApp({}, () => time);
    const { members } = await newHub({ alice: 7, bob: 7 }, own);
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const [a = '', b = '', c = '', d = ''] = await posts(alice, room, 4);
    const order = [c, a, d, b];
    for (const [n, id] of order.entries())
      await (n % 2 === 0 ? alice : bob).chat.pin({ message_id: id });
    const pins = await bob.chat.pins({ entity_id: room });
    expect(pins.map((pin) => pin.message_id)).to.deep.equal([...order].reverse());
    expect(pins.map((pin) => pin.pinned_by)).to.deep.equal([bob.id, alice.id, bob.id, alice.id]);
    for (const [n, pin] of pins.slice(1).entries())
      expect(pin.pinned_ms).to.be.below(pins[n]?.pinned_ms ?? 0);
    await bob.chat.unpin({ message_id: a });
    await bob.chat.pin({ message_id: a });
    expect(await pinned(alice, room), 'pinned anew').to.deep.equal([a, b, d, c]);
  });

  it('says nothing and takes no number when nothing changes', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const [one = '', other = ''] = await posts(alice, room, 2);
    await alice.chat.pin({ message_id: one });
    const before = await alice.chat.pins({ entity_id: room });
    using device = await alice.device();
    expect(await bob.chat.pin({ message_id: one })).to.include({ message_id: one, is_pinned: 1 });
    expect(await bob.chat.unpin({ message_id: other })).to.include({
      message_id: other,
      is_pinned: 0,
    });
    expect(await position(alice)).to.equal(device.ready.seq);
    expect(await bob.chat.pins({ entity_id: room }), 'pinned by the first').to.deep.equal(before);
    await bob.chat.unpin({ message_id: one });
    expect(await device.next('chat.unpin')).to.include({ seq: device.ready.seq + 1 });
    expect(device.heard).to.have.length(1);
  });

  it('refuses the sixth with PIN_LIMIT and changes nothing; unpinning one frees its place', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    for (const entity of [await newRoom(alice, bob), bob.id]) {
      const ids = await posts(alice, entity, 6);
      const [first = '', , , , , sixth = ''] = ids;
      await pinAll(alice, ids.slice(0, 5));
      const seq = await position(alice);
      const set = await alice.chat.pins({ entity_id: entity });
      const refusal = await refused(bob.chat.pin({ message_id: sixth }), 'PIN_LIMIT');
      expect(refusal.details.join()).to.match(/^message_id: /);
      expect(await alice.chat.pins({ entity_id: entity })).to.deep.equal(set);
      expect(await position(alice)).to.equal(seq);
      expect(await bob.chat.pin({ message_id: first }), 'it is pinned already').to.include({
        is_pinned: 1,
      });
      await bob.chat.unpin({ message_id: first });
      await bob.chat.pin({ message_id: sixth });
      expect(await pinned(alice, entity)).to.deep.equal([...ids.slice(1)].reverse());
      await refused(alice.chat.pin({ message_id: first }), 'PIN_LIMIT');
    }
    const elsewhere = await post(alice, await newRoom(alice, bob));
    expect(await alice.chat.pin({ message_id: elsewhere })).to.include({ is_pinned: 1 });
  });

  it('lets exactly five of six at once in, one pin each', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const all: Member[] = Object.values(members);
    const { alice, bob, carol } = members;
    for (let round = 0; round < 3; round++) {
      const room = await newRoom(alice, bob, carol);
      const ids = await posts(alice, room, 6);
      const seq = await position(alice);
      const outcomes = await Promise.allSettled(
        ids.map((id, n) => (all[n % 3] as Member).chat.pin({ message_id: id })),
      );
      const codes = outcomes.map((outcome) =>
        outcome.status === 'rejected' ? outcome.reason.code : 'ok',
      );
      expect(codes.sort()).to.deep.equal(['PIN_LIMIT', 'ok', 'ok', 'ok', 'ok', 'ok']);
      const { events } = await bob.chat.sync({ since: seq });
      const pins = await bob.chat.pins({ entity_id: room });
      expect(new Set(pins.map((pin) => pin.pinned_ms)).size).to.equal(5);
      expect(events.map((event) => event.data.message_id).reverse()).to.deep.equal(
        pins.map((pin) => pin.message_id),
      );
    }
  });

  it('pins once when all pin the same at once, and unpins once', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const all: Member[] = Object.values(members);
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob, carol);
    const id = await post(alice, room);
    for (const verb of ['pin', 'unpin', 'pin', 'unpin'] as const) {
      const seq = await position(alice);
      await Promise.all([...all, ...all].map((member) => member.chat[verb]({ message_id: id })));
      expect(await position(alice)).to.equal(seq + 1);
      expect(await pinned(bob, room)).to.deep.equal(verb === 'pin' ? [id] : []);
    }
  });

  it('lets go of what is deleted for all, and hides from one alone what he deleted for himself', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    for (const [entity, reader, mine] of [
      [await newRoom(alice, bob, carol), carol, undefined],
      [bob.id, bob, alice.id],
    ] as const) {
      const ids = await posts(alice, entity, 6);
      const [deleted = '', hidden = '', , , , sixth = ''] = ids;
      await pinAll(alice, ids.slice(0, 5));
      const place = mine ?? entity;
      await reader.chat.delete({ option: 'me', messages: [hidden] });
      const rest = ids.slice(2, 5).reverse();
      expect(await pinned(reader, place)).to.deep.equal([...rest, deleted]);
      expect(await pinned(alice, entity)).to.deep.equal([...rest, hidden, deleted]);
      await refused(reader.chat.pin({ message_id: sixth }), 'PIN_LIMIT');
      await alice.chat.delete({ option: 'all', messages: [deleted] });
      expect(await pinned(alice, entity)).to.deep.equal([...rest, hidden]);
      await reader.chat.pin({ message_id: sixth });
      expect(await pinned(reader, place)).to.deep.equal([sixth, ...rest]);
    }
  });

  it('keeps no pin of a message that is deleted at that moment', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob, carol);
    const ids = await posts(alice, room, 8);
    const outcomes = await Promise.allSettled(
      ids.flatMap((id) => [
        bob.chat.pin({ message_id: id }),
        alice.chat.delete({ option: 'all', messages: [id] }),
        carol.chat.pin({ message_id: id }),
      ]),
    );
    for (const outcome of outcomes)
      if (outcome.status === 'rejected')
        expect(outcome.reason.code).to.be.oneOf(['MESSAGE_NOT_FOUND', 'PIN_LIMIT']);
    expect(await pinned(bob, room)).to.deep.equal([]);
    const fresh = await posts(alice, room, 5);
    await pinAll(bob, fresh);
    expect(await pinned(carol, room), 'all five places are free').to.deep.equal(fresh.reverse());
  });

  it('is for every participant, and for nobody else', async () => {
    const { members, operator } = await newHub({ alice: 7, bob: 7, carol: 7, mod: 15, admin: 31 });
    const { alice, bob, carol, mod, admin } = members;
    const { eve } = (await newHub({ eve: 63 })).members;
    const room = await newRoom(alice, bob, carol);
    const [open = '', ...others] = await posts(alice, room, 3);
    const [hidden = '', deleted = ''] = others;
    const direct = await post(alice, bob.id);
    await bob.chat.delete({ option: 'me', messages: [hidden] });
    await alice.chat.delete({ option: 'all', messages: [deleted] });
    await alice.room.remove({ entity_id: room, user_id: carol.id });
    for (const verb of ['pin', 'unpin'] as const) {
      const change = (member: Member, id: string) => member.chat[verb]({ message_id: id });
      for (const outsider of [carol, mod, admin, eve])
        for (const id of [open, direct]) await refused(change(outsider, id), 'MESSAGE_NOT_FOUND');
      for (const id of [hidden, deleted, 'nothing', '', '\u0000', room])
        await refused(change(bob, id), 'MESSAGE_NOT_FOUND');
      await refusedInputs(bob, `chat.${verb}`, [
        ['message_id', {}],
        ['message_id', { message_id: 7 }],
        ['message_id', { message_id: [open] }],
      ]);
      for (const id of [open, direct])
        expect(await change(bob, id)).to.include({ is_pinned: verb === 'pin' ? 1 : 0 });
    }
    await operator.hub.remove_member({ user_id: bob.id });
    await refused(bob.chat.pin({ message_id: open }), 'PERMISSION_DENIED');
  });

  it('is nothing for a viewer, and done by a token that is narrowed to it', async () => {
    const { members, operator } = await newHub({ alice: 7, viewer: 7 });
    const { alice, viewer } = members;
    const id = await post(alice, viewer.id);
    await viewer.chat.pin({ message_id: id });
    await operator.hub.set_privilege({ user_id: viewer.id, privilege: 3 });
    await refused(viewer.chat.unpin({ message_id: id }), 'PERMISSION_DENIED');
    await refused(viewer.chat.pin({ message_id: id }), 'PERMISSION_DENIED');
    await refused(viewer.chat.pins({ entity_id: alice.id }), 'PERMISSION_DENIED');
    expect(await pinned(alice, viewer.id)).to.deep.equal([id]);
    const narrowed = async (grant: 'chat:room:edit' | 'chat:room:view' | 'chat:reactions:edit') => {
      const { token } = await platform().session.issue({ user_id: alice.id, grants: [grant] });
      return clientOf(token, alice.hubId);
    };
    const [editor, reader, other] = [
      await narrowed('chat:room:edit'),
      await narrowed('chat:room:view'),
      await narrowed('chat:reactions:edit'),
    ];
    expect(await editor.chat.unpin({ message_id: id })).to.include({ is_pinned: 0 });
    expect(await editor.chat.pin({ message_id: id })).to.include({ is_pinned: 1 });
    await refused(editor.chat.pins({ entity_id: viewer.id }), 'PERMISSION_DENIED');
    for (const { chat } of [reader, other])
      await refused(chat.unpin({ message_id: id }), 'PERMISSION_DENIED');
    expect(await reader.chat.pins({ entity_id: viewer.id })).to.have.length(1);
    await refused(other.chat.pins({ entity_id: viewer.id }), 'PERMISSION_DENIED');
  });

  it('fails with ROOM_ARCHIVED while the room is archived for all, and shows its pins', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const [one = '', other = ''] = await posts(alice, room, 2);
    await bob.chat.pin({ message_id: one });
    await alice.chat.change_status({ entity_id: room, status: 'archived', for: 'all' });
    const seq = await position(alice);
    for (const verb of ['pin', 'unpin'] as const)
      for (const id of [one, other])
        await refused(bob.chat[verb]({ message_id: id }), 'ROOM_ARCHIVED');
    expect([await pinned(bob, room), await position(alice)]).to.deep.equal([[one], seq]);
    await alice.chat.change_status({ entity_id: room, status: 'active', for: 'all' });
    await bob.chat.pin({ message_id: other });
    await bob.chat.change_status({ entity_id: room, status: 'archived' });
    await bob.chat.unpin({ message_id: one });
    expect(await pinned(alice, room), 'archived for himself alone').to.deep.equal([other]);
  });

  it('fails with INVALID_CONTACT across a block, for both; shared rooms stay open', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const shared = await post(alice, room);
    const [one = '', other = ''] = await posts(alice, bob.id, 2);
    await bob.chat.pin({ message_id: one });
    await alice.contact.block({ entity_id: bob.id });
    for (const member of [alice, bob]) {
      await refused(member.chat.pin({ message_id: other }), 'INVALID_CONTACT');
      await refused(member.chat.unpin({ message_id: one }), 'INVALID_CONTACT');
    }
    expect(await pinned(alice, bob.id)).to.deep.equal([one]);
    expect(await pinned(bob, alice.id)).to.deep.equal([one]);
    expect(await bob.chat.pin({ message_id: shared })).to.include({ is_pinned: 1 });
    await alice.contact.unblock({ entity_id: bob.id });
    expect(await bob.chat.unpin({ message_id: one })).to.include({ is_pinned: 0 });
  });

  it('changes no unread, no order of the lists, and wakes no archived conversation', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const id = await post(alice, bob.id);
    await post(carol, bob.id);
    await bob.chat.change_status({ entity_id: alice.id, status: 'archived' });
    const lists = () =>
      Promise.all([bob.chat.chat_rooms(), bob.chat.chat_rooms({ option: 'archived' })]);
    const before = await lists();
    await alice.chat.pin({ message_id: id });
    expect(await lists()).to.deep.equal(before);
    expect(before.map((rows) => rows.length)).to.deep.equal([1, 1]);
  });

  describe('is listed', () => {
    it('empty for a member with whom nothing was said, and not at all for what one cannot see', async () => {
      const { members } = await newHub({ alice: 7, bob: 7, carol: 7, admin: 31 });
      const { alice, bob, carol, admin } = members;
      const elsewhere = await newHub({ eve: 7, fred: 7 });
      const { eve, fred } = elsewhere.members;
      const foreign = await newRoom(eve, fred);
      const room = await newRoom(alice, bob);
      expect(await alice.chat.pins({ entity_id: bob.id })).to.deep.equal([]);
      expect(await alice.chat.pins({ entity_id: room })).to.deep.equal([]);
      for (const id of ['nothing', '', '\u0000', alice.id, eve.id, foreign])
        await refused(alice.chat.pins({ entity_id: id }), 'ROOM_NOT_FOUND');
      for (const outsider of [carol, admin])
        await refused(outsider.chat.pins({ entity_id: room }), 'ROOM_NOT_FOUND');
      await refusedInputs(alice, 'chat.pins', [
        ['entity_id', {}],
        ['entity_id', { entity_id: 7 }],
      ]);
      const { message_id: id, room_id: direct } = await alice.chat.post({
        entity_id: bob.id,
        message: 'Hi',
      });
      await alice.chat.pin({ message_id: id });
      await refused(alice.chat.pins({ entity_id: direct }), 'ROOM_NOT_FOUND');
      const { body } = await raw('chat.pins', {
        ...bob,
        token: bob.token,
        verb: 'GET',
        query: `?peer_id=${alice.id}`,
      });
      expect(body.data.map((pin: { message_id: string }) => pin.message_id)).to.deep.equal([id]);
    });

    it('whole for who joined late, and no more for who was removed', async () => {
      const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
      const { alice, bob, carol } = members;
      const room = await newRoom(alice, bob);
      const id = await post(alice, room);
      await bob.chat.pin({ message_id: id });
      await alice.room.add({ entity_id: room, user_id: carol.id });
      await alice.room.remove({ entity_id: room, user_id: bob.id });
      const [pin] = await carol.chat.pins({ entity_id: room });
      expect(pin).to.include({ message_id: id, pinned_by: bob.id });
      await refused(bob.chat.pins({ entity_id: room }), 'ROOM_NOT_FOUND');
    });
  });

  describe('in chat.sync', () => {
    it('shows the message as it stands, and of a deleted one nothing; the log has no text', async () => {
      const { members } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      const room = await newRoom(alice, bob);
      const quoted = await post(alice, room, 'first-secret');
      const kept = await post(alice, room, 'second-secret', { thread_id: quoted });
      const seq = await position(bob);
      await bob.chat.pin({ message_id: kept });
      await bob.chat.pin({ message_id: quoted });
      await bob.chat.unpin({ message_id: quoted });
      await alice.chat.edit({ message_id: kept, message: 'third-secret' });
      await bob.chat.react({ message_id: kept, emoji: '👍' });
      const list = async () => (await alice.chat.sync({ since: seq })).events;
      const [pin] = await alice.chat.pins({ entity_id: room });
      const message = messageOf(pin);
      const [first, , third] = await list();
      expect(first?.data).to.deep.equal({
        room_id: room,
        message_id: kept,
        user_id: pin?.pinned_by,
        pinned_ms: pin?.pinned_ms,
        message,
      });
      expect(message).to.include({ message: 'third-secret', version: 2 });
      expect(third).to.include({ name: 'chat.unpin', seq: seq + 3 });
      expect(third?.data).to.deep.equal({ room_id: room, message_id: quoted, user_id: bob.id });

      await alice.chat.delete({ option: 'all', messages: [quoted] });
      const [again, ...others] = (await list()).slice(0, 3);
      expect(again?.data).to.deep.include({
        message: { ...message, thread: { message: 'DELETED', message_id: quoted } },
      });
      for (const event of others)
        expect(event.data).to.deep.equal({ message_id: quoted, room_id: room, deleted: 1 });
      await alice.chat.delete({ option: 'all', messages: [kept] });
      const events = await list();
      expect(events.map((event) => event.seq)).to.deep.equal(
        [1, 2, 3, 4, 5, 6, 7].map((n) => seq + n),
      );
      expect(events[0]).to.include({ name: 'chat.pin', actor_id: bob.id });
      expect(events[0]?.data).to.deep.equal({ message_id: kept, room_id: room, deleted: 1 });
      expect(JSON.stringify(events)).to.not.contain('secret');
      const [rows] = await app().pool.query(
        'SELECT CAST(data AS CHAR) AS data FROM events WHERE hub_id = ?',
        [alice.hubId],
      );
      expect(rows).to.have.length.above(6);
      expect(JSON.stringify(rows)).to.not.contain('secret');
    });
  });
});
