import { parseArgs } from 'node:util';
import { mochaGlobalSetup, mochaGlobalTeardown } from '../../support/setup.ts';
import { watchStores } from '../stores/watch.ts';
import { report, run } from './property.ts';
import { startService } from './world.ts';

/*
 * npm run test:model -- --seed 7 --steps 1000: runs from seed 7 on, each in a fresh hub, until this
 * many steps are done. --runs: the maximum number of runs; --length: the maximum steps of a run;
 * --within: the maximum seconds of a run with its shrinking; --path and --replay: of a failure, to
 * replay it. --stores: stores of the client follow each run, over networks that break.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    steps: { type: 'string', default: '1000' },
    runs: { type: 'string', default: '1000000' },
    length: { type: 'string', default: '200' },
    path: { type: 'string' },
    replay: { type: 'string' },
    stores: { type: 'boolean', default: false },
    within: { type: 'string', default: '300' },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);
const [first, steps, runs, length] = [values.seed, values.steps, values.runs, values.length].map(
  Number,
) as [number, number, number, number];

await mochaGlobalSetup();
const began = Date.now();
const counts = { runs: 0, steps: 0, checks: 0 };
try {
  await using service = await startService();
  const replaying = {
    ...(values.path === undefined ? {} : { path: values.path }),
    ...(values.replay === undefined ? {} : { replayPath: values.replay }),
  };
  const isReplay = values.path !== undefined;
  for (let n = 0; n < (isReplay ? 1 : runs) && counts.steps < steps; n++) {
    const options = {
      seed: first + n,
      length,
      isThorough: !values.stores,
      withinMs: Number(values.within) * 1000,
      ...replaying,
      ...(values.stores ? { watch: watchStores } : {}),
    };
    const details = await run(service, options, counts);
    if (details.failed) {
      say(report(details, length));
      process.exitCode = 1;
      break;
    }
  }
  const { runs: ran, steps: done, checks } = counts;
  const seconds = Math.round((Date.now() - began) / 1000);
  say(`${ran} runs from seed ${first}, ${done} steps, ${checks} checks, ${seconds} s`);
} finally {
  await mochaGlobalTeardown();
}
