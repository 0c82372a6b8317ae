import { expect } from 'chai';
import { refusedInputs } from '../../support/caller.ts';
import { position, synced } from '../../support/events.ts';
import { newHub, newRoom, refused } from '../../support/hub.ts';
import { eventually } from '../../support/wait.ts';
import { dataOf, newest, post } from './support.ts';

describe('chat.edit', () => {
  it('returns the message with its new text and version, and nothing else changed', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const before = await alice.chat.post({ entity_id: bob.id, message: 'first' });
    const started = Date.now();
    const reply = await alice.chat.edit({ message_id: before.message_id, message: 'second' });
    expect([before.version, before.edited, before.edited_ms]).to.deep.equal([1, 0, null]);
    const changed = { message: 'second', version: 2, edited: 1, edited_ms: reply.edited_ms };
    expect({ ...before, ...changed }).to.deep.include(reply);
    expect(reply, 'entity_id and the seq of the post').to.include({
      entity_id: bob.id,
      seq: before.seq,
    });
    expect(reply.edited_ms).to.be.within(started - 1000, Date.now() + 1000);
    const id = reply.message_id;
    for (const [member, entity] of [[alice, bob.id] as const, [bob, alice.id] as const]) {
      const rows = await member.chat.messages({ entity_id: entity });
      expect(rows).to.have.length(1);
      expect(rows[0]).to.deep.include({
        message_id: id,
        ctime_ms: before.ctime_ms,
        ordinal: 1,
        ...changed,
      });
    }
    const again = await alice.chat.edit({ message_id: id, message: 'third' });
    expect(again).to.include({ message: 'third', version: 3, edited: 1, ordinal: 1 });
  });

  it('reaches every device of every participant with the same data, and no others', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, removed: 7, dave: 7 });
    const { alice, bob, carol, removed, dave } = members;
    const room = await newRoom(alice, bob, carol, removed);
    const id = await post(alice, room, 'first');
    await alice.room.remove({ entity_id: room, user_id: removed.id });
    const last = await position(alice);
    using sender = await alice.device();
    using other = await alice.device();
    using first = await bob.device();
    using second = await carol.device();
    using former = await removed.device();
    using stranger = await dave.device();
    const reply = await alice.chat.edit({ message_id: id, message: 'second' });
    const data = dataOf(reply);
    for (const device of [sender, other, first, second]) {
      const event = await device.next('chat.edit');
      expect(event).to.deep.include({
        seq: last + 1,
        prev: last,
        stream: room,
        entity_id: room,
        actor_id: alice.id,
      });
      expect(event.notify, 'an edit notifies only whom it newly mentions').to.equal(0);
      expect(event.data).to.deep.equal(data);
    }
    for (const [member, device] of [[removed, former] as const, [dave, stranger] as const]) {
      await bob.chat.post({ entity_id: member.id, message: 'the only event' });
      await device.next('chat.post');
      expect(device.received.map((event) => event.name)).to.deep.equal(['chat.post']);
    }
  });

  it('names a direct conversation by each side’s own entity_id', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const id = await post(alice, bob.id, 'first');
    using sender = await alice.device();
    using receiver = await bob.device();
    const reply = await alice.chat.edit({ message_id: id, message: 'second' });
    expect(reply.entity_id).to.equal(bob.id);
    const [mine, theirs] = [await sender.next('chat.edit'), await receiver.next('chat.edit')];
    expect([mine.entity_id, theirs.entity_id]).to.deep.equal([bob.id, alice.id]);
    expect(theirs.data).to.deep.equal(mine.data);
  });

  it('changes the preview, but not unread, the order of rooms, or archived rooms', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const [older, newer, sleeping] = [
      await newRoom(alice, bob),
      await newRoom(alice, bob),
      await newRoom(alice, bob),
    ];
    const ids = [
      await post(alice, older, 'first'),
      await post(alice, sleeping, 'first'),
      await post(alice, newer, 'first'),
    ];
    await bob.chat.change_status({ entity_id: sleeping, status: 'archived' });
    const look = async () => [
      ...(await bob.chat.chat_rooms()),
      ...(await bob.chat.chat_rooms({ option: 'archived' })),
    ];
    const [before, counters] = [await look(), await bob.chat.count_all()];
    for (const id of ids) await alice.chat.edit({ message_id: id, message: 'second' });
    expect(before.map((row) => row.entity_id)).to.deep.equal([newer, older, sleeping]);
    expect(await look()).to.deep.equal(
      before.map((row) => ({ ...row, last_message: 'second', message: 'second' })),
    );
    expect(await bob.chat.count_all()).to.deep.equal(counters);
    const [row] = await bob.chat.messages({ entity_id: newer });
    expect(row).to.include({ message: 'second', is_notify: 1 });
    await alice.chat.edit({ message_id: ids[2] ?? '', message: 'third' });
    expect(await bob.chat.to_read({ entity_id: newer }), 'read messages stay read').to.include({
      unread: 0,
    });
  });

  it('does not change the preview when a later message exists', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const id = await post(alice, bob.id, 'first');
    await post(bob, alice.id, 'the last');
    await alice.chat.edit({ message_id: id, message: 'second' });
    expect((await bob.chat.chat_rooms())[0]).to.include({ last_message: 'the last' });
  });

  it('changes what replies quote, but not forwarded copies', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const id = await post(alice, bob.id, 'first');
    const reply = await bob.chat.post({ entity_id: alice.id, message: 'reply', thread_id: id });
    await bob.chat.forward({ entities: [carol.id], nodes: { messages: [id] } });
    await alice.chat.edit({ message_id: id, message: 'second' });
    await bob.chat.forward({ entities: [carol.id], nodes: { messages: [id] } });
    expect((await newest(alice, bob.id))?.thread).to.include({ message_id: id, message: 'second' });
    const [event] = await synced(alice, reply.seq - 1);
    expect(event?.data.thread).to.deep.include({ message_id: id, message: 'second' });
    const copies = await carol.chat.messages({ entity_id: bob.id });
    expect(copies.map((copy) => [copy.message, copy.version, copy.edited])).to.deep.equal([
      ['second', 1, 0],
      ['first', 1, 0],
    ]);
  });

  it('never lets a reply after it quote the old text, also in a race', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob, carol);
    using device = await carol.device();
    for (let round = 0; round < 5; round++) {
      const id = await post(alice, room, `old text ${round}.`);
      const reply = () => post(bob, room, 'a reply', { thread_id: id });
      const edit = () => alice.chat.edit({ message_id: id, message: `new text ${round}` });
      const [, , { version }] = await Promise.all([reply(), reply(), edit(), reply(), reply()]);
      expect(version).to.equal(2);
      const { seq: end } = await alice.chat.post({ entity_id: room, message: 'that is all' });
      await eventually(() => device.received.at(-1)?.seq === end);
      const place = device.received.findLastIndex((event) => event.name === 'chat.edit');
      const after = device.received
        .slice(place)
        .filter((event) => JSON.stringify(event).includes(`old text ${round}.`));
      expect(after.map((event) => event.seq)).to.deep.equal([]);
    }
  });

  it('makes a repeated post return the current message', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const id = await post(alice, bob.id, 'first', { echoId: 'a-key' });
    await alice.chat.edit({ message_id: id, message: 'second' });
    const replay = await alice.chat.post({ entity_id: bob.id, message: 'first', echoId: 'a-key' });
    expect(replay).to.include({ message_id: id, message: 'second', version: 2 });
    const other = { entity_id: bob.id, message: 'second', echoId: 'a-key' };
    await refused(alice.chat.post(other), 'ECHO_ID_CONFLICT');
  });

  it('accepts empty text only with a file, and at most 10,000 characters', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const id = await post(alice, bob.id, 'first');
    const long = '😀'.repeat(10_000);
    await refusedInputs(alice, 'chat.edit', [
      ['message', { message_id: id, message: '' }],
      ['message', { message_id: id, message: ' \n\t' }],
      ['message', { message_id: id, message: `${long}x` }],
      ['message', { message_id: id, message: '\ud800' }],
      ['message', { message_id: id, message: 7 }],
      ['message', { message_id: id }],
      ['message_id', { message: 'second' }],
      ['message_id', { message_id: 7, message: 'second' }],
      ...[-2, 1.5, 'one', '', []].map(
        (version) => ['version', { message_id: id, message: 'x', version }] as const,
      ),
    ]);
    expect(await newest(alice, bob.id)).to.include({ message: 'first', version: 1 });
    expect((await alice.chat.edit({ message_id: id, message: long })).message).to.equal(long);
    const odd = ' \u0000<b>&amp;</b>\r\n\u202e ';
    expect((await alice.chat.edit({ message_id: id, message: odd })).message).to.equal(odd);
    expect((await newest(bob, alice.id))?.message).to.equal(odd);
    const [file] = await alice.chat.upload({ file: [new File(['x'], 'a.txt')] });
    const withFile = await post(alice, bob.id, 'with a file', { attachment: [file?.nid] });
    const reply = await alice.chat.edit({ message_id: withFile, message: '' });
    expect(reply).to.include({ message: '', version: 2, is_attachment: 1, attachment_count: 1 });
    expect(await bob.chat.attachment({ message_id: withFile })).to.have.length(1);
  });
});
