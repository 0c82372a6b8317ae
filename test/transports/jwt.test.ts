import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { SignJWT, UnsecuredJWT } from 'jose';
import type { App } from '../../service/app.ts';
import { ownApp } from '../support/app.ts';
import { clientOf, newEmail, platform } from '../support/caller.ts';
import { newHub, newRoom, refused } from '../support/hub.ts';

const issuer = 'https://id.example.com';
const secret = 'a secret of the tests, of 32 characters or more';
const environment = { JWT_ISSUER: issuer, JWT_SECRET: secret };

interface Claims {
  sub?: string;
  iss?: string;
  aud?: string;
  exp?: string | number;
  nbf?: string;
  hub_id?: string;
  grants?: unknown;
}

/** A token that expires in two minutes by default. */
function sign(
  { sub, iss = issuer, aud, exp = '2m', nbf, ...claims }: Claims,
  key = secret,
  alg = 'HS256',
) {
  const token = new SignJWT(claims as Record<string, unknown>)
    .setProtectedHeader({ alg })
    .setIssuer(iss);
  if (exp !== '') token.setExpirationTime(exp);
  if (sub !== undefined) token.setSubject(sub);
  if (aud !== undefined) token.setAudience(aud);
  if (nbf !== undefined) token.setNotBefore(nbf);
  return token.sign(new TextEncoder().encode(key));
}

const as = (app: App, token: string, hubId?: string) => clientOf(token, hubId, app.url);

