import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import type { Observer } from '../../../db/connection/round-trip.ts';
import { app } from '../../support/app.ts';
import { newHub, newRoom } from '../../support/hub.ts';
import { budgetErrors, budgetOf } from './budget.ts';
import { pageOf, readPage } from './page.ts';

const readCosts = () => readFile(new URL('../../../docs/costs.md', import.meta.url), 'utf8');

describe('The budget of round trips', () => {
  it('holds for every call, or the table of exceptions says why not', async () => {
    const costs = readPage(await readCosts());
    expect(costs).to.have.length.greaterThan(80);
    expect(budgetErrors(costs)).to.deep.equal([]);
  });

  it('has its exceptions in docs/costs.md, which npm run costs writes', async () => {
    const page = await readCosts();
    expect(page).to.equal(pageOf(readPage(page)));
  });

  it('is found to be exceeded where it is, and exceptions to be needless', async () => {
    const [first, ...others] = readPage(await readCosts());
    if (!first) expect.fail('the page has no rows');
    const trips = budgetOf(first.name) + 1;
    const more = { ...first, large: { ...first.large, trips } };
    expect(budgetErrors([more, ...others])).to.have.length(1);
    const room = others.find(({ name }) => name === 'room.add') ?? first;
    const less = {
      ...room,
      small: { ...room.small, trips: 3 },
      large: { ...room.large, trips: 3 },
    };
    expect(budgetErrors([first, ...others.filter((one) => one !== room), less])).to.have.length(1);
  });

  it('of a post is that of a batch where posts come together', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const post = (n: number) =>
      (n % 2 ? alice : bob).chat.post({ entity_id: room, message: `${n}` });
    // Warm: callers and the room are known.
    await Promise.all([post(0), post(1)]);
    let trips = 0;
    let batches = 0;
    const observer: Observer = (_, statements, waiting) => {
      if (waiting === 'job') return;
      trips += 1;
      if (statements.some(({ sql }) => sql === 'COMMIT')) batches += 1;
    };
    app().pool.roundTrips.observer = observer;
    try {
      await Promise.all(Array.from({ length: 40 }, (_, n) => post(n)));
    } finally {
      app().pool.roundTrips.observer = undefined;
    }
    expect(batches).to.be.within(1, 39);
    expect(trips).to.be.at.most(budgetOf('chat.post') * batches);
  });
});
