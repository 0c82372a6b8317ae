import { expect } from 'chai';
import { ownApp } from '../../support/app.ts';
import {
  narrowed,
  people,
  postToRoom,
  refusal,
  rest,
  restRefused,
  sdkOf,
  sdkRoom,
} from '../../support/genesys.ts';
import { bearer, request } from '../../support/request.ts';

async function cast() {
  const all = await people({ alice: 31, bob: 7, outsider: 7 });
  return { ...all, room: await sdkRoom(all.alice, all.bob) };
}

describe('The wire format of Genesys', () => {
  it('is always JSON: for unknown paths and verbs and for invalid bodies too', async () => {
    const { bob, room } = await cast();
    const { token } = bob.native;
    const path = `/chats/rooms/${room}/messages`;
    for (const unknown of [
      '/chats',
      '/chats/nothing',
      `${path}/a/b`,
      '/nothing',
      `/chats/users/me/nothing`,
    ])
      await restRefused(404, 'not.found', 'GET', unknown, { token });
    for (const verb of ['PUT', 'DELETE']) {
      const { status, body, headers } = await rest(verb, path, { token, body: {} });
      expect(status, verb).to.be.oneOf([404, 405]);
      expect(body.status).to.equal(status);
      expect(headers.get('inin-correlation-id')).to.equal(body.contextId);
    }
    for (const body of [
      '{',
      'null',
      '[]',
      '"text"',
      '{"message":"a"',
      '7',
      '{"message":"\\ud800"}',
    ])
      await restRefused(400, 'bad.request', 'POST', path, { token, body });
    await restRefused(415, 'unsupported.media.type', 'POST', path, {
      token,
      body: 'message=Hi',
      type: 'text/plain',
    });
    await restRefused(413, 'request.entity.too.large', 'POST', path, {
      token,
      body: { message: 'x'.repeat(1_200_000) },
    });
    expect((await bob.sdk.getChatsRoomMessages(room)).entities).to.deep.equal([]);
  });

  it('accepts an empty JSON body where none is needed, as the SDK sends it', async () => {
    const { bob, outsider, room } = await cast();
    const { token } = bob.native;
    const join = `/chats/rooms/${room}/participants/${outsider.id}`;
    expect((await rest('POST', join, { token, body: '' })).status).to.equal(204);
    expect((await rest('GET', '/chats/users/me/settings', { token })).status).to.equal(200);
    expect((await rest('DELETE', '/chats/users/me/settings', { token })).status).to.equal(204);
    await restRefused(400, 'bad.request', 'POST', `/chats/rooms/${room}/messages`, {
      token,
      body: '',
    });
    const chunked = { ...bearer({ token }), 'transfer-encoding': 'chunked' };
    for (const headers of [chunked, { ...chunked, 'content-type': 'text/plain' }])
      expect((await request(`/api/v2${join}`, { headers })).status).to.equal(204);
  });

  it('has a unique contextId in each error', async () => {
    const { bob } = await cast();
    const { token } = bob.native;
    const seen = new Set<string>();
    for (const path of ['/chats/rooms/x', '/chats/rooms/x', '/nothing'])
      seen.add((await restRefused(404, 'not.found', 'GET', path, { token })).contextId);
    seen.add(
      (await restRefused(401, 'authentication.required', 'GET', '/chats/rooms/x')).contextId,
    );
    expect(seen.size).to.equal(4);
  });

  it('returns 429 with the time to wait', async () => {
    await using app = await ownApp({ LIMIT_USER_CALLS: '1' });
    const { bob } = await people({ bob: 7 }, { app });
    const calls = Array.from({ length: 12 }, () =>
      rest('GET', '/chats/users/me/settings', { token: bob.native.token }, app),
    );
    const refused = (await Promise.all(calls)).filter(({ status }) => status !== 200);
    expect(refused).to.not.deep.equal([]);
    for (const { status, body, headers } of refused) {
      expect([status, body.code, body.status]).to.deep.equal([
        429,
        'too.many.requests.retry.after',
        429,
      ]);
      expect(Number(headers.get('retry-after'))).to.be.within(1, 60);
    }
  });

  it('takes the hub from the token, or from a header', async () => {
    const { alice, hub } = await people({ alice: 31 });
    const other = await people({ zoe: 31 });
    await other.hub.operator.hub.add_member({ user_id: alice.id, privilege: 7 });
    const { token } = alice.native;
    const inHub = (hubId: string) => ({ customHeaders: { 'x-hub-id': hubId } });
    const { jid } = await alice.sdk.postChatsRooms({ subject: 'Here' }, inHub(hub.id));
    const there = await alice.sdk.postChatsRooms({ subject: 'There' }, inHub(other.hub.id));
    expect(jid).to.contain(`@conference.${hub.id}.`);
    expect(there.jid).to.contain(`@conference.${other.hub.id}.`);
    await refusal(alice.sdk.getChatsRoom(jid, inHub(other.hub.id)), 404, 'not.found');
    await refusal(alice.sdk.getChatsSettings(inHub(other.hub.id)), 403, 'missing.any.permissions');
    await alice.sdk.getChatsSettings(inHub(hub.id));
    expect((await rest('GET', '/users/chats/me', { token })).status).to.be.oneOf([400, 403]);
    const bound = sdkOf(262, await narrowed(alice, ['chat:chat:access']));
    expect((await bound.getUsersChatsMe()).entities.map((item) => item.id)).to.deep.equal([jid]);
    await refusal(bound.getUsersChatsMe(inHub(other.hub.id)), 403);
    await refusal(other.zoe.sdk.getChatsRoom(jid, inHub(hub.id)), 403);
  });

  it('is available to pages of the hub’s origins, and of no other', async () => {
    const { bob, hub } = await people({ bob: 7 });
    await hub.operator.hub.update({ origins: ['https://app.example'] });
    const request = 'authorization,content-type,genesys-app';
    const ask = (origin: string, verb: string) =>
      rest('OPTIONS', '/chats/users/me/settings', {
        type: '',
        headers: {
          origin,
          'access-control-request-method': verb,
          'access-control-request-headers': request,
        },
      });
    for (const verb of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      const { headers } = await ask('https://app.example', verb);
      expect(headers.get('access-control-allow-methods')?.split(/, */)).to.include(verb);
      expect(
        headers.get('access-control-allow-headers')?.toLowerCase().split(/, */),
      ).to.include.members(request.split(','));
    }
    const read = async (origin: string) =>
      (
        await rest('GET', '/chats/users/me/settings', {
          token: bob.native.token,
          headers: { origin },
        })
      ).headers;
    const own = await read('https://app.example');
    expect(own.get('access-control-allow-origin')).to.equal('https://app.example');
    expect(own.get('access-control-expose-headers')?.toLowerCase()).to.contain(
      'inin-correlation-id',
    );
    expect((await read('https://other.example')).get('access-control-allow-origin')).to.equal(null);
  });

  it('treats null in a room or message like an absent property', async () => {
    const { bob, room } = await cast();
    const id = await postToRoom(bob, room, 'Hi', { mentions: null, threadId: null });
    await bob.sdk.patchChatsRoomMessage(room, id, {
      message: 'Ho',
      mentions: null,
      threadId: null,
    });
    const { jid } = await bob.sdk.postChatsRooms({
      subject: 'Nulls',
      description: null,
      userIds: null,
    });
    expect((await bob.sdk.getChatsRoomParticipants(jid)).participants).to.have.length(1);
    await refusal(bob.sdk.postChatsRoomMessages(room, { message: null }), 400, 'bad.request');
  });

  it('ignores unknown parameters and properties', async () => {
    const { bob, room } = await cast();
    const { token } = bob.native;
    const sent = await rest('POST', `/chats/rooms/${room}/messages?colour=red`, {
      token,
      body: {
        message: 'Hi',
        metadata: { a: 1 },
        colour: 'red',
        hub_id: 'another',
        entity_id: 'another',
      },
    });
    expect(sent.status).to.equal(200);
    const { status, body } = await rest(
      'GET',
      `/chats/rooms/${room}/messages?excludeMetadata=true&x=1&entity_id=y`,
      {
        token,
      },
    );
    expect([status, body.entities.length]).to.deep.equal([200, 1]);
  });
});
