import { expect } from 'chai';
import { RateLimited } from '../../acl/language/errors.ts';
import type { App } from '../../service/app.ts';
import { readConfig } from '../../service/config.ts';
import { createLimits } from '../../service/limits/limits.ts';
import { ownApp } from '../support/app.ts';
import { position } from '../support/events.ts';
import { newHub, refused } from '../support/hub.ts';
import { openDevice } from '../support/socket.ts';

/** A hub where alice has missed messages of 40 KB each; her handshake since then. */
async function withMissed(app: App, posts: number) {
  const { id: hubId, members } = await newHub({ alice: 7, bob: 7 }, app);
  const { alice, bob } = members;
  const since = await position(alice);
  const message = '😀'.repeat(10_000);
  const post = () => bob.chat.post({ entity_id: alice.id, message });
  await Promise.all(Array.from({ length: posts }, post));
  return { hubId, alice, bob, handshake: { url: app.url, token: alice.token, hubId, since } };
}

describe('What a socket is sent when it catches up', () => {
  it('is charged to its user by its bytes', async () => {
    await using app = await ownApp({ LIMIT_USER_CALLS: '8' });
    const { alice, bob, handshake } = await withMissed(app, 17);
    // A handshake and its 690 KB cost 22 points, of the eighty that there are.
    for (let opened = 0; opened < 4; opened++) {
      await alice.chat.count_all();
      using device = await openDevice(handshake);
      expect(device.received).to.have.length(17);
    }
    await refused(alice.chat.count_all(), 'RATE_LIMITED');
    await bob.chat.count_all();
  });

  it('counts as a call for each further page, which waits for the limit', async () => {
    const limits = createLimits(readConfig({}).limits);
    const counted: string[] = [];
    let refusals = 0;
    const countUserCall = async (id: string) => {
      counted.push(id);
      if (refusals > 0) {
        refusals -= 1;
        throw new RateLimited(1);
      }
    };
    await using app = await ownApp({}, undefined, undefined, {
      limits: { ...limits, countUserCall },
    });
    const { alice, handshake } = await withMissed(app, 30);
    using first = await openDevice(handshake);
    const before = counted.length;
    expect(counted.slice(-2)).to.deep.equal([alice.id, alice.id]);
    using second = await openDevice(handshake);
    expect(counted.length - before).to.equal(2);
    expect(second.received).to.deep.equal(first.received);
    expect(first.received).to.have.length(30);
    const third = openDevice(handshake);
    while (counted.length < before + 3) await new Promise(setImmediate);
    refusals = 1;
    using paced = await third;
    expect(refusals).to.equal(0);
    expect(paced.received).to.deep.equal(first.received);
  });

  it('is read one page at a time of a user, while others have their turn', async () => {
    const limits = createLimits(readConfig({}).limits);
    await using app = await ownApp({}, undefined, undefined, { limits });
    const { hubId, alice, bob, handshake } = await withMissed(app, 1);
    const end = await limits.queues.replays.enter({ hubId, userId: alice.id });
    let isOpen = false;
    const opening = openDevice(handshake).then((device) => {
      isOpen = true;
      return device;
    });
    using _other = await openDevice({ ...handshake, token: bob.token });
    await alice.chat.count_all();
    expect(isOpen).to.equal(false);
    end();
    using device = await opening;
    expect(device.received).to.have.length(1);
  });
});
