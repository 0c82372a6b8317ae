import { expect } from 'chai';
import type { BrowserName } from '../../support/browsers.ts';
import { bundlePage } from './bundle.ts';
import { mutations } from './mutations.ts';
import { type Plan, play } from './scenario.ts';
import { openStage, openWorld, type Stage } from './world.ts';

const shortPass = [
  ['chromium', 1],
  ['chromium', 2],
  ['firefox', 1],
] as const;

describe('The client under faults', function () {
  this.timeout(240_000).slow(60_000);
  let stage: Stage;
  before(async () => {
    stage = await openStage();
  });
  after(() => stage?.[Symbol.asyncDispose]());

  async function run(name: BrowserName, code: string, plan: Plan) {
    await using world = await openWorld(stage, name, code);
    // Awaited here, before the world ends.
    return await play(world, plan);
  }

  for (const [name, seed] of shortPass)
    it(`loses, doubles and reorders nothing in ${name}, seed ${seed}`, async () => {
      const { faults, messages } = await run(name, await bundlePage(), { seed, count: 10 });
      expect(Object.keys(faults)).to.have.length.above(3);
      expect(messages).to.be.above(10);
    });

  for (const { names, ...mutation } of mutations)
    it(`is found out if it ${mutation.title}`, async () => {
      const code = await bundlePage(mutation);
      const seeds = [1, 2, 3];
      for (const seed of seeds)
        try {
          await run('chromium', code, { seed, count: 12, names });
        } catch (error) {
          return expect(`${error}`).to.match(/lost|doubled|order|vanished|shown/);
        }
      expect.fail(`passed with the seeds ${seeds}`);
    });

  it('is changed by each mutation, or the mutation fails', async () => {
    const [mutation] = mutations;
    if (!mutation) return expect.fail('there is none');
    const failure = await bundlePage({ ...mutation, from: 'not there' }).catch(String);
    expect(failure).to.contain('does not contain');
  });
});
