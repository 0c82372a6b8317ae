import { expect } from 'chai';
import { ownApp } from '../../support/app.ts';
import {
  type CallResult,
  expectRefused,
  newApplication,
  newPlayer,
} from '../../support/braincloud.ts';
import { dispatch, loginOf, sessionOf } from '../../support/s2s.ts';

describe('A user of an application', () => {
  it('logs in with name and password', async () => {
    const application = await newApplication();
    await using ann = newPlayer(application, application.url);
    const first = await ann.logIn('Ann', 'secret');
    expect(first.data).to.deep.include({
      newUser: 'true',
      playerName: '',
      pictureUrl: null,
      playerSessionExpiry: 1200,
    });
    expect(first.data).to.have.all.keys(
      ...[
        'sessionId',
        'profileId',
        'id',
        'newUser',
        'playerSessionExpiry',
        'playerName',
        'pictureUrl',
        'emailAddress',
      ],
      ...['abTestingId', 'loginCount', 'server_time', 'createdAt', 'countryCode', 'languageCode'],
    );
    expect(first.data.createdAt).to.be.closeTo(Date.now(), 10_000);
    await ann.get('playerState', 'logout');
    const second = await ann.logIn('Ann', 'secret');
    expect(second.data).to.include({ newUser: 'false', profileId: first.data.profileId });
    expectRefused(await ann.logIn('Ann', 'wrong'), 403, 40307);
    expectRefused(await ann.logIn('Nobody', 'secret', false), 202, 40208);
  });

  it('logs in with what the device remembers', async () => {
    const application = await newApplication();
    await using ann = newPlayer(application, application.url);
    const anonymous = () =>
      new Promise<CallResult>((resolve) => ann.bc.authenticateAnonymous(resolve));
    const first = await anonymous();
    expect(first.data.newUser).to.equal('true');
    await ann.get('playerState', 'logout');
    const again = await new Promise<CallResult>((resolve) => ann.bc.reconnect(resolve));
    expect(again.data).to.include({ newUser: 'false', profileId: first.data.profileId });
  });

  it('gets an error if the device remembers another profile', async () => {
    const application = await newApplication();
    const ann = await sessionOf(application, 'Ann');
    const logIn = async (name: string, more: object) =>
      (await dispatch(application, { packetId: 0, sessionId: '', messages: [loginOf(name, more)] }))
        .body.responses[0];
    expectRefused(await logIn('Nobody', { profileId: ann.profileId }), 202, 40206);
    expectRefused(await logIn('Ann', { profileId: 'another' }), 202, 40207);
    expectRefused(await logIn('Ann', { authenticationType: 'Email' }), 403, 40601);
    expectRefused(await logIn('Ann', { externalId: undefined }), 400, 40358);
    expectRefused(await logIn('Ann', { externalId: 7 }), 400, 40359);
    expectRefused(await logIn('', {}), 400, 40660);
    expectRefused(await logIn('Ann', { gameId: 'another' }), 403, 40316);
    expect((await logIn('Ann', { profileId: ann.profileId })).data.profileId).to.equal(
      ann.profileId,
    );
  });

  it('is a different user in each application, and cannot log in once removed', async () => {
    const [one, two] = [await newApplication(), await newApplication()];
    const [here, there] = [await sessionOf(one, 'Ann'), await sessionOf(two, 'Ann')];
    expect(here.profileId).to.not.equal(there.profileId);
    await one.hub.operator.hub.remove_member({ user_id: here.profileId });
    expectRefused(
      await here.call('chat', 'GET_SUBSCRIBED_CHANNELS', { channelType: 'gl' }),
      403,
      40304,
    );
    const back = await dispatch(one, { packetId: 0, sessionId: '', messages: [loginOf('Ann')] });
    expectRefused(back.body.responses[0], 403, 40346);
  });

  it('has no session after logging out', async () => {
    const application = await newApplication();
    const ann = await sessionOf(application, 'Ann');
    const beat = { service: 'heartbeat', operation: 'READ' };
    const { body } = await ann.send([{ service: 'playerState', operation: 'LOGOUT' }, beat]);
    expect(body.responses[0]).to.deep.equal({ data: null, status: 200 });
    expectRefused(body.responses[1], 403, 40304);
    expectRefused(await ann.call('heartbeat', 'READ'), 403, 40304);
  });

  it('ends a session by logging in again with it, and keeps it if that fails', async () => {
    const application = await newApplication();
    const ann = await sessionOf(application, 'Ann');
    const beat = { service: 'heartbeat', operation: 'READ' };
    const failed = await ann.send([loginOf('Ann', { authenticationToken: 'wrong' }), beat], {
      packetId: 3,
    });
    expectRefused(failed.body.responses[0], 403, 40307);
    expect(failed.body.responses[1].status).to.equal(200);
    const { body } = await ann.send([beat, loginOf('Bob'), beat], { packetId: 0 });
    expect(body.responses.map((response: CallResult) => response.status)).to.deep.equal([
      200, 200, 200,
    ]);
    expectRefused(await ann.call('heartbeat', 'READ'), 403, 40304);
  });

  it('has a name and a picture, which posts show', async () => {
    const { player, channelId } = await newApplication();
    await using ann = await player('Ann');
    const pictureUrl = 'https://pictures.example/ann.png';
    for (const name of ['', '\u200b\u2800'])
      expectRefused(await ann.call('playerState', 'updateUserName', name), 400, 40660);
    expect(await ann.get('playerState', 'updateUserName', '\u202eHolly')).to.deep.equal({
      playerName: 'Holly',
    });
    expect(await ann.get('playerState', 'updateUserPictureUrl', pictureUrl)).to.include({
      pictureUrl,
    });
    expect(await ann.get('playerState', 'readUserState')).to.deep.include({
      profileId: ann.id,
      playerName: 'Holly',
      pictureUrl,
    });
    const { msgId } = await ann.get('chat', 'postChatMessageSimple', channelId, 'Hi', true);
    const { from } = await ann.get('chat', 'getChatMessage', channelId, msgId);
    expect(from).to.deep.equal({ id: ann.id, name: 'Holly', pic: pictureUrl });
    const again = await ann.logIn('Ann');
    expect(again.data).to.include({ playerName: 'Holly', pictureUrl });
  });

  it('cannot call operations of the server', async () => {
    const application = await newApplication();
    const { channelId } = application;
    const ann = await sessionOf(application, 'Ann');
    for (const [service, operation] of [
      ['chat', 'SYS_POST_CHAT_MESSAGE'],
      ['chat', 'SYS_DELETE_CHANNEL'],
      ['chat', 'SYS_CHANNEL_CONNECT'],
      ['messaging', 'SYS_SEND_MESSAGE'],
      ['messaging', 'SYS_GET_MESSAGES_PAGE'],
    ])
      expectRefused(await ann.call(service ?? '', operation ?? '', { channelId }), 403, 40616);
    expectRefused(await ann.call('chat', 'SYS_NOTHING', { channelId }), 400, 40333);
    expectRefused(await ann.call('script', 'RUN', {}), 400, 40333);
    expectRefused(await ann.call('lobby', 'CREATE_LOBBY', {}), 403, 40601);
  });

  it('gets empty results for unsupported features', async () => {
    const { player, hub } = await newApplication({ owner: 7 });
    await using ann = await player('Ann');
    expect(await ann.get('friend', 'listFriends', 'All', false)).to.deep.equal({ friends: [] });
    expect(await ann.get('presence', 'registerListenersForFriends', 'All', true)).to.deep.equal({
      presence: [],
    });
    expect((await ann.get('time', 'readServerTime')).server_time).to.be.closeTo(Date.now(), 5000);
    expect((await ann.get('group', 'getMyGroups')).groups).to.deep.equal([]);
    const { entity_id: groupId } = await hub.members.owner.room.create({
      name: 'Crew',
      user_ids: [ann.id],
    });
    expect((await ann.get('group', 'getMyGroups')).groups).to.deep.equal([
      { groupId, name: 'Crew', groupType: 'default', memberCount: 2 },
    ]);
    const members = await ann.get('group', 'readGroupMembers', groupId);
    expect(members[ann.id]).to.include({ role: 'MEMBER' });
    expect(members[hub.members.owner.id]).to.include({ role: 'OWNER', playerName: 'owner Test' });
    const beat = await new Promise<CallResult>((resolve) =>
      ann.bc.brainCloudClient.heartbeat(resolve),
    );
    expect(beat).to.deep.equal({ data: null, status: 200 });
  });

  it('leaves no token in the database', async () => {
    await using own = await ownApp();
    const application = await newApplication({}, own);
    const ann = await sessionOf(application, 'Ann');
    await ann.send([loginOf('Ann'), { service: 'playerState', operation: 'READ' }]);
    const [rows] = await own.pool.query('SELECT data FROM sessions WHERE hub_id = ?', [
      application.appId,
    ]);
    const kept = JSON.stringify(rows);
    expect(kept).to.contain('packetId').and.not.match(/hcs_/);
  });

  it('is rate-limited when guessing passwords', async () => {
    await using own = await ownApp({ LIMIT_LOGINS_ACCOUNT: '3' });
    const application = await newApplication({}, own);
    await sessionOf(application, 'Ann');
    const guess = async () =>
      (
        await dispatch(application, {
          packetId: 0,
          sessionId: '',
          messages: [loginOf('Ann', { authenticationToken: 'x' })],
        })
      ).body.responses[0];
    for (let n = 0; n < 3; n++) expectRefused(await guess(), 403, 40307);
    expectRefused(await guess(), 429, 40001);
  });
});
