import { expect } from 'chai';
import { ownApp } from '../support/app.ts';
import { clientOf, platform } from '../support/caller.ts';
import { memberOf, newHub, refused } from '../support/hub.ts';
import { as, jwtEnvironment, newExternal, newSubject, sign } from '../support/jwt.ts';
import { openDevice } from '../support/socket.ts';

const secondsOf = (ms: number) => Math.floor(ms / 1000);

describe('A JWT for a hub', () => {
  it('acts there, and nowhere else, as the member with its subject as external id', async () => {
    await using app = await ownApp(jwtEnvironment);
    const [hub, other] = [await newHub({ admin: 31 }), await newHub({})];
    const { member, sub } = await newExternal(app, hub, hub.members.admin);
    await other.operator.hub.add_member({ user_id: member.id });
    const client = as(app, await sign({ sub, hub_id: hub.id }));
    expect((await client.hub.info()).hub_id).to.equal(hub.id);
    expect((await client.session.whoami()).hubs.map(({ hub_id }) => hub_id)).to.deep.equal([
      hub.id,
    ]);
    await refused(
      as(app, await sign({ sub, hub_id: hub.id }), other.id).hub.info(),
      'PERMISSION_DENIED',
    );
    for (const hub_id of [other.id, 'nowhere', '', undefined, null, 7, [hub.id]])
      await refused(as(app, await sign({ sub, hub_id })).session.whoami(), 'NOT_AUTHENTICATED');
  });

  it('is for JWT_HUB_ID where that is set, whatever its claims', async () => {
    const [hub, other] = [await newHub({ admin: 31 }), await newHub({ admin: 31 })];
    await using app = await ownApp({ ...jwtEnvironment, JWT_HUB_ID: hub.id });
    const { sub } = await newExternal(app, hub, hub.members.admin);
    await newExternal(app, other, other.members.admin, sub);
    const token = await sign({ sub });
    expect((await as(app, token).hub.info()).hub_id).to.equal(hub.id);
    await refused(as(app, token, other.id).hub.info(), 'PERMISSION_DENIED');
    expect((await as(app, await sign({ sub, hub_id: hub.id })).hub.info()).hub_id).to.equal(hub.id);
    for (const hub_id of [other.id, '', 7])
      await refused(as(app, await sign({ sub, hub_id })).session.whoami(), 'NOT_AUTHENTICATED');
  });

  it('never acts as a user by their id, nor by a subject of all hubs', async () => {
    await using app = await ownApp(jwtEnvironment);
    const hub = await newHub({ alice: 7 });
    const { sub } = await newSubject(app, hub);
    for (const claimed of [hub.members.alice.id, sub])
      await refused(
        as(app, await sign({ sub: claimed, hub_id: hub.id })).session.whoami(),
        'NOT_AUTHENTICATED',
      );
  });

  it('cannot be claimed by another hub’s admin, before or after its owner comes', async () => {
    await using app = await ownApp(jwtEnvironment);
    const [hub, evil] = [await newHub({ admin: 31 }), await newHub({ admin: 31 })];
    const sub = `victim of ${hub.id}`;
    const claimed = await newExternal(app, evil, evil.members.admin, sub);
    const { member } = await newExternal(app, hub, hub.members.admin, sub);
    const idBy = async (claims: object) =>
      (await as(app, await sign({ sub, ...claims })).session.whoami()).user.id;
    expect(await idBy({ hub_id: hub.id })).to.equal(member.id);
    expect(await idBy({ hub_id: evil.id })).to.equal(claimed.member.id);
    await refused(as(app, await sign({ sub })).session.whoami(), 'NOT_AUTHENTICATED');
    const { user_id } = await platform(app.url).user.create({ firstname: 'Vic', external_id: sub });
    expect(await idBy({})).to.equal(user_id);
  });

  it('finds external ids of any script, compared code point by code point', async () => {
    await using app = await ownApp(jwtEnvironment);
    const hub = await newHub({ admin: 31 });
    const ids = ['Ann', 'ann', 'ann ', 'ånn', 'a\u030ann', 'ann\u0000', '안나', '🐈'.repeat(255)];
    const made = new Map<string, string>();
    for (const external_id of ids)
      made.set(
        external_id,
        (await newExternal(app, hub, hub.members.admin, external_id)).member.id,
      );
    for (const [sub, id] of made)
      expect(
        (await as(app, await sign({ sub, hub_id: hub.id })).session.whoami()).user.id,
      ).to.equal(id);
    for (const sub of ['ANN', 'anN', ' ann', '안나 ', '🐈'.repeat(254)])
      await refused(
        as(app, await sign({ sub, hub_id: hub.id })).session.whoami(),
        'NOT_AUTHENTICATED',
      );
  });

  it('ends for good when its user leaves the hub; one issued after the return works', async () => {
    let now = Date.now();
    await using app = await ownApp(jwtEnvironment, () => now);
    const hub = await newHub({ admin: 31 }, app);
    const { member, sub } = await newExternal(app, hub, hub.members.admin);
    const issued = (ms: number | undefined) =>
      sign({
        ...{ sub, hub_id: hub.id, exp: secondsOf(now) + 3600 },
        ...(ms === undefined ? {} : { iat: secondsOf(ms) }),
      });
    // The issuer's clock may be ahead.
    const old = [await issued(now), await issued(undefined), await issued(now + 25_000)];
    for (const token of old) expect((await as(app, token).hub.info()).hub_id).to.equal(hub.id);
    await hub.operator.hub.remove_member({ user_id: member.id });
    const isEnded = async (token: string) => {
      const client = as(app, token);
      for (const call of [() => client.hub.info(), () => client.session.whoami()]) {
        const { details } = await refused(call(), 'NOT_AUTHENTICATED');
        expect(details).to.deep.equal(['token: ended']);
      }
    };
    for (const token of old) await isEnded(token);
    await hub.operator.hub.add_member({ user_id: member.id });
    for (const token of old) await isEnded(token);
    now += 32_000;
    expect((await as(app, await issued(now)).hub.info()).hub_id).to.equal(hub.id);
  });

  it('ends by log-out, with its sockets, however its signature is written', async () => {
    await using app = await ownApp(jwtEnvironment);
    const hub = await newHub({ admin: 31 });
    const { sub } = await newExternal(app, hub, hub.members.admin);
    const [token, other] = [
      await sign({ sub, hub_id: hub.id, iat: 1 }),
      await sign({ sub, hub_id: hub.id, iat: 2 }),
    ];
    using device = await openDevice({ url: app.url, token, hubId: hub.id });
    expect(await as(app, token).session.logout()).to.deep.equal({ ok: 1 });
    await device.cut;
    // The last character of a base64url signature has bits that do not count.
    const last = String.fromCharCode(token.charCodeAt(token.length - 1) + 1);
    const respelled = token.slice(0, -1) + last;
    for (const ended of [token, respelled, `${token}=`])
      await refused(as(app, ended).session.whoami(), 'NOT_AUTHENTICATED');
    const { details } = await refused(as(app, token).hub.info(), 'NOT_AUTHENTICATED');
    expect(details).to.deep.equal(['token: ended']);
    expect((await as(app, other).hub.info()).hub_id).to.equal(hub.id);
  });
});

