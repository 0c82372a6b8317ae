import { expect } from 'chai';
import { position, synced } from '../../support/events.ts';
import { newHub, newRoom, refused } from '../../support/hub.ts';
import { expectNoDrift, history, keyOf, newChannel, receivedBy, unreadOf } from './support.ts';

describe('A channel message that is not stored (record: 0)', () => {
  it('is published to every device of the participants and to no other', async () => {
    const hub = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = hub.members;
    const { channel_id, entity_id } = await newChannel(hub);
    for (const member of [alice, bob]) await member.channel.connect({ channel_id });
    const devices = [await alice.device(), await bob.device(), await bob.device()];
    using outside = await carol.device();
    const content = { text: 'psst', n: { deep: [1] } };
    const posted = await alice.channel.post({ channel_id, content, record: 0, echoId: 'key' });
    expect(posted).to.deep.equal({
      message_id: posted.message_id,
      channel_id,
      seq: null,
      echoId: 'key',
    });
    for (const device of devices) {
      const signal = await device.next('channel.post');
      const { ctime_ms, ...data } = signal.data;
      expect(signal).to.deep.include({
        hub_id: hub.id,
        room_id: entity_id,
        entity_id,
        actor_id: alice.id,
      });
      expect(signal).to.not.have.any.keys('seq', 'prev', 'stream');
      expect(data).to.deep.equal({
        ...{
          room_id: entity_id,
          channel_id,
          message_id: posted.message_id,
          user_id: alice.id,
          content,
        },
        from: { name: 'alice Test', pic: null },
      });
      expect(ctime_ms).to.be.closeTo(Date.now(), 10_000);
      expect(device.received).to.deep.equal([]);
      device.close();
    }
    expect(await receivedBy(outside, carol, bob)).to.deep.equal([]);
    expect(outside.signals).to.deep.equal([]);
  });

  it('is not stored: no log entry, history or counters, and its id does not exist', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const { channel_id, entity_id } = await newChannel(hub);
    for (const member of [alice, bob]) await member.channel.connect({ channel_id });
    const seq = await position(alice);
    const { message_id } = await alice.channel.post_simple({ channel_id, text: 'psst', record: 0 });
    const once = await alice.channel.post_simple({
      channel_id,
      text: 'psst',
      record: 0,
      echoId: 'key',
    });
    const twice = await alice.channel.post_simple({
      channel_id,
      text: 'psst',
      record: 0,
      echoId: 'key',
    });
    expect(twice.message_id).to.not.equal(once.message_id);
    expect(await synced(bob, seq)).to.deep.equal([]);
    expect(await position(bob)).to.equal(seq);
    expect(await unreadOf(bob, entity_id)).to.deep.equal({ room: 0, total: 0 });
    expect(await history(bob, channel_id)).to.deep.equal([]);
    for (const client of [alice, hub.operator]) {
      await refused(client.channel.get_message({ channel_id, message_id }), 'MESSAGE_NOT_FOUND');
      const content = { text: 'changed' };
      await refused(
        client.channel.update_message({ channel_id, message_id, content }),
        'MESSAGE_NOT_FOUND',
      );
      expect(await client.channel.delete_message({ channel_id, message_id })).to.deep.equal({
        message_id,
        deleted: 0,
      });
    }
    await refused(alice.chat.react({ message_id, emoji: '👍' }), 'MESSAGE_NOT_FOUND');
    await expectNoDrift(hub, entity_id);
  });

  it('by the system or from outside carries the given sender', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    await bob.user.update({ picture_url: 'https://pics.example/bob' });
    const { channel_id } = await newChannel(hub);
    await alice.channel.connect({ channel_id });
    using device = await alice.device();
    using outside = await bob.device();
    await bob.channel.post_simple({ channel_id, text: 'psst', record: 0 });
    const { data } = await device.next('channel.post');
    expect(data).to.deep.include({
      user_id: bob.id,
      from: { name: 'bob Test', pic: 'https://pics.example/bob' },
    });
    for (const system of [hub.operator, await keyOf(hub)]) {
      await system.channel.post_simple({
        channel_id,
        text: 'x',
        record: 0,
        from: { name: 'Homer' },
      });
      const signal = await device.next('channel.post');
      expect(signal.data).to.deep.include({ user_id: '', from: { name: 'Homer', pic: null } });
      expect(signal.actor_id).to.equal('');
    }
    expect(await receivedBy(outside, bob, alice)).to.deep.equal([]);
    expect(outside.signals).to.deep.equal([]);
  });

  it('is not published to disconnected or removed members', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const { channel_id } = await newChannel(hub);
    for (const member of [alice, bob]) await member.channel.connect({ channel_id });
    using device = await bob.device();
    await alice.channel.post_simple({ channel_id, text: 'one', record: 0 });
    await bob.channel.disconnect({ channel_id });
    await alice.channel.post_simple({ channel_id, text: 'two', record: 0 });
    await receivedBy(device, bob, alice);
    expect(device.signals.map((signal) => signal.name)).to.deep.equal(['channel.post']);
  });

  it('is refused in a group room that is archived for all, like any other', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const room = await newRoom(alice, bob);
    const channel_id = `${hub.id}:gr:${room}`;
    await alice.chat.change_status({ entity_id: room, status: 'archived', for: 'all' });
    using device = await bob.device();
    for (const record of [0, 1] as const)
      await refused(alice.channel.post_simple({ channel_id, text: 'x', record }), 'ROOM_ARCHIVED');
    await receivedBy(device, bob, alice);
    expect(device.signals).to.deep.equal([]);
  });
});