describe('A JWT of the configured issuer', () => {
  it('acts as the user that it names, in each of their hubs', async () => {
    await using app = await ownApp(environment);
    const [one, other] = [await newHub({ alice: 7, bob: 7 }), await newHub({})];
    const { alice, bob } = one.members;
    await other.operator.hub.add_member({ user_id: alice.id, privilege: 3 });
    const token = await sign({ sub: alice.id });
    const post = await as(app, token, one.id).chat.post({ entity_id: bob.id, message: 'Hi' });
    expect(post.author_id).to.equal(alice.id);
    expect((await as(app, token, other.id).hub.info()).hub_id).to.equal(other.id);
    await refused(as(app, token, other.id).chat.chat_rooms(), 'PERMISSION_DENIED');
    expect((await as(app, token).session.whoami()).user.id).to.equal(alice.id);
  });

  it('names a user by the subject given at their creation', async () => {
    await using app = await ownApp(environment);
    const { operator, id } = await newHub({});
    const external_id = `auth0|${newEmail()}`;
    const { user_id } = await platform(app.url).user.create({ firstname: 'Grace', external_id });
    await operator.hub.add_member({ user_id });
    const client = as(app, await sign({ sub: external_id }), id);
    expect((await client.session.whoami()).user.id).to.equal(user_id);
    expect(await client.chat.chat_rooms()).to.deep.equal([]);
  });

  it('ends when the member is removed, like any token', async () => {
    await using app = await ownApp(environment);
    const { members, operator, id } = await newHub({ alice: 7 });
    const client = as(app, await sign({ sub: members.alice.id }), id);
    expect(await client.chat.chat_rooms()).to.deep.equal([]);
    await operator.hub.remove_member({ user_id: members.alice.id });
    await refused(client.chat.chat_rooms(), 'PERMISSION_DENIED');
  });

  it('is NOT_AUTHENTICATED when expired, not yet valid, or without an expiry', async () => {
    await using app = await ownApp(environment);
    const { members } = await newHub({ alice: 7 });
    const sub = members.alice.id;
    const past = Math.floor(Date.now() / 1000) - 60;
    for (const token of [
      sign({ sub, exp: past }),
      sign({ sub, nbf: '1m' }),
      sign({ sub, exp: '' }),
    ])
      await refused(as(app, await token).session.whoami(), 'NOT_AUTHENTICATED');
    expect((await as(app, await sign({ sub })).session.whoami()).user.id).to.equal(sub);
  });

  it('is NOT_AUTHENTICATED with another issuer or secret, unsigned or changed', async () => {
    await using app = await ownApp(environment);
    const { members } = await newHub({ alice: 7, bob: 7 });
    const sub = members.alice.id;
    const good = await sign({ sub });
    const [head, , signature] = good.split('.');
    const others = Buffer.from(
      JSON.stringify({ sub: members.bob.id, iss: issuer, exp: 9_999_999_999 }),
    );
    const bad = [
      await sign({ sub, iss: 'https://evil.example.com' }),
      await sign({ sub }, 'another secret of the tests, of 32 characters'),
      new UnsecuredJWT({}).setSubject(sub).setIssuer(issuer).setExpirationTime('2m').encode(),
      `${head}.${others.toString('base64url')}.${signature}`,
      `${good}x`,
      `${head}..${signature}`,
      'a.b.c',
      'a.b.',
    ];
    for (const token of bad) await refused(as(app, token).session.whoami(), 'NOT_AUTHENTICATED');
    expect((await as(app, good).session.whoami()).user.id).to.equal(sub);
    await refused(clientOf(good).session.whoami(), 'NOT_AUTHENTICATED');
  });

  it('is NOT_AUTHENTICATED when it names no user', async () => {
    await using app = await ownApp(environment);
    for (const claims of [{}, { sub: '' }, { sub: 'nobody' }])
      await refused(as(app, await sign(claims)).session.whoami(), 'NOT_AUTHENTICATED');
  });

  it('must be for the configured audience', async () => {
    await using app = await ownApp({ ...environment, JWT_AUDIENCE: 'hubchat' });
    const { members } = await newHub({ alice: 7 });
    const sub = members.alice.id;
    for (const claims of [{ sub }, { sub, aud: 'another' }])
      await refused(as(app, await sign(claims)).session.whoami(), 'NOT_AUTHENTICATED');
    expect((await as(app, await sign({ sub, aud: 'hubchat' })).session.whoami()).user.id).to.equal(
      sub,
    );
  });

  it('is valid for the named hub only', async () => {
    await using app = await ownApp(environment);
    const [one, other] = [await newHub({ alice: 7 }), await newHub({})];
    const { alice } = one.members;
    await other.operator.hub.add_member({ user_id: alice.id });
    const token = await sign({ sub: alice.id, hub_id: one.id });
    expect((await as(app, token).hub.info()).hub_id).to.equal(one.id);
    await refused(as(app, token, other.id).hub.info(), 'PERMISSION_DENIED');
    expect((await as(app, token).session.whoami()).hubs.map((hub) => hub.hub_id)).to.deep.equal([
      one.id,
    ]);
  });

  it('of a hub’s issuer is valid for that hub only, whatever its claims', async () => {
    const [one, other] = [await newHub({ alice: 7 }), await newHub({})];
    await using app = await ownApp({ ...environment, JWT_HUB_ID: one.id });
    const { alice } = one.members;
    await other.operator.hub.add_member({ user_id: alice.id });
    const token = await sign({ sub: alice.id });
    expect((await as(app, token).hub.info()).hub_id).to.equal(one.id);
    await refused(as(app, token, other.id).hub.info(), 'PERMISSION_DENIED');
    const elsewhere = await sign({ sub: alice.id, hub_id: other.id });
    await refused(as(app, elsewhere, other.id).hub.info(), 'NOT_AUTHENTICATED');
  });

  it('is limited to its grants', async () => {
    await using app = await ownApp(environment);
    const { members, id } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    await newRoom(bob, alice);
    const client = async (grants: unknown) => as(app, await sign({ sub: alice.id, grants }), id);
    const lister = await client(['user:chats:view', 'unknown:thing']);
    expect(await lister.chat.chat_rooms()).to.have.length(1);
    await refused(lister.chat.post({ entity_id: bob.id, message: 'Hi' }), 'PERMISSION_DENIED');
    for (const none of [[], ['unknown:thing'], [7]])
      await refused((await client(none)).chat.chat_rooms(), 'PERMISSION_DENIED');
    expect(await (await client(undefined)).chat.chat_rooms()).to.have.length(1);
  });

  it('may be signed with a key pair, whose public half is not accepted as a secret', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    await using app = await ownApp({
      JWT_ISSUER: issuer,
      JWT_PUBLIC_KEY: pem.replaceAll('\n', '\\n'),
    });
    const { members } = await newHub({ alice: 7 });
    const sub = members.alice.id;
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer(issuer)
      .setSubject(sub)
      .setExpirationTime('2m')
      .sign(privateKey);
    expect((await as(app, token).session.whoami()).user.id).to.equal(sub);
    for (const forged of [
      await sign({ sub }, pem),
      await sign({ sub }, pem.trim()),
      await sign({ sub }),
    ])
      await refused(as(app, forged).session.whoami(), 'NOT_AUTHENTICATED');
  });
});
