import { expect } from 'chai';
import { recount } from '../../../scripts/recount.ts';
import { app } from '../../support/app.ts';
import { namesOf } from '../../support/events.ts';
import { uploadIds } from '../../support/files.ts';
import { newHub, newRoom, refused } from '../../support/hub.ts';
import {
  expectNoDrift,
  expectSyncedAs,
  history,
  newChannel,
  receivedBy,
  say,
  unreadOf,
} from './support.ts';

describe('A connected channel in chat.*', () => {
  it('takes posts, edits, deletions, reactions, pins and threads like any room', async () => {
    const hub = await newHub({ alice: 7, bob: 7, moderator: 15 });
    const { alice, bob, moderator } = hub.members;
    const { channel_id, entity_id } = await newChannel(hub);
    for (const member of [alice, bob, moderator]) await member.channel.connect({ channel_id });
    using device = await bob.device();
    const posted = await alice.chat.post({ entity_id, message: 'question', mention_ids: [bob.id] });
    expect(posted).to.deep.include({
      entity_id,
      room_id: entity_id,
      from: null,
      content: null,
      room: 0,
    });
    const message_id = posted.message_id;
    await bob.chat.post({ entity_id, message: 'answer', thread_id: message_id });
    await alice.chat.edit({ message_id, message: 'edited', version: 1 });
    await bob.chat.react({ message_id, emoji: '👍' });
    await bob.chat.pin({ message_id });
    const [question, answer] = await moderator.channel.recent({ channel_id });
    expect(question).to.deep.include({
      message: 'edited',
      version: 2,
      mention_ids: [bob.id],
      channel_id,
    });
    expect(question?.reactions).to.deep.equal([{ emoji: '👍', count: 1, user_ids: [bob.id] }]);
    expect(answer).to.deep.include({ message: 'answer', thread_id: message_id });
    expect(answer?.thread).to.deep.include({ message: 'edited' });
    expect((await alice.chat.pins({ entity_id })).map((pin) => pin.message_id)).to.deep.equal([
      message_id,
    ]);
    expect(
      (await alice.chat.thread({ thread_id: message_id })).map((row) => row.message),
    ).to.have.members(['edited', 'answer']);
    await bob.chat.unpin({ message_id });
    await moderator.chat.delete({ messages: [message_id], option: 'all' });
    expect(namesOf(await receivedBy(device, bob, alice))).to.deep.equal([
      ...[
        'chat.post',
        'chat.post',
        'chat.edit',
        'chat.react',
        'chat.pin',
        'chat.unpin',
        'chat.delete',
      ],
    ]);
    expect(await history(alice, channel_id)).to.deep.equal(['answer']);
    await refused(alice.channel.get_message({ channel_id, message_id }), 'MESSAGE_NOT_FOUND');
    await expectNoDrift(hub, entity_id);
  });

  it('keeps other rich fields on chat.edit, and channel.update_message replaces them', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    const { channel_id } = await newChannel(hub);
    await alice.channel.connect({ channel_id });
    const { message_id } = await alice.channel.post({
      channel_id,
      content: { text: 'one', rich: { custom: 1 } },
    });
    await alice.chat.edit({ message_id, message: 'two' });
    const content = { text: 'two', rich: { custom: 1 } };
    expect(await alice.channel.get_message({ channel_id, message_id })).to.deep.include({
      message: 'two',
      content,
      version: 2,
    });
    await alice.channel.update_message({
      channel_id,
      message_id,
      version: 2,
      content: { text: 'three' },
    });
    const [row] = await alice.chat.get({ message_ids: [message_id] });
    expect(row).to.deep.include({ message: 'three', content: null, version: 3 });
  });

  it('is counted, read, hidden and archived for the caller like any room', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const { channel_id, entity_id } = await newChannel(hub);
    for (const member of [alice, bob]) await member.channel.connect({ channel_id });
    const ids: string[] = [];
    for (const text of ['1', '2', '3']) ids.push(await say(bob, channel_id, text));
    await alice.chat.acknowledge({ message_id: ids[0] ?? '' });
    expect(await unreadOf(alice, entity_id)).to.deep.equal({ room: 2, total: 2 });
    await alice.chat.delete({ messages: [ids[1] ?? ''], option: 'me' });
    expect(await unreadOf(alice, entity_id)).to.deep.equal({ room: 1, total: 1 });
    expect(await history(alice, channel_id)).to.deep.equal(['1', '3']);
    expect(await history(bob, channel_id)).to.deep.equal(['1', '2', '3']);
    await refused(
      alice.channel.get_message({ channel_id, message_id: ids[1] ?? '' }),
      'MESSAGE_NOT_FOUND',
    );
    await alice.chat.mark_unread({ message_id: ids[0] ?? '' });
    expect(await unreadOf(alice, entity_id)).to.deep.equal({ room: 2, total: 2 });
    await alice.chat.change_status({ entity_id, status: 'archived' });
    expect(await alice.chat.share_rooms()).to.deep.equal([]);
    await say(bob, channel_id, '4');
    expect(await alice.chat.share_rooms()).to.have.nested.property('[0].unread_count', 3);
    expect(await alice.chat.to_read({ entity_id })).to.deep.include({ unread: 3 });
    await expectNoDrift(hub, entity_id);
  });

  it('carries files, whose bytes only participants can read', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const { channel_id, entity_id } = await newChannel(hub, 'lobby', { history_limit: 1 });
    await alice.channel.connect({ channel_id });
    const [nid = ''] = await uploadIds(alice, 1);
    const { message_id } = await alice.chat.post({ entity_id, message: '', attachment: [nid] });
    const [shown] = await bob.channel.recent({ channel_id });
    expect(shown).to.deep.include({ message_id, is_attachment: 1, attachment_count: 1 });
    const read = (token: string) =>
      fetch(`${app().url}/-/file/${nid}`, {
        headers: { authorization: `Bearer ${token}`, 'x-hub-id': hub.id },
      });
    expect([(await read(alice.token)).status, (await read(bob.token)).status]).to.deep.equal([
      200, 404,
    ]);
    await bob.channel.connect({ channel_id });
    expect((await read(bob.token)).status).to.equal(200);
    await say(bob, channel_id, 'rolls it out');
    expect((await read(alice.token)).status).to.equal(404);
  });

  it('cannot be managed as a group room and has no owner', async () => {
    const hub = await newHub({ alice: 7, admin: 31 });
    const { alice, admin } = hub.members;
    const { channel_id, entity_id } = await newChannel(hub);
    for (const member of [alice, admin]) await member.channel.connect({ channel_id });
    for (const member of [alice, admin]) {
      await refused(member.room.update({ entity_id, name: 'Mine' }), 'ROOM_NOT_FOUND');
      await refused(member.room.add({ entity_id, user_id: admin.id }), 'ROOM_NOT_FOUND');
      await refused(member.room.remove({ entity_id, user_id: alice.id }), 'ROOM_NOT_FOUND');
      await refused(
        member.chat.change_status({ entity_id, status: 'archived', for: 'all' }),
        'ROOM_NOT_FOUND',
      );
      expect(await member.room.list({})).to.deep.equal([]);
    }
    expect(await admin.room.list({ all: 1 })).to.deep.equal([]);
  });

  it('is in no search, list or sync of other hubs or non-participants', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const { channel_id, entity_id } = await newChannel(hub);
    await alice.channel.connect({ channel_id });
    const { message_id } = await alice.chat.post({ entity_id, message: 'needle' });
    await refused(bob.chat.messages({ entity_id }), 'ROOM_NOT_FOUND');
    await refused(bob.chat.post({ entity_id, message: 'x' }), 'INVALID_CONTACT');
    await refused(bob.chat.edit({ message_id, message: 'x' }), 'MESSAGE_NOT_FOUND');
    await refused(bob.chat.react({ message_id, emoji: '👍' }), 'MESSAGE_NOT_FOUND');
    await refused(bob.chat.pin({ message_id }), 'MESSAGE_NOT_FOUND');
    await refused(bob.chat.thread({ thread_id: message_id }), 'INVALID_THREAD');
    const room = await newRoom(bob);
    const nodes = { messages: [message_id] };
    await refused(bob.chat.forward({ entities: [room], nodes }), 'INVALID_MESSAGES');
    await refused(bob.chat.forward({ entities: [entity_id], nodes }), 'INVALID_RECIPIENT');
  });

  it('shows a device what chat.sync lists, and leaves no drift in the hub', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const { channel_id, entity_id } = await newChannel(hub, 'lobby', { history_limit: 4 });
    for (const member of [alice, bob]) await member.channel.connect({ channel_id });
    const ids: string[] = [];
    for (const text of ['1', '2', '3']) ids.push(await say(alice, channel_id, text));
    using device = await bob.device();
    await bob.chat.react({ message_id: ids[1] ?? '', emoji: '👍' });
    await bob.chat.pin({ message_id: ids[2] ?? '' });
    await alice.channel.update_message({
      channel_id,
      message_id: ids[2] ?? '',
      content: { text: '3', n: 1 },
    });
    device.received.splice(0, 2);
    await expectSyncedAs(device, bob, device.ready.seq + 2);
    await alice.channel.delete_message({ channel_id, message_id: ids[0] ?? '' });
    for (const text of ['4', '5', '6']) await alice.chat.post({ entity_id, message: text });
    await bob.channel.disconnect({ channel_id });
    await hub.operator.channel.delete({ channel_id });
    expect(await recount(app().pool, { hub: hub.id, fix: false }, () => {})).to.equal(0);
  });
});
