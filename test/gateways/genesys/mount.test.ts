import { expect } from 'chai';
import { cookieOf } from '../../support/caller.ts';
import { people, refusals, restRefused, roomIdOf, sdkRoom } from '../../support/genesys.ts';
import { newHub } from '../../support/hub.ts';
import { bearer, request } from '../../support/request.ts';
import { ErrorBody } from './models.ts';

const get = (path: string, headers: Record<string, string>, url?: string) =>
  request(`/api/v2${path}`, { verb: 'GET', headers }, url);

describe('The mount of a gateway', () => {
  it('lets pages read responses and errors if any hub allows their origin', async () => {
    const { alice, hub } = await people({ alice: 7 });
    const origin = `https://page${hub.id}.example`;
    await hub.operator.hub.update({ origins: [origin] });
    for (const path of ['/users/me', '/nothing', '/chats/rooms/nothing']) {
      const { headers } = await get(path, { ...bearer(alice.native), origin });
      expect(headers['access-control-allow-origin'], path).to.equal(origin);
      expect(headers['access-control-expose-headers']).to.match(/ININ-Correlation-Id/);
      expect(headers).to.not.have.property('access-control-allow-credentials');
      const foreign = await get(path, { ...bearer(alice.native), origin: 'https://evil.example' });
      expect(foreign.headers, path).to.not.have.property('access-control-allow-origin');
    }
    const preflight = await request('/api/v2/chats/settings', {
      verb: 'OPTIONS',
      headers: { origin },
    });
    expect([preflight.status, preflight.headers['access-control-allow-origin']]).to.deep.equal([
      204,
      origin,
    ]);
    for (const verb of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
      expect(preflight.headers['access-control-allow-methods']).to.contain(verb);
    expect(preflight.headers['access-control-allow-headers']).to.match(
      /Authorization.*Accept.*Genesys-App/,
    );
  });

  it('prefers a named hub to the hub of the token, and that to the hub of the host', async () => {
    const [one, two] = [await people({ alice: 7 }), await newHub({})];
    const { alice, hub } = one;
    const hubOf = async (headers: Record<string, string>) =>
      (await get('/tokens/me', { ...bearer(alice.native), ...headers })).body.organization?.id;
    expect(await hubOf({ host: two.host })).to.equal(hub.id);
    await two.operator.hub.add_member({ user_id: alice.id });
    expect(await hubOf({ host: two.host })).to.equal(two.id);
    expect(await hubOf({ host: two.host, 'x-hub-id': hub.id })).to.equal(hub.id);
    await restRefused(403, 'not.authorized', 'GET', '/tokens/me', { token: alice.native.token });
  });

  it('ignores cookies', async () => {
    const { alice, hub } = await people({ alice: 7 });
    const reply = await get('/users/me', { ...(await cookieOf(alice.native)), host: hub.host });
    expect([reply.status, reply.body.code]).to.deep.equal([401, 'authentication.required']);
  });

  it('reads no body of an unknown caller', async () => {
    const { alice } = await people({ alice: 7 });
    const send = async (headers: Record<string, string>) => {
      const sent = { headers: { 'content-type': 'application/json', ...headers }, endless: true };
      const { status, body } = await request('/api/v2/chats/rooms', sent);
      return [status, ErrorBody.parse(body).code];
    };
    expect(await send({})).to.deep.equal([401, 'authentication.required']);
    expect(await send(bearer({ token: 'hcs_made-up' }))).to.deep.equal([401, 'bad.credentials']);
    const huge = { ...bearer(alice.native), 'content-length': String(10 ** 12) };
    expect(await send(huge)).to.deep.equal([413, 'request.entity.too.large']);
  });

  it('returns 405 with the allowed verbs', async () => {
    const { body, headers, status } = await get('/chats/rooms', {});
    expect([status, headers.allow]).to.deep.equal([405, 'POST']);
    expect(headers['inin-correlation-id']).to.equal(ErrorBody.parse(body).contextId);
  });

  it('counts calls by operation, never by names that callers choose', async () => {
    await get(`/made-up-${process.pid}`, {});
    await get('/users/me', {});
    const { text } = await request('/-/metrics', { verb: 'GET' });
    expect(text)
      .to.contain('method="genesys.getUsersMe",status="401"')
      .and.not.contain(`made-up-${process.pid}`);
  });
});

describe('A conversation in a path', () => {
  it('is 404 for a room as a user, and for a user as a room', async () => {
    const { alice, bob } = await people({ alice: 7, bob: 7 });
    const room = roomIdOf(await sdkRoom(alice, bob));
    const body = { message: 'Hi' };
    for (const said of [false, true]) {
      if (said) {
        await alice.sdk.postChatsRoomMessages(room, body);
        await alice.sdk.postChatsUserMessages(bob.id, body);
      }
      const crossed = [
        alice.sdk.getChatsRoomMessages(bob.id),
        alice.sdk.postChatsRoomMessages(bob.id, body),
        alice.sdk.postChatsRoomMessages(
          `adhoc-${bob.id}@conference.${bob.native.hubId}.orgspan.com`,
          body,
        ),
        alice.sdk.getChatsUserMessages(room),
        alice.sdk.postChatsUserMessages(room, body),
        alice.sdk.getChatsUser(room),
      ];
      await refusals(crossed, 404, 'not.found');
    }
    expect((await bob.sdk.getChatsRoomMessages(room)).entities).to.have.length(1);
    expect((await bob.sdk.getChatsUserMessages(alice.id)).entities).to.have.length(1);
  });
});
