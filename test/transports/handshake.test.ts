import { expect } from 'chai';
import { createClient } from '../../client/index.ts';
import { app, operatorToken, ownApp } from '../support/app.ts';
import { newHub } from '../support/hub.ts';
import { request } from '../support/request.ts';
import { openDevice, outcomeOfHandshake, refusalOfDevice } from '../support/socket.ts';
import { untyped } from '../support/untyped.ts';
import { eventually } from '../support/wait.ts';

const byCookie = (hubId: string, token: string, origin?: string): Promise<string> =>
  byHeaders(
    { cookie: `a=b; regsid=${token}`, ...(origin === undefined ? {} : { origin }) },
    { hub_id: hubId },
  );

const byHeaders = (extraHeaders: Record<string, string>, auth: object): Promise<string> =>
  outcomeOfHandshake(app().url, { auth, extraHeaders });

describe('the handshake of the socket', () => {
  it('is refused without a token or with an invalid one', async () => {
    const { members } = await newHub({ alice: 7 });
    const { hubId } = members.alice;
    const { url } = app();
    for (const token of ['', 'nonsense', `hcs_${'x'.repeat(43)}`, 'hck_nothing', 'a.b.c'])
      expect(await refusalOfDevice(openDevice({ url, hubId, token }))).to.equal(
        'NOT_AUTHENTICATED',
      );
    expect(await refusalOfDevice(openDevice(untyped({ url, hubId })))).to.equal(
      'NOT_AUTHENTICATED',
    );
    expect(await refusalOfDevice(members.alice.device())).to.equal('connected');
  });

  it('is refused to viewers, in another hub or none, and to the operator', async () => {
    const { members, id } = await newHub({ alice: 7, viewer: 3 });
    const { alice, viewer } = members;
    const elsewhere = await newHub({ eve: 63 });
    const { url } = app();
    expect(await refusalOfDevice(viewer.device())).to.equal('PERMISSION_DENIED');
    for (const hubId of [elsewhere.id, 'no-hub', ''])
      expect(await refusalOfDevice(openDevice({ url, token: alice.token, hubId }))).to.equal(
        'PERMISSION_DENIED',
      );
    expect(await refusalOfDevice(openDevice({ url, token: operatorToken, hubId: id }))).to.equal(
      'PERMISSION_DENIED',
    );
    expect(await refusalOfDevice(alice.device())).to.equal('connected');
  });

  it('is refused with a hub that is no text, and enters no other one in its place', async () => {
    const { members } = await newHub({ alice: 7 });
    const { token } = members.alice;
    const open = (hubId: unknown) => openDevice(untyped({ url: app().url, token, hubId }));
    for (const hubId of [5, true, [members.alice.hubId], {}])
      expect(await refusalOfDevice(open(hubId))).to.equal('INVALID_INPUT');
    expect(await refusalOfDevice(open(null))).to.equal('connected');
  });

  it('is refused to a token whose grants omit the chat', async () => {
    const { members, id } = await newHub({ alice: 7 });
    const { url } = app();
    const issue = async (grants: ('chat:room:view' | 'chat:chat:access')[]) => {
      const client = createClient({ url, token: operatorToken });
      const { token } = await client.session.issue({ user_id: members.alice.id, grants });
      return refusalOfDevice(openDevice({ url, token, hubId: id }));
    };
    expect(await issue(['chat:room:view'])).to.equal('PERMISSION_DENIED');
    expect(await issue(['chat:chat:access'])).to.equal('connected');
  });

  it('by cookie requires an allowed origin', async () => {
    const { members, operator } = await newHub({ alice: 7 });
    const { alice } = members;
    const { url } = app();
    await operator.hub.update({ origins: ['https://allowed.example'] });
    expect(await byCookie(alice.hubId, alice.token)).to.equal('PERMISSION_DENIED');
    for (const origin of ['https://evil.example', 'null', 'https://allowed.example.evil.example'])
      expect(await byCookie(alice.hubId, alice.token, origin), origin).to.equal(
        'PERMISSION_DENIED',
      );
    for (const origin of ['https://allowed.example', url])
      expect(await byCookie(alice.hubId, alice.token, origin), origin).to.equal('ready');
    expect(await byCookie(alice.hubId, 'nonsense', url)).to.equal('NOT_AUTHENTICATED');
  });

  it('fails for a hub id or Host that is not ASCII as for an unknown hub', async () => {
    const { members } = await newHub({ alice: 7 });
    const { token } = members.alice;
    const { url } = app();
    for (const hubId of ['é', '😀', '\ud800', 'ÿ'.repeat(200)])
      expect(await refusalOfDevice(openDevice({ url, token, hubId })), hubId).to.equal(
        'PERMISSION_DENIED',
      );
    for (const hubId of ['unknown', 'é'])
      expect(await refusalOfDevice(openDevice({ url, token: 'nonsense', hubId }))).to.equal(
        'NOT_AUTHENTICATED',
      );
    const byHost = (host: string) => byHeaders({ host }, { token });
    expect(await byHost('é.example'))
      .to.equal(await byHost('unknown.example'))
      .and.not.equal('UNAVAILABLE');
  });

  it('counts as an anonymous call of its address when refused', async () => {
    await using own = await ownApp({ LIMIT_ANONYMOUS_CALLS: '1' });
    const { members } = await newHub({ alice: 7 }, own);
    const { url } = own;
    const attempts = Array.from({ length: 15 }, () =>
      refusalOfDevice(openDevice({ url, token: 'nonsense', hubId: members.alice.hubId })),
    );
    const answers = await Promise.all(attempts);
    expect(answers.filter((code) => code === 'NOT_AUTHENTICATED')).to.have.length(10);
    expect(answers.filter((code) => code === 'RATE_LIMITED')).to.have.length(5);
    expect(
      await refusalOfDevice(openDevice({ url, token: 'nonsense', hubId: members.alice.hubId })),
    ).to.equal('RATE_LIMITED');
  });

  it('closes the connection when refused, so that it cannot be retried on it', async () => {
    const path = '/-/socket.io/?EIO=4&transport=polling';
    const opened = await request(path, { verb: 'GET' });
    const { sid } = JSON.parse(opened.text.slice(1));
    const attempt = () =>
      request(`${path}&sid=${sid}`, { body: '40{"token":"nonsense","hub_id":"x"}' });
    const poll = () => request(`${path}&sid=${sid}`, { verb: 'GET' });
    await attempt();
    let received = '';
    await eventually(async () => {
      received += (await poll()).text;
      return received.includes('NOT_AUTHENTICATED');
    });
    await attempt();
    await eventually(async () => {
      const { status, text } = await poll();
      expect(text).to.not.contain('NOT_AUTHENTICATED');
      return status === 400;
    });
  });

  it('is refused to the 21st socket of a user, until one of them closes', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const opened = await Promise.all(
      Array.from({ length: 24 }, () => alice.device().catch(() => undefined)),
    );
    const devices = opened.filter((device) => device !== undefined);
    expect(devices).to.have.length(20);
    expect(await refusalOfDevice(alice.device())).to.equal('RATE_LIMITED');
    expect(await refusalOfDevice(bob.device())).to.equal('connected');
    devices.pop()?.close();
    await eventually(async () => (await refusalOfDevice(alice.device())) === 'connected');
    for (const device of devices) device.close();
  });

  it('uses the socket limit of its service', async () => {
    await using own = await ownApp({ LIMIT_SOCKETS: '1' });
    const { members } = await newHub({ alice: 7 }, own);
    using first = await members.alice.device();
    expect(await refusalOfDevice(members.alice.device())).to.equal('RATE_LIMITED');
    first.close();
  });
});
