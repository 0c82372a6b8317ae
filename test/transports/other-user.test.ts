import { expect } from 'chai';
import { connect } from '../../client/index.ts';
import { app } from '../support/app.ts';
import { newHub } from '../support/hub.ts';
import { call } from '../support/request.ts';

describe('A client that names its user', () => {
  it('is refused the token of another user, and of an application without one', async () => {
    const { id, members, operator } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { key } = await operator.key.create({ name: 'App', permission: 31 });
    const send = (token: string, user: string) =>
      call('hub.info', {
        headers: { authorization: `Bearer ${token}`, 'x-hub-id': id, 'x-hub-user-id': user },
      });
    // Twice: the second call is one of a caller who is known.
    for (const token of [bob.token, bob.token, key]) {
      const { status, body } = await send(token, alice.id);
      expect([status, body.error]).to.deep.equal([401, 'NOT_AUTHENTICATED']);
      expect(body.details).to.deep.equal(['user_id: the token is that of another user']);
      expect((await send(bob.token, bob.id)).status).to.equal(200);
    }
  });

  it('is refused a socket of another user', async () => {
    const { alice, bob } = (await newHub({ alice: 7, bob: 7 })).members;
    const { hubId, token } = bob;
    const open = async (userId: string) => {
      const socket = connect({ url: app().url, hubId, userId, token });
      const outcome = await new Promise((resolve) => {
        socket.on('ready', ({ user_id }) => resolve(user_id));
        socket.on('connect_error', (error: Error & { data?: object }) => resolve(error.data));
      });
      socket.disconnect();
      return outcome;
    };
    expect(await open(alice.id)).to.deep.include({
      error: 'NOT_AUTHENTICATED',
      details: ['user_id: the token is that of another user'],
    });
    expect(await open(bob.id)).to.equal(bob.id);
  });
});
