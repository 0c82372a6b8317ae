import { expect } from 'chai';
import { createCall } from '../../client/calls/client.ts';
import { createTokens } from '../../client/calls/token.ts';
import { CallError, ConnectionError, createClient, isRefusal } from '../../client/index.ts';
import { app } from '../support/app.ts';
import { type Member, newHub } from '../support/hub.ts';
import { openNetwork } from '../support/network.ts';
import { openProxy } from '../support/proxy.ts';

/** Returns what a call fails with. */
const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => expect.fail('the call succeeded'),
    (error: unknown) => error,
  );

/** Returns the texts of a conversation, oldest first. */
const textsOf = async (member: Member, entityId: string): Promise<string[]> =>
  (await member.chat.messages({ entity_id: entityId })).map(({ message }) => message).reverse();

describe('The client’s calls', () => {
  it('fail with a code of the method, which the compiler knows', async () => {
    const { alice } = (await newHub({ alice: 7 })).members;
    const client = createClient({ ...alice, url: app().url });
    const error = await failureOf(client.chat.post({ entity_id: 'nobody', message: 'Hello' }));
    if (!isRefusal('chat.post', error)) return expect.fail('the service has not refused it');
    // @ts-expect-error: chat.post does not declare this code.
    expect(error.code === 'PIN_LIMIT').to.equal(false);
    expect(error.code).to.equal('INVALID_CONTACT');
    expect(error.status).to.equal(404);
    expect(error.details[0]).to.match(/^entity_id: /);
    expect(error.requestId).to.match(/^[0-9a-f-]{36}$/);
  });

  it('that change nothing are repeated until the service is there again', async () => {
    const { alice } = (await newHub({ alice: 7 })).members;
    await using network = await openNetwork(app().url);
    const client = createClient({ ...alice, url: network.url });
    network.cut();
    setTimeout(network.mend, 300);
    expect((await client.chat.count_all()).total_cnt).to.equal(0);
  });

  it('with an echoId are repeated, and their message is posted once', async () => {
    const { alice, bob } = (await newHub({ alice: 7, bob: 7 })).members;
    await using network = await openNetwork(app().url);
    const client = createClient({ ...alice, url: network.url });
    network.loseReplies(2);
    const posted = await client.chat.post({ entity_id: bob.id, message: 'once', echoId: 'a1' });
    expect(posted.message).to.equal('once');
    expect(await textsOf(bob, alice.id)).to.deep.equal(['once']);
  });

  for (const [what, echoId] of [
    ['without an echoId', {}],
    ['with one of digits, which is but a label,', { echoId: '17' }],
  ] as const)
    it(`${what} are not repeated`, async () => {
      const { alice, bob } = (await newHub({ alice: 7, bob: 7 })).members;
      await using network = await openNetwork(app().url);
      const client = createClient({ ...alice, url: network.url });
      network.loseReplies(1);
      const call = client.chat.post({ entity_id: bob.id, message: 'perhaps', ...echoId });
      expect(await failureOf(call)).to.be.instanceOf(ConnectionError);
      expect(await textsOf(bob, alice.id)).to.deep.equal(['perhaps']);
    });

  for (const [status, code] of [
    [400, 'INVALID_INPUT'],
    [413, 'TOO_LARGE'],
  ] as const)
    it(`that a proxy refuses with ${status} fail with ${code}, and are not repeated`, async () => {
      await using proxy = await openProxy(status);
      const error = await failureOf(createClient({ url: proxy.url }).chat.count_all());
      if (!(error instanceof CallError)) return expect.fail(String(error));
      expect(error).to.include({ code, status });
      expect(error.details).to.deep.equal([`request: a proxy answered with status ${status}`]);
    });

  for (const status of [200, 401, 403, 404, 408, 429, 502])
    it(`that a proxy answers with ${status} have not been answered`, async () => {
      await using proxy = await openProxy(status);
      const client = createClient({ url: proxy.url, retryForMs: 0 });
      expect(await failureOf(client.chat.count_all())).to.be.instanceOf(ConnectionError);
    });

  it('that are answered in the form of another service have not been answered', async () => {
    await using proxy = await openProxy(404, '{"error":"NOT_FOUND"}');
    const client = createClient({ url: proxy.url, retryForMs: 0 });
    expect(await failureOf(client.chat.count_all())).to.be.instanceOf(ConnectionError);
  });

  it('end after their time limit, and by their signal', async () => {
    const { alice } = (await newHub({ alice: 7 })).members;
    await using network = await openNetwork(app().url);
    const client = createClient({ ...alice, url: network.url, timeoutMs: 200, retryForMs: 0 });
    network.stall();
    const late = await failureOf(client.chat.count_all());
    expect(late).to.be.instanceOf(ConnectionError);
    expect(String(late)).to.contain('no answer within 200 ms');

    const giveUp = new AbortController();
    const reason = new Error('the user has left');
    const call = client.chat.count_all({}, { signal: giveUp.signal, timeoutMs: 60_000 });
    setTimeout(() => giveUp.abort(reason), 50);
    expect(await failureOf(call)).to.equal(reason);
    // Also while it waits for its next attempt.
    network.cut();
    const another = new AbortController();
    const waiting = client.chat.count_all({}, { signal: another.signal, retryForMs: 60_000 });
    setTimeout(() => another.abort(reason), 50);
    expect(await failureOf(waiting)).to.equal(reason);
  });

  it('that a rate limit refuses are repeated after the time that it asks for', async () => {
    const { alice } = (await newHub({ alice: 7 })).members;
    const refusal = { error: 'RATE_LIMITED', reason: 'Too many calls', details: [], data: null };
    const headers = { 'retry-after': '1' };
    let sent = 0;
    const limited: typeof fetch = (...call) =>
      ++sent === 1
        ? Promise.resolve(Response.json(refusal, { status: 429, headers }))
        : fetch(...call);
    const client = createClient({ ...alice, url: app().url, fetch: limited });
    const beginMs = performance.now();
    await client.chat.count_all();
    expect(performance.now() - beginMs).to.be.at.least(1000);
    expect(sent).to.equal(2);
  });
});

