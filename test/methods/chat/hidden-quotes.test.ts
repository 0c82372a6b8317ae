import { expect } from 'chai';
import type { MessageData } from '../../../acl/entities/message.ts';
import type { EventName, EventPayload } from '../../../acl/events.ts';
import { position } from '../../support/events.ts';
import { type Member, newHub, newRoom, refused } from '../../support/hub.ts';
import type { Device } from '../../support/socket.ts';
import { messageOf, post, posts } from './support.ts';

const secret = 'the hidden text';
const deletedQuote = (id: string) => ({ message: 'DELETED', message_id: id });
const hide = (member: Member, ...messages: string[]) =>
  member.chat.delete({ option: 'me', messages });

/** The quotation in a message that an event shows. */
const threadOf = ({ data }: { data: object }) => {
  const { message } = data as { message?: unknown };
  return ((typeof message === 'object' ? message : data) as MessageData).thread;
};

/** The quotations of the next events of that name; each device gets one. */
const nextQuotes = (name: EventName, devices: readonly Device[]) =>
  Promise.all(devices.map(async (device) => threadOf(await device.next(name))));

/** The events of the log as one member gets them, without what depends on the receiver. */
const synced = async (member: Member, since: number) =>
  (await member.chat.sync({ since })).events.map(({ name, data }) => ({ name, data }));

describe('A message that a member hid', () => {
  it('is DELETED in the quotations that they read, and for nobody else', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    for (const [entity, mine] of [
      [await newRoom(alice, bob, carol), undefined],
      [bob.id, alice.id],
    ] as const) {
      const place = mine ?? entity;
      const quoted = await post(alice, entity, secret);
      const reply = await post(alice, entity, 'a reply', { thread_id: quoted });
      const next = await post(bob, place, 'a reply to it', { thread_id: reply });
      await hide(bob, quoted);
      const read = (member: Member, at: string) =>
        Promise.all([
          member.chat.messages({ entity_id: at, mark_read: 0 }),
          member.chat.get({ message_ids: [quoted, reply, next] }),
          member.chat.thread({ thread_id: quoted }),
          member.chat.thread({ thread_id: reply }),
        ]);
      const lists = await read(bob, place);
      expect(JSON.stringify(lists)).to.not.contain(secret);
      for (const rows of lists) {
        expect(rows.map((row) => row.message_id)).to.have.members([reply, next]);
        const found = rows.find((row) => row.message_id === reply);
        expect(found).to.include({ thread_id: quoted, root_id: quoted });
        expect(found?.thread).to.deep.equal(deletedQuote(quoted));
      }
      for (const rows of await read(alice, entity))
        expect(rows.find((row) => row.message_id === reply)?.thread).to.include({
          message: secret,
          author_id: alice.id,
        });
    }
  });

  it('is DELETED in events to all their devices, in a group with other recipients', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, dan: 7 });
    const { alice, bob, carol, dan } = members;
    const room = await newRoom(alice, bob, carol, dan);
    const quoted = await post(alice, room, secret);
    await hide(bob, quoted);
    await hide(dan, quoted);
    await dan.setting.patch_user({ muted: 1 });
    const devices = await Promise.all([bob, bob, dan].map((one) => one.device()));
    const others = await Promise.all([alice, carol].map((one) => one.device()));
    const expectQuotes = async (name: EventName) => {
      for (const thread of await nextQuotes(name, devices))
        expect(thread, name).to.deep.equal(deletedQuote(quoted));
      for (const thread of await nextQuotes(name, others))
        expect(thread, name).to.include({ message: secret, message_id: quoted });
    };
    const reply = await post(carol, room, 'a reply', { thread_id: quoted });
    await expectQuotes('chat.post');
    await carol.chat.edit({ message_id: reply, message: 'edited', mention_ids: [bob.id] });
    await expectQuotes('chat.edit');
    // Bob, who cannot see what it quotes, acts: the others get the quotation all the same.
    await bob.chat.pin({ message_id: reply });
    await expectQuotes('chat.pin');
    const notifiedOf = (device: Device) =>
      device.received.map(({ name, notify }) => [name, notify]);
    expect(notifiedOf(devices[1] as Device)).to.deep.equal([
      ['chat.post', 1],
      ['chat.edit', 1],
      ['chat.pin', 0],
    ]);
    expect(notifiedOf(devices[2] as Device).map(([, notify]) => notify)).to.deep.equal([0, 0, 0]);
    expect(notifiedOf(others[1] as Device).map(([, notify]) => notify)).to.deep.equal([0, 0, 0]);
    for (const device of [...devices, ...others]) device.close();
  });

  it('is DELETED in events of a direct conversation', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const quoted = await post(alice, bob.id, secret);
    await hide(bob, quoted);
    const devices = [await bob.device(), await bob.device()];
    using own = await alice.device();
    await post(alice, bob.id, 'a reply', { thread_id: quoted });
    for (const thread of await nextQuotes('chat.post', devices))
      expect(thread).to.deep.equal(deletedQuote(quoted));
    expect(threadOf(await own.next('chat.post'))).to.include({ message: secret });
    for (const device of devices) device.close();
  });

  it('is DELETED in chat.sync and replays, as on the socket, whenever it was hidden', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob, carol);
    const [quoted = '', later = ''] = await posts(alice, room, 2);
    await hide(bob, quoted);
    const since = await position(bob);
    using live = await bob.device();
    const reply = await post(carol, room, 'a reply', { thread_id: quoted });
    const second = await post(carol, room, 'another', { thread_id: later });
    await carol.chat.edit({ message_id: reply, message: 'edited' });
    await alice.chat.pin({ message_id: reply });
    await live.next('chat.pin');
    const [posted, ...rest] = live.received.map(({ name, data }) => ({ name, data }));
    expect(threadOf(posted as EventPayload)).to.deep.equal(deletedQuote(quoted));
    expect((await synced(bob, since)).slice(1)).to.deep.equal(rest);
    await hide(bob, later);
    const events = await synced(bob, since);
    using again = await bob.device(since);
    expect(again.received.map(({ name, data }) => ({ name, data }))).to.deep.equal(events);
    const quotes = events.flatMap((event) => threadOf(event) ?? []);
    expect(quotes).to.deep.equal([quoted, later, quoted, quoted].map(deletedQuote));
    const shown = (await synced(carol, since)).flatMap((event) => threadOf(event)?.message ?? []);
    expect(shown).to.deep.equal(['Message 1', 'Message 2', 'Message 1', 'Message 1']);
    expect(second).to.be.a('string');
  });

  it('is DELETED in the reply to a repeated post', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const quoted = await post(alice, bob.id, secret);
    const again = () =>
      bob.chat.post({ entity_id: alice.id, message: 'Hi', thread_id: quoted, echoId: 'once' });
    expect((await again()).thread).to.include({ message: secret });
    await hide(bob, quoted);
    expect((await again()).thread).to.deep.equal(deletedQuote(quoted));
    await refused(post(bob, alice.id, 'Hi', { thread_id: quoted }), 'INVALID_THREAD');
  });

  it('sends nothing of a room to those who hid a message of it and then left', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob, carol);
    const quoted = await post(alice, room, secret);
    await hide(bob, quoted);
    await alice.room.remove({ entity_id: room, user_id: bob.id });
    using device = await bob.device();
    const reply = await post(carol, room, 'a reply', { thread_id: quoted });
    await carol.chat.edit({ message_id: reply, message: 'edited' });
    await post(alice, bob.id, 'the only event');
    await device.next('chat.post');
    expect(device.received).to.have.length(1);
  });
});

