import { expect } from 'chai';
import type { CallError } from '../../../client/index.ts';
import { app } from '../../support/app.ts';
import { position, synced } from '../../support/events.ts';
import { newHub, newRoom, refused } from '../../support/hub.ts';
import { eventually } from '../../support/wait.ts';
import { dataOf, logOf, newest, post } from './support.ts';

describe('chat.edit', () => {
  describe('in the log', () => {
    it('shows the current state in every event of the message, and stores no text', async () => {
      const { members, id: hubId } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      const room = await newRoom(alice, bob);
      const start = await position(alice);
      const id = await post(alice, room, 'text-number-1');
      using device = await bob.device();
      await alice.chat.edit({ message_id: id, message: 'text-number-2' });
      const received = await device.next('chat.edit');
      expect((await synced(bob, received.seq - 1))[0], 'as received').to.deep.equal(received);
      const third = await alice.chat.edit({ message_id: id, message: 'text-number-3' });
      const events = await synced(bob, start);
      expect(events.map((event) => [event.name, event.seq])).to.deep.equal([
        ['chat.post', start + 1],
        ['chat.edit', start + 2],
        ['chat.edit', start + 3],
      ]);
      for (const event of events) expect(event.data).to.deep.equal(dataOf(third));
      expect(JSON.stringify(events)).to.contain('text-number-3');
      expect(JSON.stringify(events)).to.not.match(/text-number-[12]/);
      expect(await logOf(hubId))
        .to.contain('chat.edit')
        .and.to.not.match(/text-number-\d/);
    });

    it('shows none of the texts of a message deleted for all, in any event', async () => {
      const { members, id: hubId } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      const room = await newRoom(alice, bob);
      const start = await position(alice);
      const id = await post(alice, room, 'text-number-1');
      for (const n of [2, 3])
        await alice.chat.edit({ message_id: id, message: `text-number-${n}` });
      await post(bob, room, 'a reply', { thread_id: id });
      await alice.chat.delete({ option: 'all', messages: [id] });
      for (const member of [alice, bob]) {
        const events = await synced(member, start);
        expect(events.map((event) => event.name)).to.deep.equal([
          'chat.post',
          'chat.edit',
          'chat.edit',
          'chat.post',
          'chat.delete',
        ]);
        for (const event of events.slice(0, 3))
          expect(event.data).to.deep.equal({ message_id: id, room_id: room, deleted: 1 });
        expect(events[3]?.data.thread).to.deep.equal({ message: 'DELETED', message_id: id });
        expect(JSON.stringify(events)).to.not.contain('text-number');
        const everything = await Promise.all([
          member.chat.messages({ entity_id: room, mark_read: 0 }),
          member.chat.chat_rooms(),
          member.chat.thread({ thread_id: id }),
        ]);
        expect(JSON.stringify(everything)).to.contain('a reply').and.to.not.contain('text-number');
      }
      expect(await logOf(hubId)).to.not.contain('text-number');
      using device = await bob.device(start);
      expect(device.received.filter((event) => event.name === 'chat.edit')).to.have.length(2);
      expect(JSON.stringify(device.received)).to.not.contain('text-number');
    });

    it('has no event for an unchanged text or a refused edit', async () => {
      const { members } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      const id = await post(alice, bob.id, 'first');
      const before = await newest(alice, bob.id);
      const last = await position(alice);
      const { entity_id, message_id, version, edited } = await alice.chat.edit({
        message_id: id,
        message: 'first',
      });
      expect([entity_id, message_id, version, edited]).to.deep.equal([bob.id, id, 1, 0]);
      await alice.chat.edit({ message_id: id, message: 'first', version: 1, mention_ids: [] });
      await refused(
        alice.chat.edit({ message_id: id, message: 'second', version: 7 }),
        'VERSION_MISMATCH',
      );
      await refused(bob.chat.edit({ message_id: id, message: 'second' }), 'PERMISSION_DENIED');
      expect(await newest(alice, bob.id)).to.deep.equal(before);
      expect(await position(alice)).to.equal(last);
      await alice.chat.edit({ message_id: id, message: 'first ' });
      expect(await position(alice)).to.equal(last + 1);
    });
  });

  it('never restores a text by an edit that races with deletion for all', async () => {
    const { members, id: hubId } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    using device = await bob.device();
    const outcomes = new Set<string>();
    for (let round = 0; round < 10; round++) {
      const id = await post(alice, room, `secret ${round}.`);
      const edit = (n: number) =>
        alice.chat.edit({ message_id: id, message: `secret ${round} again ${n}.` }).then(
          () => outcomes.add('edited'),
          (error: CallError) => outcomes.add(error.code),
        );
      await edit(0);
      await Promise.all([
        edit(1),
        alice.chat.delete({ option: 'all', messages: [id] }),
        edit(2),
        edit(3),
      ]);
      await edit(4);
      expect(await bob.chat.messages({ entity_id: room })).to.deep.equal([]);
    }
    expect([...outcomes].sort(), 'no other outcome').to.deep.equal(['MESSAGE_NOT_FOUND', 'edited']);
    const end = (await alice.chat.post({ entity_id: room, message: 'that is all' })).seq;
    await eventually(() => device.received.at(-1)?.seq === end);
    const gone = new Set<string>();
    for (const event of device.received) {
      if (event.name === 'chat.delete') gone.add(event.data.message_id);
      if (event.name === 'chat.edit')
        expect(gone.has(event.data.message_id), 'edited after its deletion').to.equal(false);
    }
    expect(gone.size).to.equal(10);
    const [rows] = await app().pool.query('SELECT body FROM messages WHERE hub_id = ?', [hubId]);
    const everything = JSON.stringify([
      rows,
      await synced(bob, 0),
      await logOf(hubId),
      await bob.chat.chat_rooms(),
    ]);
    expect(everything).to.contain('that is all').and.to.not.contain('secret');
  });
});
