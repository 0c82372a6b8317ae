import { expect } from 'chai';
import { newId } from '../../db/rows/ids.ts';
import { app } from '../support/app.ts';
import { clientOf } from '../support/caller.ts';
import { newHub, type TestHub } from '../support/hub.ts';
import { call } from '../support/request.ts';
import { openDevice } from '../support/socket.ts';

type Sent = Parameters<typeof call>[1];

/** The ways to name a hub, with the word by which a refusal calls each. */
const ways: Record<string, (hub: Pick<TestHub<never>, 'id' | 'host'>) => [query: string, Sent]> = {
  'the query': ({ id }) => [`?hub_id=${id}`, {}],
  'the header x-hub-id': ({ id }) => ['', { headers: { 'x-hub-id': id } }],
  'the body': ({ id }) => ['', { body: JSON.stringify({ hub_id: id }) }],
  'the Host': ({ host }) => ['', { headers: { host } }],
};

describe('A call to a wrong hub', () => {
  it('is refused with what named the hub, and no id that was not sent', async () => {
    const [own, other] = [await newHub({ alice: 7, boss: 31 }), await newHub({})];
    const { alice } = own.members;
    const { key } = await own.operator.key.create({ name: 'App', permission: 31 });
    const { token: narrow } = await clientOf(key).session.issue({ user_id: alice.id });
    for (const token of [alice.token, narrow, key])
      for (const [source, sentTo] of Object.entries(ways)) {
        const [query, sent] = sentTo(other);
        const headers = { authorization: `Bearer ${token}`, ...sent?.headers };
        const { status, body } = await call(`hub.info${query}`, { ...sent, headers });
        expect([status, body.error], source).to.deep.equal([403, 'PERMISSION_DENIED']);
        expect(body.details, source).to.have.length(1);
        expect(body.details[0]).to.match(new RegExp(`^hub_id: ${source} (names|leads to) a hub`));
        expect(body.details[0]).to.not.contain(other.id).and.not.contain(own.id);
      }
  });

  it('is refused in the same words for a hub that does not exist', async () => {
    const [own, other] = [await newHub({ alice: 7 }), await newHub({})];
    const authorization = `Bearer ${own.members.alice.token}`;
    for (const source of ['the query', 'the header x-hub-id', 'the body'] as const) {
      const [closed, unknown] = await Promise.all(
        [other.id, newId()].map(async (id) => {
          const [query, sent] = ways[source]?.({ id, host: '' }) ?? expect.fail();
          const headers = { authorization, ...sent?.headers };
          return (await call(`hub.info${query}`, { ...sent, headers })).body.details;
        }),
      );
      expect(unknown, source).to.deep.equal(closed);
    }
  });

  it('says nothing of hubs to a member who lacks a right there', async () => {
    const { id, members } = await newHub({ alice: 7 });
    const authorization = `Bearer ${members.alice.token}`;
    const { status, body } = await call('hub.update', {
      ...{ headers: { authorization, 'x-hub-id': id }, body: '{"name":"Mine"}' },
    });
    expect([status, body.details]).to.deep.equal([403, []]);
  });

  it('names auth in the refusal of a handshake', async () => {
    const [own, other] = [await newHub({ alice: 7 }), await newHub({})];
    const { url } = app();
    const opening = openDevice({ url, token: own.members.alice.token, hubId: other.id });
    const { data } = await opening.then(
      () => expect.fail('connected'),
      (error: Error & { data: unknown }) => error,
    );
    expect(data).to.deep.equal({
      error: 'PERMISSION_DENIED',
      details: ['hub_id: auth names a hub that you may not enter'],
    });
  });
});
