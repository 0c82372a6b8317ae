import { inspect, parseArgs } from 'node:util';
import { type BrowserName, browserNames, installBrowsers } from '../../support/browsers.ts';
import { mochaGlobalSetup, mochaGlobalTeardown } from '../../support/setup.ts';
import { bundlePage } from './bundle.ts';
import { type FaultName, faults } from './faults.ts';
import { type Outcome, play } from './scenario.ts';
import { openStage, openWorld } from './world.ts';

/*
 * npm run test:client -- --browser firefox --seed 7 --seeds 20 --faults 30: so many runs from seed
 * 7 on, each with so many faults in a fresh hub and profile. --only cut,stall: these faults alone.
 * --within: the maximum seconds. Goes on after a failure, and exits with 1 at the end.
 */
const { values } = parseArgs({
  options: {
    browser: { type: 'string' },
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '10' },
    faults: { type: 'string', default: '30' },
    only: { type: 'string' },
    within: { type: 'string', default: '86400' },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);
const [first, seeds, count, within] = [
  ...[values.seed, values.seeds, values.faults, values.within],
].map(Number) as [number, number, number, number];
const browsers = browserNames.filter((name) => (values.browser ?? name) === name);
const names = values.only?.split(',').filter((name): name is FaultName => name in faults);

await installBrowsers(say);
await mochaGlobalSetup();
const began = Date.now();
const seconds = (): number => Math.round((Date.now() - began) / 1000);
const totals: Record<string, number> = {};

function add({ faults: counts, messages, checks }: Outcome): void {
  const all = Object.values(counts).reduce((sum, n) => sum + n, 0);
  for (const [name, n] of Object.entries({ ...counts, all, messages, checks, seeds: 1 }))
    totals[name] = (totals[name] ?? 0) + n;
}

async function runSeed(name: BrowserName, seed: number): Promise<void> {
  const start = Date.now();
  await using world = await openWorld(stage, name, code);
  try {
    const outcome = await play(world, { seed, count, ...(names ? { names } : {}) });
    add(outcome);
    say(`${name} ${seed}: ${outcome.messages} messages, ${Date.now() - start} ms`);
  } catch (error) {
    say(`${name} failed: ${inspect(error)}`);
    process.exitCode = 1;
  }
}

const code = await bundlePage();
const stage = await openStage();
try {
  for (let seed = first; seed < first + seeds; seed++)
    for (const name of browsers) if (seconds() < within) await runSeed(name, seed);
  say(`${browsers.join(', ')}, ${seconds()} s: ${JSON.stringify(totals, null, 1)}`);
} finally {
  await stage[Symbol.asyncDispose]();
  await mochaGlobalTeardown();
}
