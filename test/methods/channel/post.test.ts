import { expect } from 'chai';
import { clientOf, refusedInputs } from '../../support/caller.ts';
import { position, synced } from '../../support/events.ts';
import { newHub, refused } from '../../support/hub.ts';
import {
  atOnce,
  history,
  keyOf,
  narrowed,
  newChannel,
  receivedBy,
  say,
  unreadOf,
} from './support.ts';

describe('channel.post', () => {
  it('stores an object, its text as the message, and publishes to all participants', async () => {
    const hub = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = hub.members;
    await alice.user.update({ picture_url: 'https://pics.example/alice.png' });
    const { channel_id, entity_id } = await newChannel(hub);
    for (const member of [alice, bob]) await member.channel.connect({ channel_id });
    const devices = [await alice.device(), await bob.device(), await bob.device()];
    using outside = await carol.device();
    const content = { rich: { custom: 1, list: ['ä', null, 1.5] }, text: 'Hello 👋', other: false };
    const seq = await position(alice);
    const posted = await alice.channel.post({ channel_id, content });
    expect(posted).to.deep.equal({ message_id: posted.message_id, channel_id, seq: seq + 1 });
    const message = await bob.channel.get_message({ channel_id, message_id: posted.message_id });
    expect(message).to.deep.include({
      ...{
        message_id: posted.message_id,
        channel_id,
        room_id: entity_id,
        message: 'Hello 👋',
        content,
      },
      ...{ author_id: alice.id, version: 1, edited: 0, edited_ms: null, ordinal: 1 },
      from: { name: 'alice Test', pic: 'https://pics.example/alice.png' },
    });
    expect(Object.keys(message.content ?? {})).to.deep.equal(['rich', 'text', 'other']);
    const { channel_id: _, ...data } = message;
    for (const [index, device] of devices.entries()) {
      const event = await device.next('chat.post');
      expect(event).to.deep.include({
        seq: seq + 1,
        stream: entity_id,
        room_id: entity_id,
        entity_id,
        data,
      });
      expect([event.actor_id, event.notify]).to.deep.equal([alice.id, index === 0 ? 0 : 1]);
      device.close();
    }
    expect(await receivedBy(outside, carol, bob)).to.deep.equal([]);
    expect((await synced(bob, seq))[0]).to.deep.include({ name: 'chat.post', seq: seq + 1, data });
    expect(await bob.chat.messages({ entity_id, mark_read: 0 })).to.have.nested.property(
      '[0].message',
      'Hello 👋',
    );
  });

  it('of text alone equals post_simple, and any text is returned unchanged', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    const { channel_id } = await newChannel(hub);
    const given = [
      '{}',
      '안녕하세요',
      ' spaces ',
      '<b>&amp;',
      "'; DROP TABLE messages; --",
      'a\u0000b',
      '😀'.repeat(2000),
    ];
    for (const text of given) {
      await say(alice, channel_id, text);
      await alice.channel.post({ channel_id, content: { text } });
    }
    const messages = await alice.channel.recent({ channel_id, limit: 250 });
    expect(messages.map((one) => one.message)).to.deep.equal(given.flatMap((text) => [text, text]));
    expect(messages.every((one) => one.content === null)).to.equal(true);
  });

  it('without a text stores the object and shows no text', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    const { channel_id } = await newChannel(hub);
    for (const content of [
      { test: 'content' },
      { text: 7 },
      { text: null },
      { text: { deep: 1 } },
      { text: '', n: 1 },
    ]) {
      const { message_id } = await alice.channel.post({ channel_id, content });
      const shown = await alice.channel.get_message({ channel_id, message_id });
      expect(shown).to.deep.include({ message: '', content });
    }
  });

  it('from outside sends the author no event and moves only their own pointer', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const { channel_id, entity_id } = await newChannel(hub);
    await bob.channel.connect({ channel_id });
    using device = await alice.device();
    await say(alice, channel_id, 'from outside');
    expect(await receivedBy(device, alice, bob)).to.deep.equal([]);
    expect(await synced(alice, device.ready.seq)).to.have.length(1);
    expect(await unreadOf(bob, entity_id)).to.deep.equal({ room: 1, total: 1 });
    await refused(alice.chat.chat_room_info({ key: entity_id }), 'ROOM_NOT_FOUND');
    await bob.channel.post_simple({ channel_id, text: 'from inside' });
    expect(await unreadOf(bob, entity_id)).to.deep.equal({ room: 0, total: 0 });
  });

  it('by the system shows the given sender, or none', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    const { channel_id, entity_id } = await newChannel(hub);
    await alice.channel.connect({ channel_id });
    using device = await alice.device();
    const pic = 'http://www.simpsons.test/homer.jpg';
    const said = [
      [
        { name: 'Homer', pic },
        { name: 'Homer', pic },
      ],
      [{ name: 'Homer' }, { name: 'Homer', pic: null }],
      [
        { name: 'Homer', pic: null },
        { name: 'Homer', pic: null },
      ],
      [{}, { name: '', pic: null }],
      [undefined, { name: '', pic: null }],
    ] as const;
    for (const system of [hub.operator, await keyOf(hub)])
      for (const [from, shown] of said) {
        const params = { channel_id, text: 'News', ...(from ? { from } : {}) };
        const { message_id } = await system.channel.post_simple(params);
        const message = await alice.channel.get_message({ channel_id, message_id });
        expect(message).to.deep.include({ author_id: '', from: shown, message: 'News' });
        expect(message.entity).to.deep.include({
          id: '',
          firstname: shown.name,
          surname: shown.name,
        });
        expect(await device.next('chat.post')).to.deep.include({ actor_id: '', notify: 1 });
      }
    expect(await unreadOf(alice, entity_id)).to.deep.equal({ room: 10, total: 10 });
    const [row] = await alice.chat.messages({ entity_id });
    expect(row).to.deep.include({ author_id: '', message: 'News', from: { name: '', pic: null } });
  });

  it('keeps the sender’s name of that time when the member is renamed', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    const { channel_id } = await newChannel(hub);
    const before = await say(alice, channel_id, 'before');
    await alice.user.update({ firstname: 'Alicia', picture_url: 'https://pics.example/2' });
    const after = await say(alice, channel_id, 'after');
    const fromOf = async (message_id: string) =>
      (await alice.channel.get_message({ channel_id, message_id })).from;
    expect(await fromOf(before)).to.deep.equal({ name: 'alice Test', pic: null });
    expect(await fromOf(after)).to.deep.equal({
      name: 'Alicia Test',
      pic: 'https://pics.example/2',
    });
  });

  it('accepts a sender from the system only', async () => {
    const hub = await newHub({ alice: 7, owner: 63 });
    const { channel_id } = await newChannel(hub);
    for (const member of Object.values(hub.members)) {
      await refused(
        member.channel.post_simple({ channel_id, text: 'x', from: { name: 'Homer' } }),
        'PERMISSION_DENIED',
      );
      await refused(
        member.channel.post({ channel_id, content: { text: 'x' }, from: {}, record: 0 }),
        'PERMISSION_DENIED',
      );
    }
    expect(await history(hub.operator, channel_id)).to.deep.equal([]);
    await refusedInputs(
      { token: (await hub.operator.key.create({ name: 'k', permission: 31 })).key },
      'channel.post_simple',
      [
        ['id', { channel_id, text: 'x', from: { id: 'x', name: 'Homer' } }],
        ['from', { channel_id, text: 'x', from: 'Homer' }],
        ['from.name', { channel_id, text: 'x', from: { name: 'x'.repeat(256) } }],
        ['from.pic', { channel_id, text: 'x', from: { pic: 'x'.repeat(2001) } }],
      ],
    );
  });

  it('by a key that acts as a member counts as that member’s', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    const { channel_id } = await newChannel(hub);
    const system = await hub.operator.channel.create({ type: 'sy', sub_id: 'ops' });
    const { key } = await hub.operator.key.create({
      name: 'Bot',
      permission: 31,
      user_id: alice.id,
    });
    const bot = clientOf(key, hub.id);
    const message_id = await say(bot, channel_id, 'beep');
    const shown = await alice.channel.get_message({ channel_id, message_id });
    expect(shown).to.deep.include({ author_id: alice.id, from: { name: 'alice Test', pic: null } });
    await refused(
      bot.channel.post_simple({ channel_id, text: 'x', from: { name: 'Homer' } }),
      'PERMISSION_DENIED',
    );
    await refused(bot.channel.recent({ channel_id: system.channel_id }), 'CHANNEL_NOT_FOUND');
    await refused(bot.channel.create({ type: 'gl', sub_id: 'x' }), 'PERMISSION_DENIED');
  });

  it('is for members, keys and the operator; not viewers, strangers, read tokens', async () => {
    const hub = await newHub({ viewer: 3, alice: 7 });
    const { other } = (await newHub({ other: 63 })).members;
    const { viewer, alice } = hub.members;
    const { channel_id } = await newChannel(hub);
    const strangers = [
      viewer,
      clientOf(other.token, hub.id),
      await narrowed(alice, 'chat:room:view', 'chat:roomMessage:edit'),
      await keyOf(hub, 3),
      await keyOf(hub, 7),
    ];
    for (const client of strangers) {
      await refused(client.channel.post_simple({ channel_id, text: 'Hi' }), 'PERMISSION_DENIED');
      await refused(
        client.channel.post({ channel_id, content: {}, record: 0 }),
        'PERMISSION_DENIED',
      );
    }
    await say(await narrowed(alice, 'chat:roomMessage:add'), channel_id, 'narrowed');
    await say(await keyOf(hub, 31), channel_id, 'key');
    expect(await history(hub.operator, channel_id)).to.deep.equal(['narrowed', 'key']);
  });

  it('fails for empty, oversized or invalid content and stores nothing', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    const { channel_id } = await newChannel(hub);
    await refusedInputs(alice, 'channel.post_simple', [
      ['text', { channel_id }],
      ['text', { channel_id, text: '' }],
      ['text', { channel_id, text: ' \n\t' }],
      ['text', { channel_id, text: 7 }],
      ['text', { channel_id, text: 'x'.repeat(10_001) }],
      ['text', { channel_id, text: '\ud800' }],
      ['record', { channel_id, text: 'x', record: 2 }],
      ['echoId', { channel_id, text: 'x', echoId: '' }],
      ['content', { channel_id, text: 'x', content: {} }],
    ]);
    await refusedInputs(alice, 'channel.post', [
      ['content', { channel_id }],
      ['content', { channel_id, content: 'text' }],
      ['content', { channel_id, content: ['text'] }],
      ['content', { channel_id, content: null }],
      ['text', { channel_id, content: { text: ' ' } }],
      ['content', { channel_id, content: { text: 'a\udfff' } }],
    ]);
    const sized = (bytes: number) => ({
      text: 'x',
      pad: 'y'.repeat(bytes - JSON.stringify({ text: 'x', pad: '' }).length),
    });
    const tooLarge = await refused(
      alice.channel.post({ channel_id, content: sized(16 * 1024 + 1) }),
      'TOO_LARGE',
    );
    expect(tooLarge.details[0]).to.match(/^content: /);
    await refused(
      alice.channel.post({ channel_id, content: { text: 'ä'.repeat(9000) } }),
      'TOO_LARGE',
    );
    await refused(
      alice.channel.post({ channel_id, content: sized(16 * 1024 + 1), record: 0 }),
      'TOO_LARGE',
    );
    expect(await history(alice, channel_id)).to.deep.equal([]);
    await alice.channel.post({ channel_id, content: sized(16 * 1024) });
    expect(await history(alice, channel_id)).to.deep.equal(['x']);
  });
});

