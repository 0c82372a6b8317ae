import { expect } from 'chai';
import { ownApp } from '../support/app.ts';
import { newHub } from '../support/hub.ts';
import { type Answer, request } from '../support/request.ts';
import { watchStatements } from '../support/statements.ts';

const path = '/-/socket.io/?EIO=4&transport=polling';
let count = 0;
const newOrigin = () => `https://page${process.pid}x${++count}.example`;
const readable = ({ headers }: Answer) => headers['access-control-allow-origin'];

/** Polls as a page of this origin does, until its packets have the beginning. */
function pageOf(origin: string, url?: string, more: Record<string, string> = {}) {
  const headers = { origin, 'content-type': 'text/plain;charset=UTF-8', ...more };
  const open = () => request(path, { verb: 'GET', headers }, url);
  return {
    open,
    async session() {
      const opened = await open();
      const { sid } = JSON.parse(opened.text.slice(1));
      const at = `${path}&sid=${sid}`;
      return {
        opened,
        poll: () => request(at, { verb: 'GET', headers }, url),
        post: (body: string) => request(at, { headers, body }, url),
      };
    },
  };
}

describe('A page of another origin that polls', () => {
  it('reads everything from the first response on, if a hub allows it, as calls do', async () => {
    const { members, operator } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const origin = newOrigin();
    expect(readable(await pageOf(origin).open())).to.equal(undefined);
    await operator.hub.update({ origins: [origin] });
    const { opened, poll, post } = await pageOf(origin).session();
    const sent = await post(`40${JSON.stringify({ token: alice.token, hub_id: alice.hubId })}`);
    const replies = [opened, sent];
    const until = async (packet: string) => {
      do replies.push(await poll());
      while (!replies.at(-1)?.text.includes(packet));
    };
    await until('42["ready"');
    await bob.chat.post({ entity_id: alice.id, message: 'Hi' });
    await until('42["chat.post"');
    replies.push(await pageOf(origin).open());
    for (const reply of replies) {
      expect([reply.status, readable(reply), reply.headers.vary]).to.deep.equal([
        ...[200, origin, 'Origin'],
      ]);
      expect(reply.headers).to.not.have.property('access-control-allow-credentials');
    }
    const unknown = await request(`${path}&sid=unknown`, { verb: 'GET', headers: { origin } });
    expect([unknown.status, readable(unknown)]).to.deep.equal([400, undefined]);
  });

  it('reads nothing more once its caller is of a hub that does not allow it', async () => {
    const [one, two] = [await newHub({}), await newHub({ bob: 7 })];
    const origin = newOrigin();
    await one.operator.hub.update({ origins: [origin] });
    const { bob } = two.members;
    const { post, poll } = await pageOf(origin).session();
    await post(`40${JSON.stringify({ token: bob.token, hub_id: two.id })}`);
    await poll();
    const later = await poll();
    expect([later.status, readable(later)]).to.deep.equal([200, undefined]);
  });

  it('is allowed by OPTIONS; nothing is allowed to others, to null or by a wildcard', async () => {
    await using own = await ownApp({ ALLOWED_ORIGINS: 'https://shop.example' });
    const { operator } = await newHub({}, own);
    const origin = newOrigin();
    await operator.hub.update({ origins: [origin] });
    const ask = (from: string) =>
      request(
        path,
        {
          verb: 'OPTIONS',
          headers: {
            origin: from,
            'access-control-request-method': 'POST',
            'access-control-request-headers': 'authorization',
          },
        },
        own.url,
      );
    for (const allowed of [origin, 'https://shop.example']) {
      const reply = await ask(allowed);
      expect([reply.status, readable(reply)]).to.deep.equal([204, allowed]);
      expect(reply.headers['access-control-allow-headers']).to.contain('Authorization');
      expect(readable(await pageOf(allowed, own.url).open())).to.equal(allowed);
    }
    for (const other of ['null', newOrigin(), 'http://shop.example', '*']) {
      expect(readable(await ask(other))).to.equal(undefined);
      const opened = await pageOf(other, own.url).open();
      expect([opened.status, readable(opened)]).to.deep.equal([200, undefined]);
    }
  });

  it('costs one look-up for a connection and its hub, none where configured', async () => {
    await using own = await ownApp({ ALLOWED_ORIGINS: 'https://shop.example' });
    const { members, operator } = await newHub({ alice: 7, bob: 7 }, own);
    const { alice, bob } = members;
    const origin = newOrigin();
    await operator.hub.update({ origins: [origin] });
    for (const [from, lookUps] of [
      [origin, 2],
      ['https://shop.example', 0],
    ] as const) {
      const statements = watchStatements(own, /FROM hubs (WHERE origins|h WHERE h\.id)/);
      const { post, poll } = await pageOf(from, own.url).session();
      await post(`40${JSON.stringify({ token: alice.token, hub_id: alice.hubId })}`);
      let text = '';
      while (!text.includes('42["ready"')) text = (await poll()).text;
      for (let n = 0; n < 5; n++) {
        const polled = poll();
        await bob.chat.post({ entity_id: alice.id, message: 'Hi' });
        expect(readable(await polled)).to.equal(from);
      }
      expect(statements, from).to.have.length(lookUps);
    }
  });
});
