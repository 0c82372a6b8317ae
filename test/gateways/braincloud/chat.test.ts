import { expect } from 'chai';
import { expectRefused, newApplication } from '../../support/braincloud.ts';
import { newRoom } from '../../support/hub.ts';

describe('The chat of brainCloud’s client', () => {
  it('finds, describes and lists channels', async () => {
    const { player, channelId, appId } = await newApplication();
    await using ann = await player('Ann');
    expect(await ann.get('chat', 'getChannelId', 'gl', 'valid')).to.deep.equal({ channelId });
    expect(channelId).to.equal(`${appId}:gl:valid`);
    const described = {
      id: channelId,
      type: 'gl',
      code: 'valid',
      name: 'Valid',
      desc: '',
      stats: { messageCount: 0 },
    };
    expect(await ann.get('chat', 'getChannelInfo', channelId)).to.deep.equal(described);
    await ann.get('chat', 'channelConnect', channelId, 50);
    for (const type of ['gl', 'all', ''])
      expect((await ann.get('chat', 'getSubscribedChannels', type)).channels).to.deep.equal([
        described,
      ]);
    expectRefused(await ann.call('chat', 'getChannelId', 'gl', 'invalid'), 400, 40603);
    expect(await ann.get('chat', 'getChannelId', 'dy', 'anything')).to.deep.equal({
      channelId: `${appId}:dy:anything`,
    });
  });

  it('posts, gets, edits and deletes a message', async () => {
    const { player, channelId } = await newApplication();
    await using ann = await player('Ann');
    const before = Date.now();
    const content = { text: 'Hello World!', rich: { custom: 1 } };
    const { msgId } = await ann.get('chat', 'postChatMessage', channelId, content, true);
    const message = await ann.get('chat', 'getChatMessage', channelId, msgId);
    expect(message).to.deep.include({ chId: channelId, msgId, ver: 1, content });
    expect(message.from).to.deep.equal({ id: ann.id, name: '', pic: null });
    expect(message.date).to.be.within(before, Date.now());
    expect(message.expiresAt).to.equal(message.date + 30 * 86_400_000);

    const edited = { text: 'Hello World! edited', rich: { custom: 2 } };
    expect(await ann.get('chat', 'updateChatMessage', channelId, msgId, 1, edited)).to.deep.equal(
      {},
    );
    const { messages } = await ann.get('chat', 'getRecentChatMessages', channelId, 50);
    expect(messages).to.have.length(1);
    expect(messages[0]).to.deep.include({ msgId, ver: 2, content: edited, date: message.date });
    expect(await ann.get('chat', 'getChatMessage', channelId, msgId)).to.deep.equal(messages[0]);

    expectRefused(
      await ann.call('chat', 'updateChatMessage', channelId, msgId, 1, edited),
      400,
      40598,
    );
    expectRefused(await ann.call('chat', 'deleteChatMessage', channelId, msgId, 1), 400, 40598);
    expect(await ann.get('chat', 'deleteChatMessage', channelId, msgId, 2)).to.deep.equal({
      deleted: 1,
    });
    expect(await ann.get('chat', 'deleteChatMessage', channelId, msgId, 2)).to.deep.equal({
      deleted: 0,
    });
    expect(await ann.get('chat', 'getChatMessage', channelId, msgId)).to.deep.equal({});
    expectRefused(
      await ann.call('chat', 'updateChatMessage', channelId, msgId, -1, edited),
      400,
      40595,
    );
    expect(await ann.get('chat', 'deleteChatMessage', channelId, '123456', -1)).to.deep.equal({
      deleted: 0,
    });
  });

  it('accepts text of any script, content without text, and simple posts', async () => {
    const { player, channelId } = await newApplication();
    await using ann = await player('Ann');
    const post = async (content: object) =>
      (await ann.get('chat', 'postChatMessage', channelId, content, true)).msgId;
    const contents = [
      { text: '{}' },
      { text: '안녕하세요 세계' },
      { content: 'test' },
      { text: '🙂', rich: {} },
    ];
    for (const content of contents) await post(content);
    await ann.get('chat', 'postChatMessageSimple', channelId, 'simple', true);
    const { messages } = await ann.get('chat', 'channelConnect', channelId, 50);
    expect(messages.map((it: { content: object }) => it.content)).to.deep.equal([
      ...contents,
      { text: 'simple' },
    ]);
    expect((await ann.get('chat', 'getRecentChatMessages', channelId, 2)).messages).to.deep.equal(
      messages.slice(-2),
    );
    expect(await ann.get('chat', 'channelConnect', channelId, 0)).to.deep.equal({ messages: [] });
  });

  it('does not store messages with recordInHistory false', async () => {
    const { player, channelId } = await newApplication();
    await using ann = await player('Ann');
    const { msgId } = await ann.get('chat', 'postChatMessageSimple', channelId, 'gone', false);
    expect(msgId).to.be.a('string').and.not.equal('');
    expect((await ann.get('chat', 'getRecentChatMessages', channelId, 10)).messages).to.deep.equal(
      [],
    );
    expect(await ann.get('chat', 'getChatMessage', channelId, msgId)).to.deep.equal({});
    expect(await ann.get('chat', 'deleteChatMessage', channelId, msgId, -1)).to.deep.equal({
      deleted: 0,
    });
  });

  it('refuses invalid channel ids in every call', async () => {
    const { player } = await newApplication();
    await using ann = await player('Ann');
    const calls: [string, ...unknown[]][] = [
      ['channelConnect', 10],
      ['channelDisconnect'],
      ['deleteChatMessage', '1', 1],
      ['getChannelInfo'],
      ['getChatMessage', '1'],
      ['getRecentChatMessages', 10],
      ['postChatMessage', { text: 'Hi' }, true],
      ['postChatMessageSimple', 'Hi', true],
      ['updateChatMessage', '1', 1, { text: 'Hi' }],
    ];
    for (const [call, ...args] of calls)
      expectRefused(await ann.call('chat', call, 'bad_channel_id', ...args), 400, 40603);
  });

  it('cannot change messages of others', async () => {
    const { player, channelId } = await newApplication();
    await using ann = await player('Ann');
    await using bob = await player('Bob');
    const { msgId } = await ann.get('chat', 'postChatMessageSimple', channelId, 'mine', true);
    expectRefused(
      await bob.call('chat', 'updateChatMessage', channelId, msgId, 1, { text: 'another’s' }),
      403,
      40346,
    );
    expectRefused(await bob.call('chat', 'deleteChatMessage', channelId, msgId, -1), 403, 40346);
    expect((await bob.get('chat', 'getChatMessage', channelId, msgId)).content).to.deep.equal({
      text: 'mine',
    });
  });

  it('cannot access foreign groups, system channels and other applications', async () => {
    const [one, two] = [await newApplication({ owner: 7 }), await newApplication()];
    await using ann = await one.player('Ann');
    await using bob = await one.player('Bob');
    const room = await newRoom(one.hub.members.owner);
    await one.hub.members.owner.room.add({ entity_id: room, user_id: ann.id });
    const group = `${one.appId}:gr:${room}`;
    expect(await ann.get('chat', 'getChannelId', 'gr', room)).to.deep.equal({ channelId: group });
    await ann.get('chat', 'postChatMessageSimple', group, 'for us', true);
    expect((await ann.get('chat', 'getSubscribedChannels', 'gr')).channels[0]).to.deep.include({
      id: group,
      type: 'gr',
      code: 'Room',
      name: 'Room',
      stats: { messageCount: 1, memberCount: 2, listenerCount: 2 },
    });
    await ann.get('chat', 'channelDisconnect', group);
    expect((await ann.get('chat', 'getRecentChatMessages', group, 5)).messages).to.have.length(1);

    await one.hub.operator.channel.create({ type: 'sy', sub_id: 'own' });
    for (const channelId of [group, `${one.appId}:sy:own`, two.channelId]) {
      expectRefused(await bob.call('chat', 'channelConnect', channelId, 5), 400, 40603);
      expectRefused(
        await bob.call('chat', 'postChatMessageSimple', channelId, 'Hi', true),
        400,
        40603,
      );
    }
    expectRefused(await bob.call('chat', 'getChannelId', 'gr', room), 400, 40603);
    expectRefused(
      await bob.call('chat', 'channelConnect', `${one.appId}:dy:nothing`, 5),
      400,
      40603,
    );
  });

  it('returns which parameter is missing, of the wrong type or too large', async () => {
    const { player, channelId } = await newApplication();
    await using ann = await player('Ann');
    const call = (call: string, ...args: unknown[]) => ann.call('chat', call, ...args);
    expectRefused(await call('channelConnect', channelId, undefined), 400, 40358);
    expectRefused(await call('channelConnect', channelId, 'ten'), 400, 40359);
    expectRefused(await call('channelConnect', channelId, -1), 400, 40660);
    expectRefused(await call('postChatMessage', channelId, 'no object', true), 400, 40359);
    expectRefused(await call('getChannelId', 'xx', 'valid'), 400, 40660);
    expectRefused(
      await call('postChatMessage', channelId, { text: 'x'.repeat(20_000) }, true),
      400,
      40600,
    );
    expect((await ann.get('chat', 'channelConnect', channelId, 100_000)).messages).to.deep.equal(
      [],
    );
  });
});
