import { expect } from 'chai';
import { FairQueue, type Owner } from '../../db/connection/fair-queue.ts';

const full = new Error('full');

/** Two at once, one of each user; one more of each user waits, two of each hub. */
const smallQueue = (waitsAtMostMs = 60_000) =>
  new FairQueue({
    admits: ({ all, ofUser }) => all < 2 && ofUser < 1,
    waitingPerUser: 2,
    waitingPerHub: 3,
    waitsAtMostMs,
    refuse: () => full,
  });

const owner = (name: string): Owner => ({ hubId: name.slice(0, 1), userId: name });

/** Enters for each name; returns the order in which they started, and how to end one. */
function entering(queue: ReturnType<typeof smallQueue>) {
  const started: string[] = [];
  const ends: (() => void)[] = [];
  return {
    started,
    enter(name: string): Promise<void> {
      return queue.enter(owner(name)).then((end) => {
        started.push(name);
        ends.push(end);
      });
    },
    async endFirst() {
      await new Promise(setImmediate);
      ends.shift()?.();
      await new Promise(setImmediate);
    },
  };
}

describe('A fair queue', () => {
  it('starts what waits in turn by hub, and in a hub by user', async () => {
    const { started, enter, endFirst } = entering(smallQueue());
    const all = ['a1', 'a2', 'a1', 'a1', 'a2', 'b1', 'b1'].map(enter);
    await endFirst();
    expect(started).to.deep.equal(['a1', 'a2', 'a1']);
    for (let left = all.length; left > 0; left--) await endFirst();
    expect(started).to.deep.equal(['a1', 'a2', 'a1', 'b1', 'a2', 'b1', 'a1']);
    await Promise.all(all);
  });

  it('refuses a user and a hub of whom too much waits, and nobody else', async () => {
    const { enter, started, endFirst } = entering(smallQueue());
    const accepted = ['a1', 'a1', 'a1', 'a2', 'a2'].map(enter);
    for (const name of ['a1', 'a3'])
      expect(await enter(name).catch((error: unknown) => error)).to.equal(full);
    accepted.push(enter('b1'));
    for (let left = accepted.length; left > 0; left--) await endFirst();
    await Promise.all(accepted);
    expect(started).to.have.lengthOf(6);
    await enter('a1');
  });

  it('asks nothing of those who wait while nobody may start', async () => {
    let asked = 0;
    const admits = ({ all }: { all: number }) => {
      asked += 1;
      return all < 2;
    };
    const limits = { waitingPerUser: 9, waitingPerHub: 999, waitsAtMostMs: 60_000 };
    const queue = new FairQueue({ ...limits, admits, refuse: () => full });
    const ends = await Promise.all(['a1', 'a2'].map((name) => queue.enter(owner(name))));
    const waiting = Array.from({ length: 100 }, (_, n) => queue.enter(owner(`b${n}`)));
    asked = 0;
    for (const end of ends) end();
    expect(asked).to.be.at.most(10);
    for (const entered of waiting) (await entered)();
  });

  it('refuses what has waited too long, and goes on', async () => {
    const { enter, started, endFirst } = entering(smallQueue(1));
    await enter('a1');
    expect(await enter('a1').catch((error: unknown) => error)).to.equal(full);
    await endFirst();
    await enter('a1');
    expect(started).to.deep.equal(['a1', 'a1']);
  });

  it('frees the place of work that fails', async () => {
    const queue = smallQueue();
    const failing = () => queue.run(owner('a1'), () => Promise.reject(full));
    for (let times = 0; times < 3; times++)
      expect(await failing().catch((error: unknown) => error)).to.equal(full);
    expect(await queue.run(owner('a1'), async () => 'done')).to.equal('done');
  });
});
