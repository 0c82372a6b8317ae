import { expect } from 'chai';
import { ownApp } from '../../support/app.ts';
import { expectRefused, newApplication, newPlayer, type Player } from '../../support/braincloud.ts';

const packetsOf = ({ bc }: Player): number => bc.brainCloudClient.brainCloudManager._packetId;

describe('What brainCloud’s client sends', () => {
  it('within one tick is one bundle, unless a marker ends it', async () => {
    const { player, channelId } = await newApplication();
    await using ann = await player('Ann');
    const before = packetsOf(ann);
    const texts = ['one', 'two', 'three', 'four', 'five'];
    const posts = texts.map((text) =>
      ann.get('chat', 'postChatMessageSimple', channelId, text, true),
    );
    const [bad, list] = [
      ann.call('chat', 'getChannelInfo', 'bad_channel_id'),
      ann.get('chat', 'getRecentChatMessages', channelId, 10),
    ];
    expectRefused(await bad, 400, 40603);
    const ids = (await Promise.all(posts)).map((reply) => reply.msgId);
    expect((await list).messages.map((it: { msgId: string }) => it.msgId)).to.deep.equal(ids);
    expect(packetsOf(ann) - before).to.equal(1);
    const split = [ann.get('time', 'readServerTime')];
    ann.bc.brainCloudClient.insertEndOfMessageBundleMarker();
    split.push(ann.get('time', 'readServerTime'));
    await Promise.all(split);
    expect(packetsOf(ann) - before).to.equal(3);
  });

  it('right after logging in belongs to that session', async () => {
    const application = await newApplication();
    await using ann = newPlayer(application, application.url);
    const [login, response] = await Promise.all([
      ann.logIn('Ann'),
      ann.call('playerState', 'readUserState'),
    ]);
    expect([login.status, response.status]).to.deep.equal([200, 200]);
    expect(response.data.profileId).to.equal(login.data.profileId);
  });

  it('keeps its session alive, or gets the error that it has expired', async () => {
    let ahead = 0;
    await using own = await ownApp({}, () => Date.now() + ahead);
    const { player, channelId } = await newApplication({}, own);
    await using ann = await player('Ann');
    for (let n = 0; n < 3; n++) {
      ahead += 17 * 60_000;
      await new Promise<unknown>((resolve) => ann.bc.brainCloudClient.heartbeat(resolve));
    }
    expect(await ann.get('chat', 'getChannelInfo', channelId)).to.include({ id: channelId });
    ahead += 21 * 60_000;
    expectRefused(await ann.call('chat', 'getChannelInfo', channelId), 403, 40303);
    // From now on the client returns the error without a request.
    expect(await ann.call('chat', 'getChannelInfo', channelId)).to.include({
      status: 403,
      reason_code: 40303,
    });
    expect((await ann.logIn('Ann')).status).to.equal(200);
    await ann.get('chat', 'getChannelInfo', channelId);
  });

  it('continues over sessions with any packet numbers', async () => {
    const { player, channelId } = await newApplication();
    await using ann = await player('Ann');
    for (let n = 0; n < 3; n++) {
      await ann.get('chat', 'postChatMessageSimple', channelId, `${n}`, true);
      await ann.get('playerState', 'logout');
      expect((await ann.call('chat', 'getChannelInfo', channelId)).status).to.equal(403);
      expect((await ann.logIn('Ann')).status).to.equal(200);
    }
    expect((await ann.get('chat', 'getRecentChatMessages', channelId, 10)).messages).to.have.length(
      3,
    );
  });
});
