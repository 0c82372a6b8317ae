import { expect } from 'chai';
import { namesOf, synced } from '../../support/events.ts';
import { newHub, newRoom, refused } from '../../support/hub.ts';
import { atOnce, expectNoDrift, history, keyOf, receivedBy, say } from './support.ts';

describe('A group room as a channel', () => {
  it('is the same room: its participants are members and subscribers at once', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const room = await newRoom(alice, bob);
    const channel_id = `${hub.id}:gr:${room}`;
    const described = {
      ...{
        channel_id,
        type: 'gr' as const,
        sub_id: room,
        entity_id: room,
        name: 'Room',
        description: '',
      },
      ...{ num_msgs: 0, listeners: 2, history_limit: null, expire_days: null },
    };
    expect(await alice.channel.info({ channel_id })).to.deep.equal(described);
    using device = await bob.device();
    const message_id = await say(alice, channel_id, 'by channel');
    expect((await device.next('chat.post')).data).to.deep.include({
      message_id,
      message: 'by channel',
    });
    const { message_id: other } = await bob.chat.post({ entity_id: room, message: 'by chat' });
    expect(await history(alice, channel_id)).to.deep.equal(['by channel', 'by chat']);
    expect(await alice.channel.get_message({ channel_id, message_id: other })).to.deep.include({
      from: null,
      channel_id,
    });
    await bob.channel.update_message({
      channel_id,
      message_id: other,
      version: 1,
      content: { text: 'edited', n: 1 },
    });
    const [row] = await alice.chat.messages({ entity_id: room });
    expect(row).to.deep.include({
      message: 'edited',
      content: { text: 'edited', n: 1 },
      version: 2,
    });
    expect((await alice.channel.info({ channel_id })).num_msgs).to.equal(2);
    expect(await alice.channel.delete_message({ channel_id, message_id })).to.deep.equal({
      message_id,
      deleted: 1,
    });
    expect(await alice.channel.list()).to.deep.equal([{ ...described, num_msgs: 1 }]);
    await expectNoDrift(hub, room);
  });

  it('is connected by membership without an event, and left by room.remove only', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const room = await newRoom(alice, bob);
    const channel_id = `${hub.id}:gr:${room}`;
    await say(alice, channel_id, 'Hi');
    const before = await synced(bob);
    const { channel, messages } = await bob.channel.connect({ channel_id, limit: 5 });
    expect([channel.listeners, messages.length]).to.deep.equal([2, 1]);
    await refused(bob.channel.disconnect({ channel_id }), 'PERMISSION_DENIED');
    for (const system of [hub.operator, await keyOf(hub)])
      await refused(system.channel.disconnect({ channel_id }), 'PERMISSION_DENIED');
    expect(await synced(bob)).to.deep.equal(before);
  });

  it('does not exist for non-participants, including admins, right after removal', async () => {
    const hub = await newHub({ alice: 7, bob: 7, owner: 63 });
    const { alice, bob, owner } = hub.members;
    const room = await newRoom(alice, bob);
    const channel_id = `${hub.id}:gr:${room}`;
    const message_id = await say(bob, channel_id, 'mine');
    using device = await bob.device();
    await alice.room.remove({ entity_id: room, user_id: bob.id });
    for (const outsider of [bob, owner])
      for (const call of [
        () => outsider.channel.info({ channel_id }),
        () => outsider.channel.get_id({ type: 'gr', sub_id: room }),
        () => outsider.channel.connect({ channel_id }),
        () => outsider.channel.disconnect({ channel_id }),
        () => outsider.channel.recent({ channel_id }),
        () => outsider.channel.get_message({ channel_id, message_id }),
        () => say(outsider, channel_id, 'Hi'),
        () => outsider.channel.post_simple({ channel_id, text: 'Hi', record: 0 }),
        () => outsider.channel.update_message({ channel_id, message_id, content: { text: 'x' } }),
        () => outsider.channel.delete_message({ channel_id, message_id }),
      ])
        await refused(call(), 'CHANNEL_NOT_FOUND');
    expect(await bob.channel.list()).to.deep.equal([]);
    await say(alice, channel_id, 'after the removal');
    await alice.channel.post_simple({ channel_id, text: 'nor this', record: 0 });
    expect(namesOf(await receivedBy(device, bob, alice))).to.deep.equal(['room.remove']);
    expect(device.signals).to.deep.equal([]);
    await expectNoDrift(hub, room);
  });

  it('stores posts sent before a concurrent removal, and none after it', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const room = await newRoom(alice, bob);
    const channel_id = `${hub.id}:gr:${room}`;
    const remove = () => alice.room.remove({ entity_id: room, user_id: bob.id });
    const post = () => say(bob, channel_id, 'Hi');
    const statusOf = (outcomes: PromiseSettledResult<unknown>[]) =>
      outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'done'));
    expect(statusOf(await atOnce<unknown>(hub, remove, post))).to.deep.equal([
      'done',
      'CHANNEL_NOT_FOUND',
    ]);
    await alice.room.add({ entity_id: room, user_id: bob.id });
    expect(statusOf(await atOnce<unknown>(hub, post, remove))).to.deep.equal(['done', 'done']);
    expect(await history(alice, channel_id)).to.deep.equal(['Hi']);
    await expectNoDrift(hub, room);
  });

  it('of the public kind is a channel to joined members only', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const { entity_id } = await alice.room.create({
      name: 'Open',
      user_ids: [],
      visibility: 'public',
    });
    const channel_id = `${hub.id}:gr:${entity_id}`;
    await refused(bob.channel.connect({ channel_id }), 'CHANNEL_NOT_FOUND');
    await bob.room.add({ entity_id, user_id: bob.id });
    await say(bob, channel_id, 'Hi');
    expect(await history(alice, channel_id)).to.deep.equal(['Hi']);
  });

  it('is open to the system where its owner allows it, without being a participant', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const room = await newRoom(alice, bob);
    const channel_id = `${hub.id}:gr:${room}`;
    const key = await keyOf(hub);
    await alice.room.update({ entity_id: room, system_access: 1 });
    using device = await alice.device();
    const message_id = await say(bob, channel_id, 'one');
    await key.channel.post({ channel_id, content: { text: 'two' }, from: { name: 'Homer' } });
    await key.channel.update_message({ channel_id, message_id, content: { text: 'edited' } });
    expect(await history(key, channel_id)).to.deep.equal(['edited', 'two']);
    await key.channel.delete_message({ channel_id, message_id });
    expect(namesOf(await receivedBy(device, alice, bob))).to.deep.equal([
      'chat.post',
      'chat.post',
      'chat.edit',
      'chat.delete',
    ]);
    expect(await hub.operator.channel.list({ type: 'gr' })).to.deep.equal(await key.channel.list());
    const rows = await alice.chat.messages({ entity_id: room });
    expect(rows.map((row) => [row.message, row.author_id, row.from])).to.deep.equal([
      ['two', '', { name: 'Homer', pic: null }],
    ]);
    await expectNoDrift(hub, room);
  });

  it('rejects new posts when archived for all, but returns repeated echoIds', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    const room = await newRoom(alice);
    const channel_id = `${hub.id}:gr:${room}`;
    const posted = await alice.channel.post_simple({ channel_id, text: 'Hi', echoId: 'key' });
    await alice.chat.change_status({ entity_id: room, status: 'archived', for: 'all' });
    for (const client of [alice, hub.operator])
      await refused(client.channel.post_simple({ channel_id, text: 'x' }), 'ROOM_ARCHIVED');
    expect(
      await alice.channel.post_simple({ channel_id, text: 'Hi', echoId: 'key' }),
    ).to.deep.equal(posted);
    expect(await history(alice, channel_id)).to.deep.equal(['Hi']);
  });
});
