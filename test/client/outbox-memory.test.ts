import { expect } from 'chai';
import type { OutboxStorage } from '../../client/outbox/storage.ts';
import { type Member, newHub } from '../support/hub.ts';
import { eventuallyAll, statesOf, textsIn, textsOf, useOutboxes } from '../support/outbox.ts';
import { eventually } from '../support/wait.ts';

const refuse = async (): Promise<never> => {
  throw new DOMException('no space', 'QuotaExceededError');
};

describe('The outbox without storage', () => {
  const outboxes = useOutboxes();
  let alice: Member;
  let bob: Member;
  beforeEach(async () => {
    ({ alice, bob } = (await newHub({ alice: 7, bob: 7 })).members);
  });

  /** The storage of alice, with some of its functions in place of its own. */
  const storageWith = async (parts: (own: OutboxStorage) => Partial<OutboxStorage>) => {
    const own = await outboxes.storageOf(alice);
    return { ...own, ...parts(own) };
  };

  for (const [why, broken] of [
    ['has none', undefined],
    ['refuses it', { open: () => expect.fail('SecurityError') }],
  ] as const)
    it(`keeps items in memory where the browser ${why}, and says so`, async () => {
      Object.assign(globalThis, { indexedDB: broken });
      const outbox = await outboxes.open(alice);
      expect(outbox.durability).to.equal('memory');
      const files = [new File(['x'], 'x.txt')];
      await outbox.send({ entityId: bob.id, message: 'one', files });
      await outbox.send({ entityId: bob.id, message: 'two' });
      outbox.start();
      await eventuallyAll(outbox, 'stored');
      expect(await textsOf(bob, alice.id)).to.deep.equal(['one', 'two']);
      outbox.confirm({ seq: 1_000_000 });
      expect(outbox.items).to.deep.equal([]);
      await outbox.send({ entityId: bob.id, message: 'three' });
      await outbox.wipe();
      expect(outbox.items).to.deep.equal([]);
    });

  it('keeps items in memory where the browser does not open it in time, and says so', async () => {
    // A database that is to be removed does not open before the tabs that have it let it go.
    const held = indexedDB.open('hubchat-outbox');
    await new Promise((resolve) => held.addEventListener('success', resolve));
    indexedDB.deleteDatabase('hubchat-outbox');
    const outbox = await outboxes.open(alice);
    expect(outbox.durability).to.equal('memory');
    await outbox.send({ entityId: bob.id, message: 'one' });
    outbox.start();
    await eventuallyAll(outbox, 'stored');
    held.result.close();
  }).timeout(30_000);

  it('goes on in memory where its database is removed under it, and says so', async () => {
    const outbox = await outboxes.open(alice);
    await outbox.send({ entityId: bob.id, message: 'one' });
    expect(outbox.durability).to.equal('persistent');
    const removed = indexedDB.deleteDatabase('hubchat-outbox');
    await new Promise((resolve) => removed.addEventListener('success', resolve));
    await outbox.send({ entityId: bob.id, message: 'two' });
    expect(outbox.durability).to.equal('memory');
    expect(textsIn(outbox)).to.deep.equal(['one', 'two']);
    outbox.start();
    await eventuallyAll(outbox, 'stored');
    expect(await textsOf(bob, alice.id)).to.deep.equal(['one', 'two']);
  });

  it('has no failure where a tab is closed while it writes', async () => {
    const { add, close } = await outboxes.storageOf(alice);
    const item = { id: 'an-id', entityId: bob.id, message: 'Hello', files: [], createdMs: 0 };
    const adding = add({ ...item, state: 'queued' }, []);
    close();
    expect((await adding).id).to.equal('an-id');
    const again = await outboxes.storageOf(alice);
    expect((await again.list()).map(({ id }) => id)).to.deep.equal(['an-id']);
  });

  it('keeps in its place an item for which there is no space, and says so meanwhile', async () => {
    const storage = await storageWith((own) => ({
      add: (item, files) => (files.length > 0 ? refuse() : own.add(item, files)),
    }));
    const outbox = await outboxes.open(alice, { storage });
    await outbox.send({ entityId: bob.id, message: 'one' });
    expect(outbox.durability).to.equal('persistent');
    const files = [new File(['x'], 'x.txt')];
    await outbox.send({ entityId: bob.id, message: 'two', files });
    await outbox.send({ entityId: bob.id, message: 'three' });
    expect(outbox.durability).to.equal('memory');
    expect(textsIn(outbox)).to.deep.equal(['one', 'two', 'three']);
    outbox.start();
    await eventuallyAll(outbox, 'stored');
    expect(await textsOf(bob, alice.id)).to.deep.equal(['one', 'two', 'three']);
    outbox.confirm({ seq: 1_000_000 });
    expect(outbox.durability).to.equal('persistent');
  });

  it('sends what only a following tab has, after what is on disk, and in its order', async () => {
    let isFull = false;
    const storage = await storageWith((own) => ({
      add: (item, files) => (isFull ? refuse() : own.add(item, files)),
    }));
    const [leader, follower] = [
      await outboxes.open(alice),
      await outboxes.open(alice, { storage }),
    ];
    follower.follow();
    await follower.send({ entityId: bob.id, message: 'one' });
    isFull = true;
    await follower.send({ entityId: bob.id, message: 'two' });
    isFull = false;
    await follower.send({ entityId: bob.id, message: 'three' });
    await eventually(() => textsIn(leader).join() === 'one');
    expect(statesOf(follower)).to.deep.equal(['queued', 'queued', 'queued']);
    leader.start();
    await eventuallyAll(follower, 'stored');
    expect(await textsOf(bob, alice.id)).to.deep.equal(['one', 'two', 'three']);
  });

  it('goes on with an item that the storage does not write any more', async () => {
    const storage = await storageWith(() => ({ change: refuse, remove: refuse }));
    const outbox = await outboxes.open(alice, { storage });
    const files = [new File(['x'], 'x.txt')];
    await outbox.send({ entityId: bob.id, message: 'one', files });
    await outbox.send({ entityId: bob.id, message: 'two' });
    outbox.start();
    await eventuallyAll(outbox, 'stored');
    expect(outbox.durability).to.equal('memory');
    expect(await textsOf(bob, alice.id)).to.deep.equal(['one', 'two']);
    outbox.confirm({ seq: 1_000_000 });
    expect(outbox.items).to.deep.equal([]);
    // After a reload they are sent again, and the service recognizes them.
    const next = await outboxes.open(alice);
    expect(textsIn(next)).to.deep.equal(['one', 'two']);
    next.start();
    await eventuallyAll(next, 'stored');
    expect(await textsOf(bob, alice.id)).to.deep.equal(['one', 'two']);
  });
});
