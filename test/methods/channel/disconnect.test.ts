import { expect } from 'chai';
import { namesOf, position, synced } from '../../support/events.ts';
import { newHub, refused } from '../../support/hub.ts';
import {
  atOnce,
  expectNoDrift,
  history,
  newChannel,
  receivedBy,
  say,
  unreadOf,
} from './support.ts';

describe('channel.disconnect', () => {
  it('removes the caller: no more events or counters, and they can reconnect', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const { channel_id, entity_id } = await newChannel(hub);
    await alice.channel.connect({ channel_id });
    await bob.channel.connect({ channel_id });
    const devices = [await alice.device(), await alice.device(), await bob.device()];
    expect(await alice.channel.disconnect({ channel_id })).to.deep.equal({ ok: 1 });
    for (const device of devices) {
      const event = await device.next('room.remove');
      expect(event).to.deep.include({ stream: entity_id, entity_id, actor_id: alice.id });
      expect(event.data).to.deep.include({ user_ids: [alice.id], owner_ids: [], member_count: 1 });
    }
    const missed = await say(bob, channel_id, 'missed');
    for (const device of devices.slice(0, 2))
      expect(namesOf(await receivedBy(device, alice, bob))).to.deep.equal(['room.remove']);
    for (const device of devices) device.close();
    const since = await position(alice);
    expect((await alice.chat.count_all()).share_chat_cnt).to.equal(0);
    expect(await alice.chat.share_rooms()).to.deep.equal([]);
    await refused(alice.chat.get({ message_ids: [missed] }), 'MESSAGE_NOT_FOUND');
    await refused(alice.chat.post({ entity_id, message: 'Hi' }), 'INVALID_CONTACT');
    expect(await history(alice, channel_id)).to.deep.equal(['missed']);

    await alice.channel.connect({ channel_id });
    expect(await unreadOf(alice, entity_id)).to.deep.include({ room: 0 });
    expect(namesOf(await synced(alice, since))).to.deep.equal(['room.add']);
    await expectNoDrift(hub, entity_id);
  });

  it('is no error for non-participants, publishes nothing, runs once concurrently', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const { channel_id, entity_id } = await hub.operator.channel.create({
      type: 'dy',
      sub_id: 'match',
    });
    await bob.channel.connect({ channel_id });
    const since = await position(bob);
    expect(await alice.channel.disconnect({ channel_id })).to.deep.equal({ ok: 1 });
    await alice.channel.connect({ channel_id });
    await Promise.all([1, 2, 3, 4].map(() => alice.channel.disconnect({ channel_id })));
    expect(namesOf(await synced(bob, since))).to.deep.equal(['room.add', 'room.remove']);
    expect(await bob.channel.info({ channel_id })).to.deep.include({ listeners: 1 });
    await expectNoDrift(hub, entity_id);
  });

  it('and a concurrent connect leave one or the other state, with correct counters', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const { channel_id, entity_id } = await hub.operator.channel.create({
      type: 'dy',
      sub_id: 'match',
    });
    for (let round = 0; round < 8; round++) {
      await Promise.all([
        alice.channel.connect({ channel_id }),
        alice.channel.disconnect({ channel_id }),
        bob.channel.connect({ channel_id }),
        say(bob, channel_id, `${round}`),
        bob.channel.disconnect({ channel_id }),
      ]);
      await expectNoDrift(hub, entity_id);
    }
    const { listeners } = await bob.channel.info({ channel_id });
    const listed = [...(await alice.chat.share_rooms()), ...(await bob.chat.share_rooms())];
    expect(listed).to.have.length(listeners ?? 0);
  });
});

describe('A member who is removed from the hub', () => {
  it('loses all channels, receives no more events, and returns as a non-participant', async () => {
    const hub = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = hub.members;
    const { channel_id, entity_id } = await hub.operator.channel.create({
      type: 'dy',
      sub_id: 'match',
    });
    for (const member of [alice, bob, carol]) await member.channel.connect({ channel_id });
    using device = await alice.device();
    using other = await bob.device();
    await hub.operator.hub.remove_member({ user_id: alice.id });
    await device.cut;
    const { data } = await other.next('room.remove');
    expect(data).to.deep.include({ room_id: entity_id, user_ids: [alice.id], member_count: 2 });
    await say(bob, channel_id, 'without her');
    await refused(alice.channel.recent({ channel_id }), 'PERMISSION_DENIED');
    await hub.operator.hub.add_member({ user_id: alice.id, privilege: 7 });
    expect(await alice.channel.list({ type: 'dy' })).to.deep.equal([]);
    expect(await alice.chat.share_rooms()).to.deep.equal([]);
    expect(JSON.stringify(await synced(alice))).to.not.contain('without her');
    expect(await bob.channel.info({ channel_id })).to.deep.include({ listeners: 2 });
    await expectNoDrift(hub, entity_id);
  });

  it('leaves an unowned channel unchanged', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const { channel_id } = await newChannel(hub);
    for (const member of [alice, bob]) await member.channel.connect({ channel_id });
    using device = await bob.device();
    await hub.operator.hub.remove_member({ user_id: alice.id });
    expect((await device.next('room.remove')).data.owner_ids).to.deep.equal([]);
  });

  it('during a concurrent connect is not a participant afterwards', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    const { channel_id, entity_id } = await hub.operator.channel.create({
      type: 'dy',
      sub_id: 'match',
    });
    const connect = () => alice.channel.connect({ channel_id });
    const remove = () => hub.operator.hub.remove_member({ user_id: alice.id });
    for (const calls of [
      [connect, remove],
      [remove, connect],
    ]) {
      await atOnce<unknown>(hub, ...calls);
      expect(await hub.operator.channel.info({ channel_id })).to.deep.include({ listeners: 0 });
      await hub.operator.hub.add_member({ user_id: alice.id, privilege: 7 });
      expect(await alice.channel.list({ type: 'dy' })).to.deep.equal([]);
    }
    await expectNoDrift(hub, entity_id);
  });
});
