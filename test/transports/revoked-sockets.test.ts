import { expect } from 'chai';
import { createClient } from '../../client/index.ts';
import { app, operatorToken, ownApp } from '../support/app.ts';
import { newHub } from '../support/hub.ts';
import { type Device, openDevice, refusalOfDevice } from '../support/socket.ts';

const cutWithin = (device: Device, ms = 2000): Promise<boolean> =>
  Promise.race([
    device.cut.then(() => true),
    new Promise<boolean>((resolve) => setTimeout(() => resolve(false), ms).unref()),
  ]);

describe('the socket is closed at once', () => {
  it('when its session is ended, by logout or revocation', async () => {
    const { members, id } = await newHub({ alice: 7 });
    const { alice } = members;
    const { url } = app();
    const session = async () => {
      const client = createClient({ url, token: operatorToken });
      const { token } = await client.session.issue({ user_id: alice.id });
      return {
        client: createClient({ url, token, hubId: id }),
        device: await openDevice({ url, token, hubId: id }),
      };
    };
    using kept = await alice.device();
    const [one, two, three] = [await session(), await session(), await session()];
    await one.client.session.logout();
    expect(await cutWithin(one.device)).to.equal(true);
    const mine = (await two.client.session.list()).find((row) => row.is_current);
    await alice.session.revoke({ session_id: mine?.session_id ?? '' });
    expect(await cutWithin(two.device)).to.equal(true);
    expect(await cutWithin(three.device, 50)).to.equal(false);
    await alice.session.revoke();
    expect(await cutWithin(three.device)).to.equal(true);
    expect(await cutWithin(kept, 50)).to.equal(false);
  });

  it('when its session has ended since its rights were read', async () => {
    await using own = await ownApp();
    const { url, pool } = own;
    const { members, id } = await newHub({ alice: 7 }, own);
    const { token, session } = members.alice;
    const ask = pool.roundTrips.ask.bind(pool.roundTrips);
    pool.roundTrips.ask = async (...args) => {
      const results = await ask(...args);
      if (!args[0].some(({ sql }) => sql.includes('token_hash IN'))) return results;
      pool.roundTrips.ask = ask;
      await session.logout();
      return results;
    };
    expect(await refusalOfDevice(openDevice({ url, token, hubId: id }))).to.match(/before ready/);
  });

  it('when its user leaves the hub or loses the write privilege', async () => {
    const { members, operator } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const [a, b, c] = [await alice.device(), await bob.device(), await carol.device()];
    await operator.hub.remove_member({ user_id: alice.id });
    expect((await a.next('hub.remove_member')).data).to.deep.equal({ user_id: alice.id });
    expect(await cutWithin(a)).to.equal(true);
    expect(await refusalOfDevice(alice.device())).to.equal('PERMISSION_DENIED');
    await operator.hub.set_privilege({ user_id: bob.id, privilege: 3 });
    expect(await cutWithin(b)).to.equal(true);
    expect(await refusalOfDevice(bob.device())).to.equal('PERMISSION_DENIED');
    await operator.hub.set_privilege({ user_id: carol.id, privilege: 15 });
    expect((await c.next('hub.set_privilege')).data).to.include({ privilege: 15 });
    expect(await cutWithin(c, 50)).to.equal(false);
    c.close();
  });

  it('when its key, or the key of its session, is revoked', async () => {
    const { members, operator, id } = await newHub({ alice: 7 });
    const { alice } = members;
    const { url } = app();
    const { key_id, key } = await operator.key.create({ name: 'Key', permission: 15 });
    const own = await operator.key.create({ name: 'Own', permission: 7, user_id: alice.id });
    const issued = await createClient({ url, token: key, hubId: id }).session.issue({
      user_id: alice.id,
    });
    const bySession = await openDevice({ url, token: issued.token, hubId: id });
    const byKey = await openDevice({ url, token: own.key, hubId: id });
    using other = await alice.device();
    await operator.key.revoke({ key_id });
    expect(await cutWithin(bySession)).to.equal(true);
    expect(await refusalOfDevice(openDevice({ url, token: issued.token, hubId: id }))).to.equal(
      'NOT_AUTHENTICATED',
    );
    expect(await cutWithin(byKey, 50)).to.equal(false);
    await operator.key.revoke({ key_id: own.key_id });
    expect(await cutWithin(byKey)).to.equal(true);
    expect(await refusalOfDevice(openDevice({ url, token: own.key, hubId: id }))).to.equal(
      'NOT_AUTHENTICATED',
    );
    expect(await cutWithin(other, 50)).to.equal(false);
  });

  it('when its token expires', async () => {
    const { members, id } = await newHub({ alice: 7 });
    const { url } = app();
    const client = createClient({ url, token: operatorToken });
    const { token } = await client.session.issue({ user_id: members.alice.id, ttl: 1 });
    const device = await openDevice({ url, token, hubId: id });
    expect(await cutWithin(device)).to.equal(true);
    expect(await refusalOfDevice(openDevice({ url, token, hubId: id }))).to.equal(
      'NOT_AUTHENTICATED',
    );
  });
});