describe('The echoId of a channel’s post', () => {
  it('returns the same message when repeated, by post or post_simple; one event', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    const { channel_id } = await newChannel(hub);
    await alice.channel.connect({ channel_id });
    using device = await alice.device();
    const first = await alice.channel.post_simple({ channel_id, text: 'Hi', echoId: 'key' });
    expect(first).to.deep.include({ channel_id, echoId: 'key' });
    expect(
      await alice.channel.post_simple({ channel_id, text: 'Hi', echoId: 'key' }),
    ).to.deep.equal(first);
    expect(
      await alice.channel.post({ channel_id, content: { text: 'Hi' }, echoId: 'key' }),
    ).to.deep.equal(first);
    await alice.channel.delete_message({ channel_id, message_id: first.message_id });
    expect(
      await alice.channel.post_simple({ channel_id, text: 'Hi', echoId: 'key' }),
    ).to.deep.equal(first);
    expect(await device.next('chat.post')).to.deep.include({ echoId: 'key', seq: first.seq });
    await device.next('chat.delete');
    expect(device.received).to.have.length(2);
    expect(await history(alice, channel_id)).to.deep.equal([]);
  });

  it('conflicts with other content, is per author and channel, and ignores digits', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const { channel_id } = await newChannel(hub);
    const other = await newChannel(hub, 'other');
    await alice.channel.post_simple({ channel_id, text: 'Hi', echoId: 'key' });
    await refused(
      alice.channel.post_simple({ channel_id, text: 'Ho', echoId: 'key' }),
      'ECHO_ID_CONFLICT',
    );
    await refused(
      alice.channel.post({ channel_id, content: { text: 'Hi', n: 1 }, echoId: 'key' }),
      'ECHO_ID_CONFLICT',
    );
    await alice.channel.post_simple({ channel_id, text: 'KEY', echoId: 'KEY' });
    await bob.channel.post_simple({ channel_id, text: 'Bob', echoId: 'key' });
    await alice.channel.post_simple({ channel_id: other.channel_id, text: 'Other', echoId: 'key' });
    for (const text of ['1', '2'])
      await alice.channel.post_simple({ channel_id, text, echoId: '7' });
    await hub.operator.channel.post_simple({
      channel_id,
      text: 'S',
      from: { name: 'A' },
      echoId: 'key',
    });
    const asAnother = { channel_id, text: 'S', from: { name: 'B' }, echoId: 'key' };
    await refused(hub.operator.channel.post_simple(asAnother), 'ECHO_ID_CONFLICT');
    expect(await history(alice, channel_id)).to.deep.equal(['Hi', 'KEY', 'Bob', '1', '2', 'S']);
    expect(await history(alice, other.channel_id)).to.deep.equal(['Other']);
  });

  it('is stored once for several concurrent calls, also from outside', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const { channel_id } = await newChannel(hub);
    await alice.channel.connect({ channel_id });
    for (const author of [alice, bob]) {
      const send = () => author.channel.post_simple({ channel_id, text: 'once', echoId: 'key' });
      const sent = await Promise.all([send(), send(), send(), send(), send()]);
      expect(new Set(sent.map((one) => JSON.stringify(one))).size).to.equal(1);
      const held = () => author.channel.post_simple({ channel_id, text: 'held', echoId: 'held' });
      const outcomes = await atOnce(hub, held, held);
      const [one, other] = outcomes.map(
        (outcome) => outcome.status === 'fulfilled' && outcome.value,
      );
      expect(one).to.deep.equal(other);
    }
    expect(await history(alice, channel_id)).to.deep.equal(['once', 'held', 'once', 'held']);
  });
});
