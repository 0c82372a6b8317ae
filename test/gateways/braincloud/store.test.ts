import { expect } from 'chai';
import { app, ownApp } from '../../support/app.ts';
import { newApplication } from '../../support/braincloud.ts';
import { newRoom } from '../../support/hub.ts';
import { dispatch, newServer, sessionOf } from '../../support/s2s.ts';
import type { Json } from '../../support/untyped.ts';
import { once } from '../../support/wait.ts';
import { abandon, wireToDatabase } from '../../support/wire.ts';

/**
 * The responses of a service that loses its database. They come after attempts that take seconds,
 * in which other tests run.
 */
const sendDuringOutage = once(async () => {
  const application = await newApplication();
  const ann = await sessionOf(application, 'Ann');
  const server = await newServer(application);
  await using wire = await wireToDatabase();
  const own = await ownApp({}, undefined, wire.address);
  wire.cut();
  const { sessionId } = ann;
  const packet = {
    packetId: 1,
    sessionId,
    messages: [{ service: 'heartbeat', operation: 'READ' }],
  };
  const other = Object.assign(server, { url: `${own.url}/s2sdispatcher` });
  const responses = await Promise.all([
    dispatch({ ...application, url: own.url }, packet),
    other.send({ service: 'heartbeat', operation: 'HEARTBEAT' }),
  ]);
  abandon(own);
  return responses;
});

describe('One store', () => {
  before(() => void sendDuringOutage().catch(() => {}));

  it('delivers a system post to Socket.IO and to brainCloud’s client', async () => {
    const application = await newApplication({ mia: 7 });
    const { channelId, hub } = application;
    const { mia } = hub.members;
    const server = await newServer(application);
    await using ann = await application.player('Ann');
    await ann.enableRtt();
    await ann.get('chat', 'channelConnect', channelId, 5);
    const { channel } = await mia.channel.connect({ channel_id: channelId });
    using device = await mia.device();
    const posting = {
      channelId,
      content: { text: 'Hello', rich: { n: 1 } },
      from: { name: 'Homer' },
    };
    const { msgId } = await server.get('chat', 'SYS_POST_CHAT_MESSAGE', posting);
    const { data, entity_id: entityId } = await device.next('chat.post');
    expect(entityId).to.equal(channel.entity_id);
    expect(data).to.deep.include({ message_id: msgId, message: 'Hello', content: posting.content });
    expect((await ann.next('chat', 'INCOMING')).data).to.deep.include({
      msgId,
      content: posting.content,
    });

    await server.get('chat', 'SYS_POST_CHAT_MESSAGE_SIMPLE', {
      channelId,
      text: 'gone',
      recordInHistory: false,
    });
    expect((await device.next('channel.post')).data).to.deep.include({
      channel_id: channelId,
      content: { text: 'gone' },
    });
    expect((await ann.next('chat', 'INCOMING')).data.content).to.deep.equal({ text: 'gone' });
  });

  it('delivers the effects of chat.* to brainCloud’s client', async () => {
    const application = await newApplication({ mia: 7 });
    const { channelId, hub } = application;
    const { mia } = hub.members;
    await using ann = await application.player('Ann');
    await ann.enableRtt();
    await ann.get('chat', 'channelConnect', channelId, 5);
    const { channel } = await mia.channel.connect({ channel_id: channelId });
    const { message_id: msgId } = await mia.chat.post({
      entity_id: channel.entity_id,
      message: 'Hi',
    });
    const { data } = await ann.next('chat', 'INCOMING');
    expect(data).to.deep.include({ chId: channelId, msgId, content: { text: 'Hi' }, ver: 1 });
    expect(data.from).to.deep.equal({ id: mia.id, name: 'mia Test', pic: null });
    expect(data).to.deep.equal(await ann.get('chat', 'getChatMessage', channelId, msgId));
    await mia.chat.edit({ message_id: msgId, message: 'Hi!' });
    expect((await ann.next('chat', 'UPDATE')).data).to.deep.include({
      msgId,
      ver: 2,
      content: { text: 'Hi!' },
    });
    const room = await newRoom(mia);
    const { message_id: other } = await mia.chat.post({ entity_id: room, message: 'elsewhere' });
    await mia.chat.forward({ nodes: { messages: [other] }, entities: [channel.entity_id] });
    expect((await ann.next('chat', 'INCOMING')).data.content).to.deep.equal({ text: 'elsewhere' });
    await mia.chat.delete({ messages: [msgId], option: 'all' });
    expect((await ann.next('chat', 'DELETE')).data).to.deep.equal({ chId: channelId, msgId });
    expect(ann.pushed).to.have.length(4);
  });

  it('delivers messages of members, and system messages to everyone', async () => {
    const application = await newApplication({ mia: 7 });
    const { hub } = application;
    const { mia } = hub.members;
    await using ann = await application.player('Ann');
    await ann.enableRtt();
    const { message_id: msgId } = await mia.messaging.send({
      to_ids: [ann.id, mia.id],
      text: 'Hi',
    });
    const { data } = await ann.next('messaging', 'INCOMING');
    expect(data).to.deep.include({ msgId, msgbox: 'inbox' });
    const { items } = await ann.get('messaging', 'getMessages', 'inbox', [msgId], false);
    expect(items).to.deep.equal([data]);
    await hub.operator.messaging.sys_send_bulk({ text: 'to all', from: { name: 'Us' } });
    expect((await ann.next('messaging', 'INCOMING')).data.message).to.deep.include({
      from: { id: null, name: 'Us' },
      content: { text: 'to all' },
    });
    using device = await mia.device();
    await ann.get('messaging', 'sendMessage', [mia.id], { subject: 'back' });
    const back = (await device.next('messaging.send')).data;
    expect(back).to.deep.include({ content: { subject: 'back' }, owner_id: mia.id });
  });

  it('loses no post made while a session connects: it is in the response or pushed', async () => {
    const application = await newApplication();
    const { channelId } = application;
    await using ann = await application.player('Ann');
    await using bob = await application.player('Bob');
    await ann.enableRtt();
    for (let round = 0; round < 3; round++) {
      ann.pushed.length = 0;
      const sent: string[] = [];
      let connecting: Promise<Json> | undefined;
      for (let n = 0; n < 12; n++) {
        if (n === 1 + 2 * round) connecting = ann.get('chat', 'channelConnect', channelId, 250);
        sent.push((await bob.get('chat', 'postChatMessageSimple', channelId, `${n}`, true)).msgId);
      }
      const { messages } = await connecting;
      const { msgId: last } = await ann.get(
        'chat',
        'postChatMessageSimple',
        channelId,
        'last',
        true,
      );
      while (!ann.pushed.some((push) => push.data.msgId === last))
        await ann.next('chat', 'INCOMING');
      const known = new Set(
        [...messages, ...ann.pushed.map((push) => push.data)].map(
          (it: { msgId: string }) => it.msgId,
        ),
      );
      expect(sent.filter((id) => !known.has(id))).to.deep.equal([]);
      await ann.get('chat', 'channelDisconnect', channelId);
    }
  });
});