describe('An external id', () => {
  it('is unique in its hub only, also for former members, and stays theirs', async () => {
    const [hub, other] = [await newHub({ admin: 31 }), await newHub({ admin: 31 })];
    const create = (by: typeof hub) =>
      by.members.admin.user.create({ firstname: 'A', external_id: 'ann' });
    const { user_id } = await create(hub);
    const { details } = await refused(create(hub), 'INVALID_INPUT');
    expect(details).to.deep.equal(['external_id: belongs to another user']);
    expect(await create(other)).to.have.keys('user_id');
    await hub.operator.hub.remove_member({ user_id });
    await refused(create(hub), 'INVALID_INPUT');
  });

  it('may be set by a key of the hub, and tells other hubs nothing', async () => {
    await using app = await ownApp(jwtEnvironment);
    const [hub, other] = [await newHub({}), await newHub({})];
    const { key } = await hub.operator.key.create({ name: 'App', permission: 31 });
    const { user_id } = await clientOf(key).user.create({ firstname: 'Ann', external_id: 'ann' });
    await other.operator.hub.add_member({ user_id });
    expect((await memberOf(app, user_id, hub.id)).id).to.equal(user_id);
    const elsewhere = as(app, await sign({ sub: 'ann', hub_id: other.id }));
    await refused(elsewhere.session.whoami(), 'NOT_AUTHENTICATED');
  });
});
