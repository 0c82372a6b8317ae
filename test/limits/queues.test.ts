import { expect } from 'chai';
import { RateLimited } from '../../acl/language/errors.ts';
import { readConfig } from '../../service/config.ts';
import { createLimits } from '../../service/limits/limits.ts';
import { createQueues } from '../../service/limits/queues.ts';
import { ownApp } from '../support/app.ts';
import { newHub, refused } from '../support/hub.ts';

const expensive: readonly [method: string, input: object][] = [
  ['chat.forward', {}],
  ['chat.sync', { since: 0 }],
  ['messaging.page', { criteria: {} }],
  ['messaging.page_offset', {}],
  ['messaging.sys_page', {}],
  ['messaging.sys_page_offset', {}],
  ['hub.members', { key: 'a' }],
  ['contact.list', { key: 'a' }],
  ['room.list', { key: 'a' }],
  ['chat.chat_rooms', { key: 'a' }],
  ['chat.contact_rooms', { key: 'a' }],
  ['chat.share_rooms', { key: 'a' }],
  ['chat.messages', { page: 21 }],
];

describe('Expensive calls', () => {
  it('run one at a time of a user and two of a hub, and leave others their turn', async () => {
    for (const [method, input] of expensive) {
      const queue = createQueues().of(method, input);
      if (!queue) throw new Error(`${method} has no queue`);
      const started: string[] = [];
      const enter = (hubId: string, userId: string) =>
        queue.enter({ hubId, userId }).then((end) => {
          started.push(`${hubId}${userId}`);
          return end;
        });
      const first = enter('a', '1');
      const others = [enter('a', '1'), enter('a', '2'), enter('a', '3'), enter('b', '1')];
      await new Promise(setImmediate);
      expect(started, method).to.deep.equal(['a1', 'a2', 'b1']);
      (await first)();
      for (const entered of others) (await entered)();
      expect(started.sort()).to.deep.equal(['a1', 'a1', 'a2', 'a3', 'b1']);
    }
  });

  it('are refused with RATE_LIMITED beyond a short line', async () => {
    const queue = createQueues().of('chat.forward', {});
    const entered = Array.from({ length: 33 }, () => queue?.enter({ hubId: 'a', userId: '1' }));
    const refusal = await queue
      ?.enter({ hubId: 'a', userId: '1' })
      .catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(RateLimited);
    for (const one of entered) (await one)?.();
  });

  it('that name nothing to search for do not queue, and others neither', () => {
    const queues = createQueues();
    expect(queues.of('hub.members', { key: '' })).to.equal(undefined);
    expect(queues.of('chat.chat_rooms', {})).to.equal(undefined);
    expect(queues.of('chat.chat_room_info', { key: 'a' })).to.equal(undefined);
    expect(queues.of('chat.post', {})).to.equal(undefined);
    expect(queues.of('chat.messages', { page: 20 })).to.equal(undefined);
  });

  it('tell over HTTP when to retry, while other calls go on', async () => {
    const limits = createLimits(readConfig({}).limits);
    await using app = await ownApp({}, undefined, undefined, { limits });
    const { id: hubId, members } = await newHub({ alice: 7, bob: 7 }, app);
    const { alice, bob } = members;
    const queue = limits.queues.of('messaging.page', {});
    const entered = Array.from({ length: 33 }, () => queue?.enter({ hubId, userId: alice.id }));
    const { retryAfter } = await refused(alice.messaging.page({}), 'RATE_LIMITED');
    expect(retryAfter).to.be.greaterThan(0);
    await alice.chat.count_all();
    expect(await bob.messaging.page({})).to.include({ count: 0 });
    for (const one of entered) (await one)?.();
    expect(await alice.messaging.page({})).to.include({ count: 0 });
  });
});