describe('A service that fails', () => {
  const packetOf = (channelId: string, profileId: string) => [
    {
      service: 'chat',
      operation: 'POST_CHAT_MESSAGE',
      data: { channelId, content: { text: 'once' } },
    },
    {
      service: 'messaging',
      operation: 'SEND_MESSAGE',
      data: { toProfileIds: [profileId], contentJson: { text: 'once' } },
    },
  ];

  it('returns the same response to a repeated packet after a restart', async () => {
    await using own = await ownApp();
    const application = await newApplication({}, own);
    const ann = await sessionOf(application, 'Ann');
    const messages = packetOf(application.channelId, ann.profileId);
    const first = await ann.send(messages, { packetId: 1 });
    const { sessionId } = ann;
    const packet = { packetId: 1, sessionId, messages };
    expect(await dispatch({ ...application, url: app().url }, packet)).to.deep.equal(first);
  });

  it('repeats no effect whose response could not be stored', async () => {
    await using wire = await wireToDatabase();
    const own = await ownApp({}, undefined, wire.address);
    const application = await newApplication();
    const ann = await sessionOf(application, 'Ann');
    const { sessionId, profileId } = ann;
    const packet = { packetId: 1, sessionId, messages: packetOf(application.channelId, profileId) };
    const silent = wire.silenceAt('arriving', 'update `sessions`');
    const lost = dispatch({ ...application, url: own.url }, packet).catch(() => undefined);
    await silent;
    const { http, body } = await dispatch(application, packet);
    expect([
      http,
      body.responses.map((response: { status: number }) => response.status),
    ]).to.deep.equal([200, [200, 200]]);
    const next = {
      packetId: 5,
      sessionId,
      messages: [
        {
          service: 'chat',
          operation: 'GET_RECENT_CHAT_MESSAGES',
          data: { channelId: application.channelId, maxReturn: 9 },
        },
        { service: 'messaging', operation: 'GET_MESSAGE_COUNTS' },
      ],
    };
    const response = (await dispatch(application, next)).body.responses;
    expect(response[0].data.messages.map((it: { msgId: string }) => it.msgId)).to.deep.equal([
      body.responses[0].data.msgId,
    ]);
    expect(response[1].data.inbox.total).to.equal(1);
    wire.cut();
    void lost;
    abandon(own);
  });

  it('requests the packet again while the database is unavailable', async () => {
    const [{ http, body }, refused] = await sendDuringOutage();
    expect([http, body.packetId, body.responses[0].reason_code]).to.deep.equal([503, 1, 40606]);
    expect([refused.http, refused.body.reason_code]).to.deep.equal([503, 40606]);
  });
});
