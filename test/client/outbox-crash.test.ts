import { expect } from 'chai';
import type { CallByName } from '../../client/calls/client.ts';
import type { OutboxStorage } from '../../client/outbox/storage.ts';
import { type Member, newHub } from '../support/hub.ts';
import { callOf, eventuallyAll, textsOf, useOutboxes } from '../support/outbox.ts';
import { eventually } from '../support/wait.ts';

const never = new Promise<never>(() => {});

/** A tab that dies at its nth step; a step is the begin or the end of a call or of a write. */
function mortal(steps: number) {
  let taken = 0;
  const isDead = (): boolean => taken > steps;
  async function step(): Promise<void> {
    taken += 1;
    if (isDead()) await never;
  }
  const wrap =
    <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await step();
      const result = await work(...args);
      await step();
      return result;
    };
  return {
    isDead,
    call: (call: CallByName): CallByName => wrap(call),
    storage: (storage: OutboxStorage): OutboxStorage => ({
      ...storage,
      ...{ add: wrap(storage.add), change: wrap(storage.change), remove: wrap(storage.remove) },
      watch() {},
    }),
  };
}

type Pair = { alice: Member; bob: Member };

const newPair = async (): Promise<Pair> => (await newHub({ alice: 7, bob: 7 })).members;

const texts = ['one', 'with a file', 'three'];

describe('A crash', () => {
  const outboxes = useOutboxes();

  /** Sends three messages from a tab that dies at this step; returns how many it has accepted. */
  async function sendUntilDeath({ alice, bob }: Pair, steps: number) {
    const { call, storage, isDead } = mortal(steps);
    const outbox = await outboxes.open(alice, {
      storage: storage(await outboxes.storageOf(alice)),
      call: call(callOf(alice)),
      isExclusive: true,
    });
    outbox.start();
    let accepted = 0;
    for (const message of texts) {
      const files = message === 'with a file' ? [new File(['x'], 'x.txt')] : [];
      void outbox.send({ entityId: bob.id, message, files }).then(() => {
        accepted += 1;
      });
    }
    await eventually(
      () => isDead() || (accepted === 3 && outbox.items.every(({ state }) => state === 'stored')),
    );
    return { accepted, isDead: isDead() };
  }

  /** Returns whether the tab died before all was done, after the next tab has done the rest. */
  async function crashAt(steps: number): Promise<boolean> {
    const pair = await newPair();
    const { alice, bob } = pair;
    const { accepted, isDead } = await sendUntilDeath(pair, steps);
    const next = await outboxes.open(alice, { isExclusive: true });
    next.start();
    await eventuallyAll(next, 'stored');
    const kept = next.items.length;
    expect(kept, `step ${steps}`).to.be.within(accepted, texts.length);
    expect(await textsOf(bob, alice.id), `step ${steps}`).to.deep.equal(texts.slice(0, kept));
    next.confirm({ seq: 1_000_000 });
    const storage = await outboxes.storageOf(alice);
    await eventually(async () => (await storage.list()).length === 0);
    return isDead;
  }

  it('at any point loses nothing, doubles nothing and keeps the order', async () => {
    const atOnce = 8;
    let [steps, isDead] = [0, true];
    for (; isDead; steps += atOnce) {
      const next = Array.from({ length: atOnce }, (_, n) => steps + n);
      isDead = (await Promise.all(next.map(crashAt))).every(Boolean);
    }
    expect(steps).to.be.greaterThan(20);
  });

  it('of a refused message leaves it refused', async () => {
    const { alice } = await newPair();
    const outbox = await outboxes.open(alice, { isExclusive: true });
    outbox.start();
    await outbox.send({ entityId: 'nobody', message: 'Hello' });
    await eventuallyAll(outbox, 'failed');
    const failed = outbox.items;
    outbox.close();
    const next = await outboxes.open(alice, { isExclusive: true });
    next.start();
    expect(next.items).to.deep.equal(failed);
  });
});
