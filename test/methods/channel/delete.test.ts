import { expect } from 'chai';
import { purgeMessages } from '../../../service/jobs/retention.ts';
import { app } from '../../support/app.ts';
import { namesOf, position, synced } from '../../support/events.ts';
import { newHub, newRoom, refused } from '../../support/hub.ts';
import { jobsOn } from '../../support/jobs.ts';
import {
  atOnce,
  expectNoDrift,
  expectSyncedAs,
  history,
  keyOf,
  newChannel,
  receivedBy,
  say,
} from './support.ts';

describe('channel.delete', () => {
  it('deletes a channel and its history; publishes leave, then deletion', async () => {
    const hub = await newHub({ admin: 31, alice: 7, bob: 7, carol: 7 });
    const { admin, alice, bob, carol } = hub.members;
    const { channel_id, entity_id } = await hub.operator.channel.create({
      type: 'dy',
      sub_id: 'match',
    });
    for (const member of [alice, bob]) await member.channel.connect({ channel_id });
    const message_id = await say(alice, channel_id, 'secret');
    await alice.chat.pin({ message_id });
    const seq = await position(alice);
    const devices = [await alice.device(), await alice.device(), await bob.device()];
    using outside = await carol.device();
    expect(await admin.channel.delete({ channel_id })).to.deep.equal({ ok: 1 });
    for (const device of devices) {
      const removal = await device.next('room.remove');
      expect(removal).to.deep.include({ seq: seq + 1, stream: entity_id, actor_id: admin.id });
      expect(removal.data.user_ids).to.have.members([alice.id, bob.id]);
      expect(removal.data).to.deep.include({ member_count: 0, owner_ids: [] });
      const deletion = await device.next('channel.delete');
      expect(deletion).to.deep.include({
        seq: seq + 2,
        stream: hub.id,
        data: { channel_id, entity_id },
      });
      await expectSyncedAs(device, device === devices[2] ? bob : alice, seq);
      device.close();
    }
    expect(namesOf(await receivedBy(outside, carol, bob))).to.deep.equal(['channel.delete']);
    for (const member of [alice, bob, carol]) {
      const known = await synced(member);
      expect(JSON.stringify(known)).to.not.contain('secret');
      expect(await member.chat.share_rooms()).to.deep.equal([]);
      await refused(member.channel.info({ channel_id }), 'CHANNEL_NOT_FOUND');
      await refused(member.channel.get_message({ channel_id, message_id }), 'CHANNEL_NOT_FOUND');
      await refused(member.chat.get({ message_ids: [message_id] }), 'MESSAGE_NOT_FOUND');
      await refused(member.chat.post({ entity_id, message: 'x' }), 'INVALID_CONTACT');
    }
    await refused(admin.channel.delete({ channel_id }), 'CHANNEL_NOT_FOUND');
    expect(await hub.operator.channel.list()).to.deep.equal([]);
    await expectNoDrift(hub, entity_id);
  });

  it('frees the id for a new channel, which starts empty', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    const old = await newChannel(hub, 'lobby', { history_limit: 2 });
    await alice.channel.connect({ channel_id: old.channel_id });
    const { channel_id } = old;
    const posted = await alice.channel.post_simple({ channel_id, text: 'old', echoId: 'key' });
    await hub.operator.channel.delete({ channel_id });
    const made = await newChannel(hub, 'lobby', { name: 'New' });
    expect(made).to.deep.include({ channel_id, name: 'New', num_msgs: 0, history_limit: 250 });
    expect(made.entity_id).to.not.equal(old.entity_id);
    expect(await history(alice, channel_id)).to.deep.equal([]);
    expect(await alice.chat.share_rooms(), 'no longer connected').to.deep.equal([]);
    for (const client of [alice, hub.operator]) {
      const about = { channel_id, message_id: posted.message_id };
      await refused(client.channel.get_message(about), 'MESSAGE_NOT_FOUND');
      await refused(
        client.channel.update_message({ ...about, content: { text: 'x' } }),
        'MESSAGE_NOT_FOUND',
      );
      expect((await client.channel.delete_message(about)).deleted).to.equal(0);
    }
    const again = await alice.channel.post_simple({ channel_id, text: 'new', echoId: 'key' });
    expect(again.message_id).to.not.equal(posted.message_id);
    await purgeMessages(jobsOn(app().pool));
    expect(await history(alice, channel_id)).to.deep.equal(['new']);
    for (const room of [old.entity_id, made.entity_id]) await expectNoDrift(hub, room);
  });

  it('also deletes a channel without participants and messages', async () => {
    const hub = await newHub({ alice: 7 });
    for (const type of ['gl', 'dy', 'sy'] as const) {
      const { channel_id, entity_id } = await hub.operator.channel.create({ type, sub_id: 'x' });
      await hub.operator.channel.delete({ channel_id });
      await refused(hub.operator.channel.info({ channel_id }), 'CHANNEL_NOT_FOUND');
      expect((await hub.operator.channel.create({ type, sub_id: 'x' })).entity_id).to.not.equal(
        entity_id,
      );
    }
    const names = ['channel.create', 'channel.delete', 'channel.create'];
    expect(namesOf(await synced(hub.members.alice))).to.deep.equal([...names, ...names]);
  });

  it('is for admins, keys with that privilege and the operator; not for group rooms', async () => {
    const hub = await newHub({ viewer: 3, alice: 7, moderator: 15, admin: 31 });
    const { admin } = hub.members;
    const { other } = (await newHub({ other: 63 })).members;
    const { channel_id } = await newChannel(hub);
    for (const name of ['viewer', 'alice', 'moderator'] as const)
      await refused(hub.members[name].channel.delete({ channel_id }), 'PERMISSION_DENIED');
    await refused((await keyOf(hub, 15)).channel.delete({ channel_id }), 'PERMISSION_DENIED');
    await refused(other.channel.delete({ channel_id }), 'CHANNEL_NOT_FOUND');
    await (await keyOf(hub)).channel.delete({ channel_id });
    const room = await newRoom(admin);
    for (const client of [admin, hub.operator])
      await refused(
        client.channel.delete({ channel_id: `${hub.id}:gr:${room}` }),
        'PERMISSION_DENIED',
      );
    expect(await admin.room.info({ entity_id: room })).to.have.property('entity_id', room);
  });

  it('applies to a concurrent post, connection and forward', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const remove = (channel_id: string) => hub.operator.channel.delete({ channel_id });
    const codeOf = (outcome: PromiseSettledResult<unknown> | undefined) =>
      outcome?.status === 'rejected' ? outcome.reason.code : 'done';
    const calls = {
      CHANNEL_NOT_FOUND: [
        ({ channel_id }: { channel_id: string }) => say(alice, channel_id, 'late'),
        ({ channel_id }: { channel_id: string }) => bob.channel.connect({ channel_id }),
        ({ channel_id }: { channel_id: string }) => remove(channel_id),
      ],
      INVALID_MESSAGES: [
        ({ message_id }: { message_id: string }) =>
          alice.chat.forward({ entities: [bob.id], nodes: { messages: [message_id] } }),
      ],
    };
    for (const [code, late] of Object.entries(calls))
      for (const call of late) {
        const { channel_id, entity_id } = await newChannel(hub);
        await alice.channel.connect({ channel_id });
        const message_id = await say(alice, channel_id, 'said');
        const about = { channel_id, message_id };
        const [first, second] = await atOnce<unknown>(
          hub,
          () => remove(channel_id),
          () => call(about),
        );
        expect([codeOf(first), codeOf(second)]).to.deep.equal(['done', code]);
        await expectNoDrift(hub, entity_id);
      }
    expect(await bob.chat.messages({ entity_id: alice.id })).to.deep.equal([]);
  });

  it('and a concurrent create leave one channel or none, never a partial one', async () => {
    const hub = await newHub({ alice: 7 });
    for (let round = 0; round < 6; round++) {
      const { channel_id } = await newChannel(hub);
      const [made] = await Promise.all([
        newChannel(hub),
        hub.operator.channel.delete({ channel_id }),
        say(hub.members.alice, channel_id, 'x').catch((error: { code: string }) => error.code),
      ]);
      const there = await hub.operator.channel.list();
      expect(there.length).to.be.at.most(1);
      if (there[0]) expect(there[0].entity_id).to.equal(made.entity_id);
    }
  });
});
