import { expect } from 'chai';
import { clientOf, refusedInputs } from '../../support/caller.ts';
import { namesOf, position, synced } from '../../support/events.ts';
import { newHub, newRoom, refused } from '../../support/hub.ts';
import {
  atOnce,
  expectNoDrift,
  expectSyncedAs,
  history,
  keyOf,
  narrowed,
  newChannel,
  receivedBy,
  say,
  unreadOf,
} from './support.ts';

describe('channel.update_message', () => {
  it('replaces the content of an own message and publishes to all participants', async () => {
    const hub = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = hub.members;
    const { channel_id, entity_id } = await newChannel(hub);
    for (const member of [alice, bob]) await member.channel.connect({ channel_id });
    const { message_id } = await alice.channel.post({
      channel_id,
      content: { text: 'one', rich: { custom: 1 } },
    });
    const before = await bob.channel.get_message({ channel_id, message_id });
    const seq = await position(alice);
    const devices = [await alice.device(), await bob.device()];
    using outside = await carol.device();
    const content = { rich: { custom: 2 }, text: 'two' };
    const updated = await alice.channel.update_message({
      channel_id,
      message_id,
      version: 1,
      content,
    });
    expect(updated).to.deep.equal({ message_id, version: 2 });
    const after = await bob.channel.get_message({ channel_id, message_id });
    const { edited_ms } = after;
    expect(after).to.deep.equal({
      ...before,
      message: 'two',
      content,
      version: 2,
      edited: 1,
      edited_ms,
    });
    expect(edited_ms).to.be.at.least(before.ctime_ms);
    for (const device of devices) {
      const event = await device.next('chat.edit');
      expect(event).to.deep.include({
        seq: seq + 1,
        prev: seq,
        stream: entity_id,
        actor_id: alice.id,
        notify: 0,
      });
      expect(event.data).to.deep.include({ message_id, message: 'two', content, version: 2 });
      device.close();
    }
    expect((await synced(bob, seq))[0]).to.deep.include({ name: 'chat.edit', seq: seq + 1 });
    expect(await receivedBy(outside, carol, bob)).to.deep.equal([]);
  });

  it('changes between plain text and an object by whole replacement', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    const { channel_id } = await newChannel(hub);
    const message_id = await say(alice, channel_id, 'plain');
    const shown = async (content: Record<string, unknown>) => {
      await alice.channel.update_message({ channel_id, message_id, content });
      const message = await alice.channel.get_message({ channel_id, message_id });
      return [message.message, message.content, message.version];
    };
    expect(await shown({ text: 'rich', a: 1 })).to.deep.equal(['rich', { text: 'rich', a: 1 }, 2]);
    expect(await shown({ b: 2 })).to.deep.equal(['', { b: 2 }, 3]);
    expect(await shown({ text: 'plain again' })).to.deep.equal(['plain again', null, 4]);
  });

  it('with the current content changes and publishes nothing', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    const { channel_id } = await newChannel(hub);
    const content = { text: 'same', n: [1, 2] };
    const { message_id } = await alice.channel.post({ channel_id, content });
    const seq = await position(alice);
    const again = await alice.channel.update_message({
      channel_id,
      message_id,
      version: 1,
      content,
    });
    expect([again.version, await position(alice)]).to.deep.equal([1, seq]);
  });

  it('requires the current version, or -1 for any; one of two concurrent calls fails', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    const { channel_id } = await newChannel(hub);
    const message_id = await say(alice, channel_id, 'v1');
    const update = (version: number | undefined, text: string) =>
      alice.channel.update_message({
        channel_id,
        message_id,
        content: { text },
        ...(version === undefined ? {} : { version }),
      });
    for (const version of [0, 2, 99]) await refused(update(version, 'no'), 'VERSION_MISMATCH');
    expect((await update(1, 'v2')).version).to.equal(2);
    await refused(update(1, 'no'), 'VERSION_MISMATCH');
    await refused(update(1, 'v2'), 'VERSION_MISMATCH');
    expect((await update(-1, 'v3')).version).to.equal(3);
    expect((await update(undefined, 'v4')).version).to.equal(4);
    const outcomes = await atOnce(
      hub,
      () => update(4, 'one'),
      () => update(4, 'other'),
    );
    expect(
      outcomes.map((outcome) => outcome.status === 'fulfilled' || outcome.reason.code),
    ).to.have.members([true, 'VERSION_MISMATCH']);
    const all = await Promise.all(Array.from({ length: 5 }, (_, n) => update(-1, `at once ${n}`)));
    expect(all.map((one) => one.version)).to.have.members([6, 7, 8, 9, 10]);
    await refusedInputs(alice, 'channel.update_message', [
      ['version', { channel_id, message_id, version: -2, content: { text: 'x' } }],
      ['version', { channel_id, message_id, version: 'x', content: { text: 'x' } }],
      ['content', { channel_id, message_id }],
      ['content', { channel_id, message_id, content: 'x' }],
      ['message_id', { channel_id, content: { text: 'x' } }],
    ]);
  });

  it('is for the author only, and for the server of an application; names stay', async () => {
    const hub = await newHub({ viewer: 3, alice: 7, moderator: 15, owner: 63 });
    const { viewer, alice, moderator, owner } = hub.members;
    const { channel_id } = await newChannel(hub);
    for (const member of [moderator, owner]) await member.channel.connect({ channel_id });
    const message_id = await say(alice, channel_id, 'mine');
    const content = { text: 'changed' };
    for (const member of [viewer, moderator, owner])
      await refused(
        member.channel.update_message({ channel_id, message_id, content }),
        'PERMISSION_DENIED',
      );
    await refused(
      (await narrowed(alice, 'chat:roomMessage:add')).channel.update_message({
        channel_id,
        message_id,
        content,
      }),
      'PERMISSION_DENIED',
    );
    for (const system of [hub.operator, await keyOf(hub), await keyOf(hub, 63)])
      for (const version of [-1, 1, 7])
        await refused(
          system.channel.update_message({ channel_id, message_id, version, content }),
          'PERMISSION_DENIED',
        );
    expect(await history(alice, channel_id)).to.deep.equal(['mine']);
    await alice.channel.update_message({ channel_id, message_id, content });
    const made = await hub.operator.key.create({
      ...{ name: 'Game', permission: 31, kind: 'braincloud' },
    });
    const { token } = await hub.operator.session.exchange({
      ...{ client_id: made.server_name ?? '', client_secret: made.server_secret ?? '' },
    });
    await clientOf(token, hub.id).channel.update_message({
      channel_id,
      message_id,
      version: 2,
      content: { text: 'again' },
    });
    expect(await alice.channel.get_message({ channel_id, message_id })).to.deep.include({
      ...{
        message: 'again',
        version: 3,
        author_id: alice.id,
        from: { name: 'alice Test', pic: null },
      },
    });
    const { message_id: news } = await hub.operator.channel.post_simple({
      channel_id,
      text: 'n',
      from: { name: 'Homer' },
    });
    await refused(
      owner.channel.update_message({ channel_id, message_id: news, content }),
      'PERMISSION_DENIED',
    );
    await hub.operator.channel.update_message({ channel_id, message_id: news, content });
    const shown = await alice.channel.get_message({ channel_id, message_id: news });
    expect(shown).to.deep.include({
      message: 'changed',
      from: { name: 'Homer', pic: null },
      author_id: '',
    });
  });

  it('works for non-participants; fails for unknown and foreign messages', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    const { channel_id } = await newChannel(hub);
    const other = await newChannel(hub, 'other');
    const room = await newRoom(alice);
    const elsewhere = [
      await say(alice, other.channel_id, 'elsewhere'),
      (await alice.chat.post({ entity_id: room, message: 'x' })).message_id,
    ];
    const message_id = await say(alice, channel_id, 'here');
    const gone = await say(alice, channel_id, 'gone');
    await alice.channel.delete_message({ channel_id, message_id: gone });
    const content = { text: 'changed' };
    for (const unknown of [...elsewhere, gone, 'nothing', '', '123456', "' OR 1=1"])
      for (const client of [alice, hub.operator]) {
        const about = { channel_id, message_id: unknown };
        await refused(client.channel.update_message({ ...about, content }), 'MESSAGE_NOT_FOUND');
        await refused(client.channel.get_message(about), 'MESSAGE_NOT_FOUND');
        expect((await client.channel.delete_message(about)).deleted).to.equal(0);
      }
    await alice.channel.update_message({ channel_id, message_id, content });
    expect(await history(alice, channel_id)).to.deep.equal(['changed']);
    expect(await history(alice, other.channel_id)).to.deep.equal(['elsewhere']);
  });

  it('changes nothing for empty, oversized, archived or forwarded messages', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    const { channel_id, entity_id } = await newChannel(hub);
    await alice.channel.connect({ channel_id });
    const message_id = await say(alice, channel_id, 'stays');
    const update = (content: Record<string, unknown>, id = message_id, channel = channel_id) =>
      alice.channel.update_message({ channel_id: channel, message_id: id, content });
    await refused(update({ text: '' }), 'INVALID_INPUT');
    await refused(update({ text: ' \n' }), 'INVALID_INPUT');
    await refused(update({ text: 'a\ud800' }), 'INVALID_INPUT');
    await refused(update({ text: 'x'.repeat(17_000) }), 'TOO_LARGE');
    const nodes = { messages: [message_id] };
    const [copy] = await alice.chat.forward({ entities: [entity_id], nodes });
    await refused(update({ text: 'mine now' }, copy?.message_id), 'PERMISSION_DENIED');
    expect(await history(alice, channel_id)).to.deep.equal(['stays', 'stays']);

    const room = await newRoom(alice);
    const said = (await alice.chat.post({ entity_id: room, message: 'group' })).message_id;
    await alice.chat.change_status({ entity_id: room, status: 'archived', for: 'all' });
    await refused(update({ text: 'x' }, said, `${hub.id}:gr:${room}`), 'ROOM_ARCHIVED');
  });
});

