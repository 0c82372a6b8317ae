import { expect } from 'chai';
import { ownApp } from '../../support/app.ts';
import { clientOf } from '../../support/caller.ts';
import { namesOf, position, synced } from '../../support/events.ts';
import { newHub, refused } from '../../support/hub.ts';
import {
  expectNoDrift,
  expectSyncedAs,
  history,
  keyOf,
  newChannel,
  receivedBy,
  say,
  textsOf,
  unreadOf,
} from './support.ts';

describe('channel.connect', () => {
  it('makes the caller a participant: lists, counters and events include the channel', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const { channel_id, entity_id } = await newChannel(hub, 'lobby', { name: 'Lobby' });
    const first = await say(bob, channel_id, 'before');
    const { channel, messages } = await alice.channel.connect({ channel_id });
    expect(channel).to.deep.include({ channel_id, entity_id, num_msgs: 1, listeners: null });
    expect(messages).to.deep.equal(await alice.channel.recent({ channel_id }));
    expect(messages[0]).to.deep.include({
      message_id: first,
      channel_id,
      message: 'before',
      author_id: bob.id,
    });
    expect(await unreadOf(alice, entity_id)).to.deep.equal({ room: 0, total: 0 });
    const [row] = await alice.chat.share_rooms();
    expect(row).to.deep.include({ entity_id, flag: 'share', group_name: 'Lobby', member_count: 1 });
    expect(row).to.deep.include({ last_message: 'before', last_message_id: first });

    using device = await alice.device();
    const second = await say(bob, channel_id, 'after');
    expect((await device.next('chat.post')).data).to.deep.include({
      message_id: second,
      message: 'after',
    });
    expect(await unreadOf(alice, entity_id)).to.deep.equal({ room: 1, total: 1 });
    const rows = await alice.chat.messages({ entity_id });
    expect(rows.map((one) => [one.message, one.is_notify])).to.deep.equal([
      ['after', 1],
      ['before', 0],
    ]);
    expect(await unreadOf(alice, entity_id)).to.deep.equal({ room: 0, total: 0 });
    await expectNoDrift(hub, entity_id);
  });

  it('returns the requested number of newest messages, oldest first', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    const { channel_id } = await newChannel(hub);
    for (let n = 1; n <= 30; n++) await say(hub.operator, channel_id, `${n}`);
    const asked = async (limit?: number) =>
      textsOf(
        (await alice.channel.connect({ channel_id, ...(limit === undefined ? {} : { limit }) }))
          .messages,
      );
    expect(await asked(0)).to.deep.equal([]);
    expect(await asked(3)).to.deep.equal(['28', '29', '30']);
    expect(await asked()).to.have.length(25);
    expect(await asked(250)).to.have.length(30);
    expect(textsOf(await alice.channel.recent({ channel_id, limit: 2 }))).to.deep.equal([
      '29',
      '30',
    ]);
  });

  it('publishes once to the caller’s devices and the participants', async () => {
    const hub = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = hub.members;
    const { channel_id, entity_id } = await newChannel(hub);
    await bob.channel.connect({ channel_id });
    const inside = [await alice.device(), await alice.device(), await bob.device()];
    using outside = await carol.device();
    for (let n = 0; n < 2; n++) await alice.channel.connect({ channel_id });
    await say(alice, channel_id, 'Hi');
    for (const device of inside) {
      const event = await device.next('room.add');
      expect(event).to.deep.include({
        stream: entity_id,
        room_id: entity_id,
        entity_id,
        actor_id: alice.id,
      });
      expect(event.data).to.deep.include({
        room_id: entity_id,
        user_ids: [alice.id],
        owner_ids: [],
        member_count: 2,
      });
      expect((await device.next('chat.post')).prev).to.equal(event.seq);
      expect(namesOf(device.received)).to.deep.equal(['room.add', 'chat.post']);
      device.close();
    }
    expect(await receivedBy(outside, carol, bob)).to.deep.equal([]);
    expect(namesOf(await synced(carol))).to.not.include('room.add');
  });

  it('joins once for several concurrent calls', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const { channel_id, entity_id } = await hub.operator.channel.create({
      type: 'dy',
      sub_id: 'match',
    });
    await Promise.all(
      [1, 2, 3, 4, 5].flatMap(() => [alice, bob].map((one) => one.channel.connect({ channel_id }))),
    );
    expect(await alice.channel.info({ channel_id })).to.deep.include({ listeners: 2 });
    expect(namesOf(await synced(alice)).filter((name) => name === 'room.add').length).to.be.within(
      1,
      2,
    );
    await expectNoDrift(hub, entity_id);
  });

  it('delivers all events from joining on, none earlier, by socket and chat.sync', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const { channel_id, entity_id } = await newChannel(hub);
    await bob.channel.connect({ channel_id });
    const early = await say(bob, channel_id, 'early');
    using device = await alice.device();
    await bob.chat.react({ message_id: early, emoji: '👍' });
    await say(bob, channel_id, 'still early');
    expect(await receivedBy(device, alice, bob)).to.deep.equal([]);
    await refused(alice.chat.messages({ entity_id }), 'ROOM_NOT_FOUND');
    expect((await alice.chat.count_all()).share_chat_cnt).to.equal(0);
    expect(await alice.chat.share_rooms()).to.deep.equal([]);
    const since = await position(alice);
    await alice.channel.connect({ channel_id });
    await say(bob, channel_id, 'late');
    await bob.chat.pin({ message_id: early });
    await alice.chat.react({ message_id: early, emoji: '🎉' });
    const events = await synced(alice, since);
    expect(namesOf(events)).to.deep.equal(['room.add', 'chat.post', 'chat.pin', 'chat.react']);
    expect((await synced(alice)).filter((event) => event.room_id === entity_id)).to.deep.equal(
      events,
    );
    expect((await receivedBy(device, alice, bob)).map((event) => event.seq)).to.deep.equal(
      events.map(({ seq }) => seq),
    );
  });

  it('leaves no gap and repeats no event while others post concurrently', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const { channel_id, entity_id } = await newChannel(hub);
    using device = await alice.device();
    for (let round = 0; round < 5; round++) {
      const posts = Array.from(
        { length: 6 },
        (_, n) => () => say(bob, channel_id, `${round}-${n}`),
      );
      const connect = () => alice.channel.connect({ channel_id });
      await Promise.all([...posts.slice(0, 3), connect, ...posts.slice(3)].map((call) => call()));
      await alice.channel.disconnect({ channel_id });
    }
    const before = device.received.length;
    await alice.channel.connect({ channel_id });
    await say(bob, channel_id, 'last');
    const received = (await receivedBy(device, alice, bob)).filter(
      (event) => event.room_id === entity_id,
    );
    expect(received.length).to.be.above(before);
    for (const [index, event] of received.entries())
      if (event.name !== 'room.add') expect(event.prev).to.equal(received[index - 1]?.seq);
    await expectNoDrift(hub, entity_id);
  });

  it('is refused when the channel is full, except to participants', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    const { channel_id } = await newChannel(hub);
    const { join } = hub;
    await using small = await ownApp({ LIMIT_PARTICIPANTS: '2' });
    const bob = await join('bob');
    const [one, other] = [alice, bob].map(({ token }) => clientOf(token, hub.id, small.url));
    const third = clientOf((await join('carol')).token, hub.id, small.url);
    await one?.channel.connect({ channel_id });
    await other?.channel.connect({ channel_id });
    await refused(third.channel.connect({ channel_id }), 'ROOM_FULL');
    await one?.channel.connect({ channel_id });
    expect(await history(third, channel_id)).to.deep.equal([]);
    await say(third, channel_id, 'from outside');
  });

  it('by the system returns the channel and adds no participant', async () => {
    const hub = await newHub({ alice: 7 });
    const { channel_id, entity_id } = await hub.operator.channel.create({
      type: 'dy',
      sub_id: 'match',
    });
    await say(hub.members.alice, channel_id, 'Hi');
    for (const system of [hub.operator, await keyOf(hub)]) {
      const { channel, messages } = await system.channel.connect({ channel_id });
      expect([channel.listeners, textsOf(messages)]).to.deep.equal([0, ['Hi']]);
      expect(await system.channel.disconnect({ channel_id })).to.deep.equal({ ok: 1 });
    }
    await expectNoDrift(hub, entity_id);
  });
});

describe('The events of a channel on a device', () => {
  it('equal those of chat.sync, field by field', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    using device = await alice.device();
    const { channel_id, entity_id } = await newChannel(hub, 'lobby', { history_limit: 3 });
    await alice.channel.connect({ channel_id });
    await bob.channel.connect({ channel_id });
    await bob.channel.post({ channel_id, content: { text: 'rich', n: 1 }, echoId: 'key' });
    await hub.operator.channel.post({
      channel_id,
      content: { text: 'news' },
      from: { name: 'Homer', pic: 'http://p' },
    });
    await alice.chat.post({ entity_id, message: 'by chat' });
    await bob.channel.disconnect({ channel_id });
    await expectSyncedAs(device, alice);
    using late = await alice.device(device.ready.seq);
    expect(late.ready.recovered).to.equal(true);
    expect([...late.received]).to.deep.equal([...device.received]);
  });
});
