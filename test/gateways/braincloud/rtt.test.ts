import { expect } from 'chai';
import { expectRefused, newApplication, newPlayer } from '../../support/braincloud.ts';
import { newRoom } from '../../support/hub.ts';
import { eventually } from '../../support/wait.ts';

describe('The socket of brainCloud’s client', () => {
  it('connects, disconnects and connects again', async () => {
    const { player, appId, url } = await newApplication();
    await using ann = await player('Ann');
    const { endpoints, auth } = await ann.get('rttService', 'requestClientConnection');
    const { hostname: host, port } = new URL(url);
    expect(endpoints).to.deep.equal([
      { protocol: 'ws', host, port: Number(port), ssl: false, ca: '' },
    ]);
    expect(auth).to.have.all.keys('X-APPID', 'X-RTT-SECRET');
    for (let round = 0; round < 2; round++) {
      const { operation, data } = await ann.enableRtt();
      expect(operation).to.equal('CONNECT');
      expect(data).to.deep.equal({
        heartbeatSeconds: 30,
        cxId: `${appId}:${ann.id}:${ann.bc.brainCloudClient.getSessionId()}`,
      });
      expect(ann.bc.rttService.getRTTConnectionId()).to.equal(data.cxId);
      ann.bc.rttService.disableRTT?.();
    }
  });

  it('receives posts, edits and deletions of its channels, also the user’s own', async () => {
    const { player, channelId } = await newApplication();
    await using ann = await player('Ann');
    await using bob = await player('Bob');
    await using cat = await player('Cat');
    // Channels from before and after opening the socket are both received.
    await ann.get('chat', 'channelConnect', channelId, 10);
    for (const one of [ann, bob, cat]) await one.enableRtt();
    await bob.get('chat', 'channelConnect', channelId, 10);

    const content = { text: 'Hi', rich: { custom: 1 } };
    const { msgId } = await ann.get('chat', 'postChatMessage', channelId, content, true);
    const posted = await ann.get('chat', 'getChatMessage', channelId, msgId);
    for (const one of [ann, bob])
      expect((await one.next('chat', 'INCOMING')).data).to.deep.equal(posted);
    await ann.get('chat', 'updateChatMessage', channelId, msgId, 1, { text: 'edited' });
    const edited = await ann.get('chat', 'getChatMessage', channelId, msgId);
    expect(edited).to.deep.include({ ver: 2, content: { text: 'edited' } });
    for (const one of [ann, bob])
      expect((await one.next('chat', 'UPDATE')).data).to.deep.equal(edited);
    await ann.get('chat', 'deleteChatMessage', channelId, msgId, 2);
    for (const one of [ann, bob])
      expect((await one.next('chat', 'DELETE')).data).to.deep.equal({ chId: channelId, msgId });
    const fleeting = await ann.get('chat', 'postChatMessageSimple', channelId, 'fleeting', false);
    for (const one of [ann, bob])
      expect((await one.next('chat', 'INCOMING')).data).to.deep.include({
        msgId: fleeting.msgId,
        chId: channelId,
        ver: 1,
        content: { text: 'fleeting' },
        from: { id: ann.id, name: '', pic: null },
      });
    expect(cat.pushed).to.deep.equal([]);
  });

  it('receives nothing of a channel after disconnecting from it', async () => {
    const { player, channelId } = await newApplication();
    await using ann = await player('Ann');
    await using bob = await player('Bob');
    for (const one of [ann, bob]) {
      await one.enableRtt();
      await one.get('chat', 'channelConnect', channelId, 10);
    }
    await ann.get('chat', 'channelDisconnect', channelId);
    await bob.get('chat', 'postChatMessageSimple', channelId, 'still here', true);
    await bob.next('chat', 'INCOMING');
    expect(ann.pushed).to.deep.equal([]);
    await ann.get('chat', 'channelDisconnect', channelId);
  });

  it('keeps receiving a channel that another session of the user has left', async () => {
    const application = await newApplication();
    const { channelId } = application;
    await using phone = await application.player('Ann');
    await using desk = await application.player('Ann');
    for (const one of [phone, desk]) {
      await one.enableRtt();
      await one.get('chat', 'channelConnect', channelId, 10);
    }
    await phone.get('chat', 'channelDisconnect', channelId);
    await phone.get('chat', 'postChatMessageSimple', channelId, 'from the phone', true);
    expect((await desk.next('chat', 'INCOMING')).data.content).to.deep.equal({
      text: 'from the phone',
    });
    expect(phone.pushed).to.deep.equal([]);
  });

  it('receives messages and events that are sent to the user', async () => {
    const { player } = await newApplication();
    await using ann = await player('Ann');
    await using bob = await player('Bob');
    for (const one of [ann, bob]) await one.enableRtt();
    const { msgId } = await ann.get('messaging', 'sendMessage', [bob.id, 'nobody'], { text: 'Hi' });
    const { data } = await bob.next('messaging', 'INCOMING');
    expect(data).to.deep.include({ msgbox: 'inbox', msgId, read: false });
    expect(data.message).to.deep.include({
      from: { id: ann.id, name: '' },
      to: [bob.id],
      content: { text: 'Hi' },
    });
    await ann.get('messaging', 'sendMessageSimple', [ann.id], 'to myself');
    expect((await ann.next('messaging', 'INCOMING')).data.message.content).to.deep.equal({
      text: 'to myself',
    });

    const { evId } = await ann.get('event', 'sendEvent', bob.id, 'test', { testData: 117 });
    expect((await bob.next('event', 'GET_EVENTS')).data).to.deep.include({
      evId,
      eventType: 'test',
      fromPlayerId: ann.id,
      toPlayerId: bob.id,
      eventData: { testData: 117 },
    });
    await ann.get('event', 'sendEvent', ann.id, 'own', {});
    await ann.next('event', 'GET_EVENTS');
    expect(bob.pushed).to.have.length(2);
  });

  it('cannot send events to strangers or across a block', async () => {
    const { hub, player } = await newApplication({ mia: 7 });
    const other = await newApplication();
    await using ann = await player('Ann');
    await using eve = await other.player('Eve');
    await hub.members.mia.contact.block({ entity_id: ann.id });
    for (const id of [eve.id, hub.members.mia.id, 'nobody'])
      expectRefused(await ann.call('event', 'sendEvent', id, 'test', {}), 400, 40660);
  });

  it('publishes nothing to native clients when it sends an event', async () => {
    const { hub, player } = await newApplication({ mia: 7 });
    const { mia } = hub.members;
    await using ann = await player('Ann');
    using device = await mia.device();
    await ann.get('event', 'sendEvent', mia.id, 'test', {});
    await ann.get('messaging', 'sendMessageSimple', [mia.id], 'Hi');
    await device.next('messaging.send');
    expect(device.signals).to.deep.equal([]);
  });

  it('does not open without a session', async () => {
    const { appId, appSecret, url } = await newApplication();
    await using stranger = newPlayer({ appId, appSecret }, url);
    const refused = await stranger.enableRtt().catch((error: Error) => JSON.parse(error.message));
    // The client returns this error without a request.
    expect(refused).to.include({ status: 403, reason_code: 40304 });
  });

  it('ends with the session', async () => {
    const { player, hub } = await newApplication();
    await using ann = await player('Ann');
    await using bob = await player('Bob');
    for (const one of [ann, bob]) await one.enableRtt();
    await ann.get('playerState', 'logout');
    await ann.cut;
    await hub.operator.hub.remove_member({ user_id: bob.id });
    await bob.cut;
  });

  it('receives nothing of a channel after a removal or a deletion', async () => {
    const { player, hub, appId } = await newApplication({ owner: 7 });
    const { owner } = hub.members;
    await using ann = await player('Ann');
    await using bob = await player('Bob');
    const room = await newRoom(owner);
    const group = `${appId}:gr:${room}`;
    const { channel_id: dynamic } = await hub.operator.channel.create({
      type: 'dy',
      sub_id: 'soon-gone',
    });
    await owner.room.add({ entity_id: room, user_ids: [ann.id, bob.id] });
    for (const one of [ann, bob]) {
      await one.enableRtt();
      for (const channelId of [group, dynamic])
        await one.get('chat', 'channelConnect', channelId, 5);
    }
    await owner.room.remove({ entity_id: room, user_id: bob.id });
    await owner.chat.post({ entity_id: room, message: 'without Bob' });
    expect((await ann.next('chat', 'INCOMING')).data.content).to.deep.equal({
      text: 'without Bob',
    });
    // Nor after bob's device has reconnected.
    bob.bc.rttService.disableRTT?.();
    await bob.enableRtt();
    await owner.chat.post({ entity_id: room, message: 'after the removal' });
    await ann.next('chat', 'INCOMING');
    expect(bob.pushed).to.deep.equal([]);

    await hub.operator.channel.delete({ channel_id: dynamic });
    await hub.operator.channel.create({ type: 'dy', sub_id: 'soon-gone' });
    await hub.operator.channel.post_simple({
      channel_id: dynamic,
      text: 'in another of that name',
    });
    await owner.chat.post({ entity_id: room, message: 'last' });
    await eventually(() => ann.pushed.length === 3);
    expect(bob.pushed).to.deep.equal([]);
  });

  it('forgets the group of a deleted room', async () => {
    const { player, hub, appId } = await newApplication({ owner: 7 });
    const { owner } = hub.members;
    await using ann = await player('Ann');
    const [gone, kept] = [await newRoom(owner), await newRoom(owner)];
    const groupOf = (room: string) => `${appId}:gr:${room}`;
    await ann.enableRtt();
    for (const room of [gone, kept]) {
      await owner.room.add({ entity_id: room, user_id: ann.id });
      await ann.get('chat', 'channelConnect', groupOf(room), 5);
    }
    await owner.room.delete({ entity_id: gone });
    await owner.chat.post({ entity_id: kept, message: 'still here' });
    expect((await ann.next('chat', 'INCOMING')).data.content).to.deep.equal({ text: 'still here' });
    expect(ann.pushed).to.have.length(1);
    const again = await ann.get('chat', 'channelConnect', groupOf(gone), 5).catch((e) => e);
    expect(again).to.be.instanceOf(Error);
  });
});
