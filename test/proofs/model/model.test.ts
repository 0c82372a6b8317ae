import { expect } from 'chai';
import { report, run } from './property.ts';
import { type Service, startService } from './world.ts';

const length = 120;

describe('The model', () => {
  let service: Service;
  before(async () => {
    service = await startService();
  });
  after(() => service[Symbol.asyncDispose]());

  for (const seed of [1, 2, 3, 4, 5, 6]) {
    it(`and the service agree, seed ${seed}`, async function () {
      this.timeout(90_000).slow(20_000);
      const details = await run(
        service,
        { seed, length, isThorough: false, withinMs: 60_000 },
        { runs: 0, steps: 0, checks: 0 },
      );
      if (details.failed) expect.fail(report(details, length));
    });
  }
});
