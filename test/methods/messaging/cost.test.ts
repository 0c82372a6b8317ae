import { expect } from 'chai';
import { ownApp } from '../../support/app.ts';
import { newHub, refused } from '../../support/hub.ts';

describe('A search in boxes', () => {
  it('rejects values too expensive to compare, and criteria too large for a context', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    await alice.messaging.send({
      to_ids: [alice.id],
      content: { list: Array.from({ length: 1000 }, (_, n) => n) },
    });
    const few = Array.from({ length: 20 }, (_, n) => n);
    expect(await alice.messaging.page({ criteria: { 'content.list': few } })).to.include({
      count: 2,
    });
    for (const value of [
      [...few, 20],
      ['x'.repeat(1001)],
      Object.fromEntries(few.concat(20).map((n) => [n, n])),
    ])
      await refused(
        alice.messaging.page({ criteria: { 'content.list': value } }),
        'INVALID_CRITERIA',
      );
    const long = {
      $or: Array.from({ length: 50 }, (_, n) => ({
        [`content.${'x'.repeat(60)}${n}`]: 'y'.repeat(150),
      })),
    };
    await refused(alice.messaging.page({ criteria: long }), 'INVALID_CRITERIA');
  });

  it('ends after two seconds, whatever it searches for, and costs fifty points', async () => {
    await using app = await ownApp({ LIMIT_USER_CALLS: '5' });
    const { members } = await newHub({ alice: 7 }, app);
    const { alice } = members;
    const letters = 'a'.repeat(60_000);
    for (let sent = 0; sent < 10; sent++)
      await alice.messaging.send({ to_ids: [alice.id], content: { letters } });
    const pattern = { $regex: `${'a'.repeat(190)}b.*c`, $options: 'i' };
    const $or = Array.from({ length: 20 }, () => ({ 'content.letters': pattern }));
    const began = performance.now();
    const error = await refused(alice.messaging.page({ criteria: { $or } }), 'INVALID_CRITERIA');
    expect(error.details).to.deep.equal(['criteria: take too long']);
    // Without the limit it would take minutes.
    expect(performance.now() - began).to.be.lessThan(50_000);
    // It began with 39 points left.
    await refused(alice.messaging.counts(), 'RATE_LIMITED');
  });
});