describe('channel.delete_message', () => {
  it('deletes an own message for all, from counters and lists, and publishes it', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const { channel_id, entity_id } = await newChannel(hub);
    for (const member of [alice, bob]) await member.channel.connect({ channel_id });
    const kept = await say(alice, channel_id, 'kept');
    const { message_id } = await alice.channel.post({
      channel_id,
      content: { text: 'secret', n: 1 },
    });
    using device = await bob.device();
    using own = await alice.device();
    const seq = await position(alice);
    const reply = await alice.channel.delete_message({ channel_id, message_id, version: 1 });
    expect(reply).to.deep.equal({ message_id, deleted: 1 });
    for (const one of [device, own]) {
      const event = await one.next('chat.delete');
      expect(event).to.deep.include({
        seq: seq + 1,
        prev: seq,
        stream: entity_id,
        actor_id: alice.id,
      });
      expect(event.data).to.deep.equal({
        ...{
          room_id: entity_id,
          message_id,
          author_id: alice.id,
          ordinal: 2,
          option: 'all',
          deleted: 1,
        },
      });
    }
    await expectSyncedAs(device, bob, seq);
    expect(JSON.stringify(await synced(bob))).to.not.contain('secret');
    expect(await history(bob, channel_id)).to.deep.equal(['kept']);
    expect(await unreadOf(bob, entity_id)).to.deep.equal({ room: 1, total: 1 });
    expect(await bob.chat.chat_room_info({ key: entity_id })).to.deep.include({
      last_message_id: kept,
    });
    expect(await bob.channel.info({ channel_id })).to.deep.include({ num_msgs: 1 });
    await refused(bob.channel.get_message({ channel_id, message_id }), 'MESSAGE_NOT_FOUND');
    await expectNoDrift(hub, entity_id);
  });

  it('of a deleted or concurrently deleted message is no error and publishes nothing', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice } = hub.members;
    const { channel_id, entity_id } = await newChannel(hub);
    await alice.channel.connect({ channel_id });
    const remove = async (message_id: string) =>
      (await alice.channel.delete_message({ channel_id, message_id })).deleted;
    const first = await say(alice, channel_id, '1');
    expect([await remove(first), await remove(first)]).to.deep.equal([1, 0]);
    const second = await say(alice, channel_id, '2');
    const outcomes = await atOnce(
      hub,
      () => remove(second),
      () => remove(second),
    );
    expect(
      outcomes.map((outcome) => outcome.status === 'fulfilled' && outcome.value).sort(),
    ).to.deep.equal([0, 1]);
    expect(namesOf(await synced(alice)).filter((name) => name === 'chat.delete')).to.have.length(2);
    await expectNoDrift(hub, entity_id);
  });

  it('requires the current version, or -1 for any', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    const { channel_id } = await newChannel(hub);
    const message_id = await say(alice, channel_id, 'v1');
    await alice.channel.update_message({ channel_id, message_id, content: { text: 'v2' } });
    for (const version of [0, 1, 3])
      await refused(
        alice.channel.delete_message({ channel_id, message_id, version }),
        'VERSION_MISMATCH',
      );
    expect(
      (await alice.channel.delete_message({ channel_id, message_id, version: 2 })).deleted,
    ).to.equal(1);
    const other = await say(alice, channel_id, 'v1');
    expect(
      (await alice.channel.delete_message({ channel_id, message_id: other, version: -1 })).deleted,
    ).to.equal(1);
    await refusedInputs(alice, 'channel.delete_message', [
      ['version', { channel_id, message_id, version: -2 }],
    ]);
  });

  it('is for the author and the system only', async () => {
    const hub = await newHub({ viewer: 3, alice: 7, bob: 7, moderator: 15, admin: 31 });
    const { viewer, alice, bob, moderator, admin } = hub.members;
    const { channel_id } = await newChannel(hub);
    const ids = [
      await say(alice, channel_id, '1'),
      await say(alice, channel_id, '2'),
      await say(alice, channel_id, '3'),
    ];
    const [one = '', two = '', three = ''] = ids;
    for (const member of [viewer, bob, moderator, admin])
      await refused(
        member.channel.delete_message({ channel_id, message_id: one }),
        'PERMISSION_DENIED',
      );
    const looking = await narrowed(alice, 'chat:room:view', 'chat:roomMessage:add');
    await refused(
      looking.channel.delete_message({ channel_id, message_id: one }),
      'PERMISSION_DENIED',
    );
    expect(await history(bob, channel_id)).to.deep.equal(['1', '2', '3']);
    const deleting = await narrowed(alice, 'chat:roomMessage:delete');
    for (const [client, message_id] of [
      [hub.operator, one],
      [await keyOf(hub), two],
      [deleting, three],
    ] as const)
      expect((await client.channel.delete_message({ channel_id, message_id })).deleted).to.equal(1);
    expect(await history(bob, channel_id)).to.deep.equal([]);
  });
});