describe('A pin of a message that a member hid', () => {
  it('is shown as DELETED, and can be removed by them', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    for (const [entity, mine] of [
      [await newRoom(alice, bob, carol), undefined],
      [bob.id, alice.id],
    ] as const) {
      const place = mine ?? entity;
      const ids = await posts(alice, entity, 6);
      const [first = '', , , , , sixth = ''] = ids;
      await alice.chat.pin({ message_ids: ids.slice(0, 5) });
      await hide(bob, ...ids.slice(0, 5));
      const pins = await bob.chat.pins({ entity_id: place });
      expect(pins).to.deep.equal(ids.slice(0, 5).map(deletedQuote));
      await refused(bob.chat.pin({ message_id: sixth }), 'PIN_LIMIT');
      using device = await alice.device();
      expect(await bob.chat.unpin({ message_id: first })).to.include({
        message_id: first,
        entity_id: place,
        is_pinned: 0,
      });
      expect((await device.next('chat.unpin')).data).to.include({ message_id: first });
      expect(await bob.chat.pin({ message_id: sixth })).to.include({ is_pinned: 1 });
      // It is no pin any more, so to Bob it does not exist.
      await refused(bob.chat.unpin({ message_id: first }), 'MESSAGE_NOT_FOUND');
      await refused(bob.chat.pin({ message_id: first }), 'MESSAGE_NOT_FOUND');
    }
  });

  it('can be removed by no one outside the room', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, admin: 31 });
    const { alice, bob, carol, admin } = members;
    const room = await newRoom(alice, bob, carol);
    const id = await post(alice, room);
    await alice.chat.pin({ message_id: id });
    await hide(bob, id);
    await alice.room.remove({ entity_id: room, user_id: bob.id });
    for (const member of [bob, admin])
      await refused(member.chat.unpin({ message_id: id }), 'MESSAGE_NOT_FOUND');
    expect(await carol.chat.pins({ entity_id: room })).to.have.length(1);
  });

  it('is DELETED in the event of its pinning and in chat.sync, for them alone', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, dan: 7 });
    const { alice, bob, carol, dan } = members;
    const room = await newRoom(alice, bob, carol, dan);
    const quoted = await post(alice, room, secret);
    const id = await post(alice, room, 'a reply', { thread_id: quoted });
    await hide(bob, quoted, id);
    await hide(carol, quoted);
    const since = await position(alice);
    const devices = await Promise.all([bob, carol, dan].map((one) => one.device()));
    await alice.chat.pin({ message_id: id });
    const [pin] = await dan.chat.pins({ entity_id: room });
    const message = messageOf(pin);
    const expected = [deletedQuote(id), { ...message, thread: deletedQuote(quoted) }, message];
    for (const [n, member] of [bob, carol, dan].entries()) {
      const { data } = await (devices[n] as Device).next('chat.pin');
      const base = { room_id: room, message_id: id, user_id: alice.id };
      const pinned_ms = pin?.pinned_ms;
      expect(data).to.deep.equal({ ...base, pinned_ms, message: expected[n] });
      expect((await synced(member, since)).at(-1)?.data).to.deep.equal(data);
    }
    for (const device of devices) device.close();
  });

  it('stays when the pins of its room are replaced with it among them', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const [kept = '', gone = '', added = '', hidden = ''] = await posts(alice, room, 4);
    await alice.chat.pin({ message_ids: [kept, gone] });
    await hide(bob, kept, gone, hidden);
    const replace = (...pinned_ids: string[]) => bob.room.update({ entity_id: room, pinned_ids });
    await replace(kept, added);
    const pins = await alice.chat.pins({ entity_id: room });
    expect(pins.map((pin) => pin.message_id)).to.deep.equal([added, kept]);
    await refused(replace(kept, hidden), 'MESSAGE_NOT_FOUND');
    await refused(replace(gone), 'MESSAGE_NOT_FOUND');
  });
});
