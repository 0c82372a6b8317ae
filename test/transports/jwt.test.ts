import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { UnsecuredJWT } from 'jose';
import { readConfig } from '../../service/config.ts';
import { runService } from '../../service/start.ts';
import { database, dataDir, ownApp } from '../support/app.ts';
import { clientOf, platform } from '../support/caller.ts';
import { urlOf } from '../support/database.ts';
import { memberOf, newHub, newRoom, refused } from '../support/hub.ts';
import { as, jwtEnvironment as environment, issuer, newSubject, sign } from '../support/jwt.ts';

describe('A JWT of the configured issuer', () => {
  it('acts as the user whom the operator joined to its subject, in all their hubs', async () => {
    await using app = await ownApp(environment);
    const [one, other] = [await newHub({ bob: 7 }), await newHub({})];
    const { id, sub } = await newSubject(app, one, other);
    await other.operator.hub.set_privilege({ user_id: id, privilege: 3 });
    const token = await sign({ sub });
    const { bob } = one.members;
    const post = await as(app, token, one.id).chat.post({ entity_id: bob.id, message: 'Hi' });
    expect(post.author_id).to.equal(id);
    expect((await as(app, token, other.id).hub.info()).hub_id).to.equal(other.id);
    await refused(as(app, token, other.id).chat.chat_rooms(), 'PERMISSION_DENIED');
    expect((await as(app, token).session.whoami()).user.id).to.equal(id);
  });

  it('has no rights in a hub that its user has left, and keeps those in others', async () => {
    await using app = await ownApp(environment);
    const [one, other] = [await newHub({}), await newHub({})];
    const { id, sub } = await newSubject(app, one, other);
    const token = await sign({ sub });
    expect(await as(app, token, one.id).chat.chat_rooms()).to.deep.equal([]);
    await one.operator.hub.remove_member({ user_id: id });
    await refused(as(app, token, one.id).chat.chat_rooms(), 'PERMISSION_DENIED');
    expect(await as(app, token, other.id).chat.chat_rooms()).to.deep.equal([]);
  });

  it('is NOT_AUTHENTICATED when expired, not yet valid, or without an expiry', async () => {
    await using app = await ownApp(environment);
    const { sub } = await newSubject(app);
    const now = Math.floor(Date.now() / 1000);
    for (const [claims, details] of [
      [{ exp: now - 60 }, 'token: ended'],
      [{ nbf: now + 60 }, 'token: unknown'],
      [{ iat: now + 60 }, 'token: unknown'],
      [{ exp: '' }, 'token: unknown'],
    ] as const) {
      const call = as(app, await sign({ sub, ...claims })).session.whoami();
      expect((await refused(call, 'NOT_AUTHENTICATED')).details).to.deep.equal([details]);
    }
  });

  it('has a leeway of 30 s for its expiry and beginning', async () => {
    await using app = await ownApp(environment);
    const { id, sub } = await newSubject(app);
    const now = Math.floor(Date.now() / 1000);
    for (const claims of [{ exp: now - 20 }, { nbf: now + 20 }, { iat: now + 20 }]) {
      const { user } = await as(app, await sign({ sub, ...claims })).session.whoami();
      expect(user.id).to.equal(id);
    }
  });

  it('is NOT_AUTHENTICATED with another issuer or secret, unsigned or changed', async () => {
    await using app = await ownApp(environment);
    const [{ id, sub }, other] = [await newSubject(app), await newSubject(app)];
    const good = await sign({ sub });
    const [head, , signature] = good.split('.');
    const others = Buffer.from(JSON.stringify({ sub: other.sub, iss: issuer, exp: 9_999_999_999 }));
    const bad = [
      await sign({ sub, iss: 'https://evil.example.com' }),
      await sign({ sub }, Buffer.from('another secret of the tests, of 32 characters')),
      new UnsecuredJWT({}).setSubject(sub).setIssuer(issuer).setExpirationTime('2m').encode(),
      `${head}.${others.toString('base64url')}.${signature}`,
      `${good}x`,
      `${head}..${signature}`,
      'a.b.c',
      'a.b.',
    ];
    for (const token of bad) await refused(as(app, token).session.whoami(), 'NOT_AUTHENTICATED');
    expect((await as(app, good).session.whoami()).user.id).to.equal(id);
    await refused(clientOf(good).session.whoami(), 'NOT_AUTHENTICATED');
  });

  it('is NOT_AUTHENTICATED when its subject is nobody’s, whatever it is', async () => {
    await using app = await ownApp(environment);
    const { members } = await newHub({ alice: 7 });
    const subjects = [
      ...[undefined, '', 'nobody', members.alice.id, 'ünïcode 🐈', 'a\u0000b', '\ud800', ' '],
      ...['x'.repeat(255), 'x'.repeat(256), '🐈'.repeat(255), 'x'.repeat(7000), '%', "' OR 1=1"],
      ...[0, 7, true, null, ['nobody'], { id: 'nobody' }],
    ];
    for (const sub of subjects) {
      const call = as(app, await sign({ sub })).session.whoami();
      expect((await refused(call, 'NOT_AUTHENTICATED')).details).to.deep.equal(['token: unknown']);
    }
  });

  it('is never matched with a number: 7 is not the subject 7abc', async () => {
    await using app = await ownApp(environment);
    const external_id = `7${Date.now()}abc`;
    await platform(app.url).user.create({ firstname: 'Grace', external_id });
    const sub = Number.parseInt(external_id, 10);
    await refused(as(app, await sign({ sub })).session.whoami(), 'NOT_AUTHENTICATED');
  });

  it('must be for the configured audience', async () => {
    await using app = await ownApp({ ...environment, JWT_AUDIENCE: 'hubchat' });
    const { id, sub } = await newSubject(app);
    for (const claims of [{ sub }, { sub, aud: 'another' }])
      await refused(as(app, await sign(claims)).session.whoami(), 'NOT_AUTHENTICATED');
    const token = await sign({ sub, aud: 'hubchat' });
    expect((await as(app, token).session.whoami()).user.id).to.equal(id);
  });

  it('is limited to its grants', async () => {
    await using app = await ownApp(environment);
    const hub = await newHub({ bob: 7 });
    const { bob } = hub.members;
    const { id, sub } = await newSubject(app, hub);
    await newRoom(bob, await memberOf(app, id, hub.id));
    const client = async (grants: unknown) => as(app, await sign({ sub, grants }), hub.id);
    const lister = await client(['user:chats:view', 'unknown:thing']);
    expect(await lister.chat.chat_rooms()).to.have.length(1);
    await refused(lister.chat.post({ entity_id: bob.id, message: 'Hi' }), 'PERMISSION_DENIED');
    const spaced = await client('user:chats:view  unknown:thing');
    expect(await spaced.chat.chat_rooms()).to.have.length(1);
    await refused(spaced.chat.post({ entity_id: bob.id, message: 'Hi' }), 'PERMISSION_DENIED');
    for (const none of [[], ['unknown:thing'], '', 'user:chats:view,unknown:thing'])
      await refused((await client(none)).chat.chat_rooms(), 'PERMISSION_DENIED');
    for (const bad of [null, 7, true, {}, { 0: 'user:chats:view' }, [7], [['user:chats:view']]]) {
      const { details } = await refused((await client(bad)).chat.chat_rooms(), 'NOT_AUTHENTICATED');
      expect(details).to.deep.equal(['token: unknown']);
    }
    expect(await (await client(undefined)).chat.chat_rooms()).to.have.length(1);
  });

  it('may be signed with a key pair, whose public half is not accepted as a secret', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    await using app = await ownApp({
      JWT_ISSUER: issuer,
      JWT_PUBLIC_KEY: pem.replaceAll('\n', '\\n'),
    });
    const { id, sub } = await newSubject(app);
    const token = await sign({ sub }, privateKey, 'ES256');
    expect((await as(app, token).session.whoami()).user.id).to.equal(id);
    for (const secret of [pem, pem.trim(), undefined])
      await refused(
        as(
          app,
          await sign({ sub }, secret === undefined ? secret : Buffer.from(secret)),
        ).session.whoami(),
        'NOT_AUTHENTICATED',
      );
  });

  it('is accepted with every documented algorithm of the issuer’s published keys', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const curve = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve });
    const [p256, p384, p521] = ['P-256', 'P-384', 'P-521'].map(curve);
    const ed = generateKeyPairSync('ed25519');
    const others = [rsa, p256, p384, p521, ed, generateKeyPairSync('rsa', { modulusLength: 2048 })];
    const keys = others.flatMap((pair) => pair?.publicKey.export({ format: 'jwk' }) ?? []);
    await using published = await publish({ keys });
    await using app = await ownApp({ JWT_ISSUER: issuer, JWT_JWKS_URL: published.url });
    const { id, sub } = await newSubject(app);
    const algorithms = [
      ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'].map((alg) => [alg, rsa] as const),
      ...([
        ['ES256', p256],
        ['ES384', p384],
        ['ES512', p521],
        ['EdDSA', ed],
      ] as const),
    ];
    for (const [alg, pair] of algorithms) {
      const token = await sign({ sub }, pair?.privateKey, alg);
      expect((await as(app, token).session.whoami()).user.id, alg).to.equal(id);
    }
    const { privateKey: unpublished } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    for (const bad of [
      sign({ sub }, unpublished, 'RS256'),
      sign({ sub }, Buffer.alloc(64), 'HS256'),
    ])
      await refused(as(app, await bad).session.whoami(), 'NOT_AUTHENTICATED');
  });
});

describe('A start without JWT_AUDIENCE', () => {
  it('warns that JWTs for other services are accepted; with it, it does not', async () => {
    for (const [audience, isWarned] of [
      [{}, true],
      [{ JWT_AUDIENCE: 'hubchat' }, false],
    ] as const) {
      const said: string[] = [];
      const config = readConfig({
        ...{ ...environment, ...audience, PORT: '0', LOG_LEVEL: 'silent', HUBCHAT_DEMO: '0' },
        ...{ DATABASE_URL: urlOf(database()), HUBCHAT_DATA: dataDir() },
      });
      const service = await runService(config, (line) => said.push(line));
      await service.stop();
      expect(said.some((line) => line.startsWith('JWT_AUDIENCE is not set'))).to.equal(isWarned);
    }
  });
});

/** Serves a set of keys. */
async function publish(set: object): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer((_, response) => response.end(JSON.stringify(set)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/keys`,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}
