import { parseArgs } from 'node:util';
import { mochaGlobalSetup, mochaGlobalTeardown } from '../../support/setup.ts';
import { fuzz, shownMemory } from './fuzz.ts';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '5' },
    minutes: { type: 'string', default: '60' },
  },
});
const requests = Number(values.requests);
const seed = Number(values.seed);
const minutes = Number(values.minutes);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<boolean> {
  await mochaGlobalSetup();
  try {
    say(`${requests} requests, seed ${seed}`);
    const began = Date.now();
    const {
      answers,
      untried,
      finds,
      before,
      after,
      requests: sent,
    } = await fuzz({ requests, seed, minutes, isPatient: true, say });
    say('');
    for (const [key, times] of [...answers].sort((a, b) => b[1] - a[1]))
      say(`${String(times).padStart(8)}  ${key}`);
    say('');
    if (untried.length > 0) say(`methods without a successful call: ${untried.join(', ')}`);
    if (before) say(`memory after the warm-up: ${shownMemory(before)}`);
    say(`memory at the end:        ${shownMemory(after)}`);
    for (const find of finds) say(`FIND ${find}`);
    const seconds = ((Date.now() - began) / 1000).toFixed(0);
    say(`${sent} requests in ${seconds} s, seed ${seed}: ${finds.length} finds`);
    return finds.length === 0;
  } finally {
    await mochaGlobalTeardown();
  }
}

main().then(
  (isClean) => process.exit(isClean ? 0 : 1),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
