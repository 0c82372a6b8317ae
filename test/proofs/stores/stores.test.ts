import { expect } from 'chai';
import { report, run } from '../model/property.ts';
import { type Service, startService } from '../model/world.ts';
import { watchStores } from './watch.ts';

const length = 100;

describe('The client’s store', () => {
  let service: Service;
  before(async () => {
    service = await startService();
  });
  after(() => service[Symbol.asyncDispose]());

  for (const seed of [1, 2, 3])
    it(`shows what the service has, after any history, seed ${seed}`, async function () {
      this.timeout(120_000).slow(30_000);
      const options = { seed, length, isThorough: false, withinMs: 90_000, watch: watchStores };
      const details = await run(service, options, { runs: 0, steps: 0, checks: 0 });
      if (details.failed) expect.fail(report(details, length));
    });
});