describe('The client’s token', () => {
  it('is asked for again where it was not given in time, such as to a frozen page', async () => {
    const { alice } = (await newHub({ alice: 7 })).members;
    const { hubId } = alice;
    const given = [new Promise<string>(() => {}), alice.token];
    const tokens = createTokens({ getToken: () => given.shift() }, 50);
    const call = createCall({ url: app().url, hubId }, tokens);
    expect(await call('chat.count_all')).to.have.property('total_cnt', 0);
    expect(given).to.deep.equal([]);
  });

  it('is asked for once by all calls that need it, and once more when it is refused', async () => {
    const { alice } = (await newHub({ alice: 7 })).members;
    const { url } = app();
    let asked = 0;
    const tokens = ['ended', alice.token];
    const getToken = async () => tokens[asked++];
    const client = createClient({ url, hubId: alice.hubId, getToken });
    const replies = await Promise.all(Array.from({ length: 5 }, () => client.chat.count_all()));
    expect(replies.map(({ total_cnt }) => total_cnt)).to.deep.equal([0, 0, 0, 0, 0]);
    expect(asked).to.equal(2);
    await client.chat.count_all();
    expect(asked).to.equal(2);
  });

  it('is asked for once by a connection, a call and a refused call at the same time', async () => {
    let asked = 0;
    const tokens = createTokens({ getToken: async () => `token ${++asked}` });
    const { current, renew, replace } = tokens;
    for (const n of [1, 2]) {
      const answers = await Promise.all([renew(), current(), replace('refused'), renew()]);
      expect(new Set(answers)).to.deep.equal(new Set([`token ${n}`]));
    }
  });

  it('is not asked for again and again by a call that stays refused', async () => {
    const { alice } = (await newHub({ alice: 7 })).members;
    let asked = 0;
    const getToken = () => `wrong ${++asked}`;
    const client = createClient({ url: app().url, hubId: alice.hubId, getToken });
    const error = await failureOf(client.chat.count_all());
    expect(error).to.be.instanceOf(CallError).with.property('code', 'NOT_AUTHENTICATED');
    expect(asked).to.equal(2);
  });

  it('that cannot be had fails the call with what its source failed with', async () => {
    const reason = new Error('signed out');
    const getToken = () => Promise.reject(reason);
    const client = createClient({ url: app().url, getToken });
    expect(await failureOf(client.chat.count_all())).to.equal(reason);
  });
});
