import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { ownApp } from '../../support/app.ts';
import { expectRefused, newApplication } from '../../support/braincloud.ts';
import { newServer, Server, sessionOf } from '../../support/s2s.ts';
import { eventually } from '../../support/wait.ts';

const statusesOf = (responses: { status: number }[]) => responses.map(({ status }) => status);
const repeat = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

const operationOf = (operation: string, data: object) => ({ service: 'chat', operation, data });

/** An application with a channel whose messages have about 900 KB. */
async function withLargeChannel() {
  const application = await newApplication();
  const { channelId } = application;
  const ann = await sessionOf(application, 'Ann');
  const data = { channelId, content: { text: 'large', more: 'x'.repeat(15_000) } };
  const posts = repeat(60, () => operationOf('POST_CHAT_MESSAGE', data));
  const { body } = await ann.send(posts);
  expect(new Set(statusesOf(body.responses))).to.deep.equal(new Set([200]));
  return { application, channelId, ann };
}

const full = [200, 200, 200, 200, 200, 429, 429];

describe('A packet of large responses', () => {
  it('of a user has about 4 MiB of them; messages beyond are not processed', async () => {
    const { channelId, ann } = await withLargeChannel();
    const page = { channelId, maxReturn: 250 };
    const { body } = await ann.send([
      ...repeat(6, () => operationOf('GET_RECENT_CHAT_MESSAGES', page)),
      operationOf('POST_CHAT_MESSAGE_SIMPLE', { channelId, text: 'not posted' }),
    ]);
    expect(statusesOf(body.responses)).to.deep.equal(full);
    for (const response of body.responses.slice(5)) expectRefused(response, 429, 40001);
    const last = await ann.call('chat', 'GET_RECENT_CHAT_MESSAGES', { channelId, maxReturn: 1 });
    expect(last.data.messages[0].content.text).to.equal('large');
  });

  it('of a server likewise', async () => {
    const { application, channelId } = await withLargeChannel();
    const server = await newServer(application);
    const page = { channelId, maxReturn: 250 };
    const connect = repeat(7, () => operationOf('SYS_CHANNEL_CONNECT', page));
    const { body } = await server.send(...connect);
    expect(statusesOf(body.messageResponses)).to.deep.equal(full);
    expect((await server.call('heartbeat', 'HEARTBEAT')).status).to.equal(200);
  });

  it('is charged to its user by what it returns', async () => {
    await using app = await ownApp({ LIMIT_USER_CALLS: '4' });
    const application = await newApplication({}, app);
    const { channelId } = application;
    const ann = await sessionOf(application, 'Ann');
    const data = { channelId, content: { text: 'large', more: 'x'.repeat(15_000) } };
    await ann.send(repeat(8, () => operationOf('POST_CHAT_MESSAGE', data)));
    // Each read of 120 KB costs four points, of the forty that there are.
    const page = { channelId, maxReturn: 250 };
    const reads = repeat(8, () => operationOf('GET_RECENT_CHAT_MESSAGES', page));
    const { body } = await ann.send(reads);
    expect(statusesOf(body.responses)).to.include.members([200, 429]);
    expect(statusesOf(body.responses).at(-1)).to.equal(429);
  });
});

describe('A large packet', () => {
  it('is charged to its user by its bytes, and the next one waits', async () => {
    await using app = await ownApp({ LIMIT_USER_CALLS: '4' });
    const application = await newApplication({}, app);
    const ann = await sessionOf(application, 'Ann');
    const bob = await sessionOf(application, 'Bob');
    const more = 'x'.repeat(700_000);
    const { body } = await ann.send([operationOf('CHANNEL_CONNECT', { more })]);
    expect(statusesOf(body.responses)).to.deep.equal([400]);
    const [refused] = (await ann.send([operationOf('CHANNEL_CONNECT', {})])).body.responses;
    expectRefused(refused, 429, 40001);
    const [served] = (await bob.send([operationOf('CHANNEL_CONNECT', {})])).body.responses;
    expect(served.status).to.equal(400);
  });

  it('of a server likewise, also without a session', async () => {
    await using app = await ownApp({ LIMIT_USER_CALLS: '4' });
    const application = await newApplication({}, app);
    const server = new Server(application, app.url);
    const large = await server.callOnce('chat', 'NOTHING', { more: 'x'.repeat(700_000) });
    expect(large.body.status).to.equal(400);
    expectRefused((await server.callOnce('chat', 'NOTHING')).body, 429, 40001);
  });
});

describe('A packet whose client has closed its connection', () => {
  it('is not processed further until it is sent again', async () => {
    const application = await newApplication();
    const { channelId, appId, appSecret, url } = application;
    const ann = await sessionOf(application, 'Ann');
    const bob = await sessionOf(application, 'Bob');
    const page = { channelId, maxReturn: 250 };
    const count = async (): Promise<number> =>
      (await bob.call('chat', 'GET_RECENT_CHAT_MESSAGES', page)).data.messages.length;
    const messages = repeat(150, (index) =>
      operationOf('POST_CHAT_MESSAGE_SIMPLE', { channelId, text: `${index}` }),
    );
    const { sessionId } = ann;
    const body = JSON.stringify({ gameId: appId, packetId: 1, sessionId, messages });
    const signature = createHash('md5').update(`${body}${appSecret}`).digest('hex');
    const leaving = new AbortController();
    const sending = fetch(`${url}/dispatcherv2`, {
      method: 'POST',
      headers: { 'x-appid': appId, 'x-sig': signature },
      body,
      signal: leaving.signal,
    }).catch((error: Error) => error.name);
    await eventually(async () => (await count()) > 0);
    leaving.abort();
    expect(await sending).to.equal('AbortError');
    const again = () => ann.send(messages, { packetId: 1 });
    expect(await count()).to.be.below(150);
    await eventually(async () => (await again()).http === 200);
    expect(await count()).to.equal(150);
  });
});
