import { expect } from 'chai';
import { createClient } from '../../client/index.ts';
import { app, ownApp } from '../support/app.ts';
import { clientOf, newEmail, newLogin, platform } from '../support/caller.ts';
import { memberOf, newHub, refused, type TestHub } from '../support/hub.ts';
import { as, jwtEnvironment, newExternal, sign } from '../support/jwt.ts';
import { openDevice } from '../support/socket.ts';

const visitor = () => createClient({ url: app().url });

/** Makes a token of each kind that is good for one hub only, for one of its members. */
const tokens = {
  'issued with a key': async ({ operator }: TestHub<string>, user_id: string) => {
    const { key } = await operator.key.create({ name: 'App', permission: 31 });
    return (await clientOf(key).session.issue({ user_id })).token;
  },
  'issued by the operator for the hub': async ({ id }: TestHub<string>, user_id: string) =>
    (await platform().session.issue({ user_id, hub_id: id })).token,
  'of a key that acts as the member': async ({ operator }: TestHub<string>, user_id: string) =>
    (await operator.key.create({ name: 'Bot', permission: 31, user_id })).key,
  'of an OAuth client that acts as the member': async (
    { operator }: TestHub<string>,
    user_id: string,
  ) => {
    const { key_id: client_id, key: client_secret } = await operator.key.create({
      ...{ name: 'Client', permission: 31, user_id, kind: 'oauth' },
    });
    return (await visitor().session.exchange({ client_id, client_secret })).token;
  },
};

describe('A token for one hub', () => {
  for (const [name, make] of Object.entries(tokens))
    it(`${name} ends for good when its user leaves the hub`, async () => {
      const [hub, other] = [await newHub({ alice: 7 }), await newHub({})];
      const { alice } = hub.members;
      await other.operator.hub.add_member({ user_id: alice.id });
      const token = await make(hub, alice.id);
      using device = await openDevice({ url: app().url, token, hubId: hub.id });
      await hub.operator.hub.remove_member({ user_id: alice.id });
      await device.cut;
      const areRefused = async () => {
        const client = clientOf(token);
        for (const call of [
          () => client.session.whoami(),
          () => client.session.list(),
          () => client.session.revoke(),
          () => client.user.update({ firstname: 'Mallory', picture_url: 'https://evil.example' }),
          () => clientOf(token, hub.id).chat.chat_rooms(),
          () => clientOf(token, other.id).chat.chat_rooms(),
        ]) {
          const [detail] = (await refused(call(), 'NOT_AUTHENTICATED')).details;
          expect(detail).to.match(/^token: (ended|revoked)$/);
        }
      };
      await areRefused();
      await hub.operator.hub.add_member({ user_id: alice.id });
      await areRefused();
      const { user } = await alice.session.whoami();
      expect(user).to.include({ firstname: 'alice', picture_url: null });
    });

  it('by password ends likewise, and is no longer listed; those of all hubs stay', async () => {
    const [hub, other] = [await newHub({}), await newHub({})];
    const { id, email, password } = await newLogin();
    for (const { operator } of [hub, other]) await operator.hub.add_member({ user_id: id });
    const logIn = (hub_id?: string) =>
      visitor().session.login({ email, password, ...(hub_id ? { hub_id } : {}) });
    const [{ token: whole }, { token: here }, { token: there }] = [
      await logIn(),
      await logIn(hub.id),
      await logIn(other.id),
    ];
    await hub.operator.hub.remove_member({ user_id: id });
    const { details } = await refused(clientOf(here).session.whoami(), 'NOT_AUTHENTICATED');
    expect(details).to.deep.equal(['token: ended']);
    for (const token of [whole, there])
      expect((await clientOf(token).session.whoami()).user.id).to.equal(id);
    const listed = await clientOf(whole).session.list();
    expect(listed.map((row) => row.hub_id)).to.deep.equal([other.id, null]);
    await hub.operator.hub.add_member({ user_id: id });
    await refused(clientOf(here).session.whoami(), 'NOT_AUTHENTICATED');
    expect((await clientOf(whole, hub.id).hub.info()).hub_id).to.equal(hub.id);
    expect((await clientOf((await logIn(hub.id)).token).hub.info()).hub_id).to.equal(hub.id);
  });

  it('made while its user is leaving has no rights after a return', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    const { key } = await hub.operator.key.create({ name: 'App', permission: 31 });
    const issue = () => clientOf(key).session.issue({ user_id: alice.id });
    const made = await Promise.allSettled([
      ...Array.from({ length: 5 }, issue),
      hub.operator.hub.remove_member({ user_id: alice.id }),
      ...Array.from({ length: 5 }, issue),
    ]);
    await hub.operator.hub.add_member({ user_id: alice.id });
    for (const one of made)
      if (one.status === 'fulfilled' && 'token' in one.value)
        await refused(clientOf(one.value.token).session.whoami(), 'NOT_AUTHENTICATED');
  });

  it('shows no e-mail address of a user whom several hubs share, nor changes them', async () => {
    await using jwtApp = await ownApp(jwtEnvironment);
    const [hub, other] = [await newHub({ admin: 31 }), await newHub({})];
    const { member, sub } = await newExternal(jwtApp, hub, hub.members.admin);
    const email = newEmail();
    await member.user.update({ email });
    const narrow = [
      as(jwtApp, await tokens['issued with a key'](hub, member.id)),
      as(jwtApp, await tokens['of a key that acts as the member'](hub, member.id)),
      as(jwtApp, await sign({ sub, hub_id: hub.id })),
    ];
    for (const client of narrow) expect((await client.session.whoami()).user.email).to.equal(email);
    await other.operator.hub.add_member({ user_id: member.id });
    for (const client of narrow) {
      expect((await client.session.whoami()).user).to.include({ id: member.id, email: null });
      for (const change of [{ firstname: 'Mallory' }, { picture_url: null }, { email }, {}])
        await refused(client.user.update(change), 'PERMISSION_DENIED');
    }
    const whole = await memberOf(app(), member.id, other.id);
    expect((await whole.session.whoami()).user).to.include({ email, firstname: 'Grace' });
    expect(await whole.user.update({ firstname: 'Hopper' })).to.include({ firstname: 'Hopper' });
  });
});
