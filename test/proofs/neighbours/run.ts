import { type Blob, File } from 'node:buffer';
import { parseArgs } from 'node:util';
import { type Attacker, startAttacker } from './attacker.ts';
import { type Bench, type Latency, latencyOf, startBench } from './bench.ts';
import type { Outcomes, Person, Scenario } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';

/*
 * Measures what other members feel of one who spends all they can:
 * npm run test:neighbours -- [--calls 500] [--rounds 3] [--least 100] [names of scenarios].
 * The p99 of calls in the same hub and in another one, during an attack, is at most three times the
 * quiet one, or `least` ms, in the best of some rounds; or the longest call has a limit instead.
 * The attacker runs in a process of its own. The last line is "N passed, N failed".
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    calls: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '3' },
    least: { type: 'string', default: '100' },
  },
});
const calls = Number(values.calls);
const rounds = Number(values.rounds);
const leastMs = Number(values.least);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const oneByte = new File(['x'], 'x.txt') as Blob as globalThis.Blob;

/** What others do meanwhile: reading, posting and listing, in the attacker's hub and another. */
async function neighbourCalls(people: readonly Person[]): Promise<(() => Promise<unknown>)[]> {
  const [attacker, mate, stranger, friend] = people as [Person, Person, Person, Person];
  return [...(await callsOf(mate, attacker)), ...(await callsOf(stranger, friend))];
}

async function callsOf(person: Person, peer: Person): Promise<(() => Promise<unknown>)[]> {
  const { entity_id } = await person.room.create({ name: 'Room', user_ids: [peer.id] });
  return [
    () => person.chat.post({ entity_id, message: 'Hello' }),
    () => person.chat.messages({ entity_id, limit: 20 }),
    () => person.chat.count_all(),
    () => person.chat.upload({ file: [oneByte] }),
  ];
}

async function attackOnce(
  others: readonly (() => Promise<unknown>)[],
  attacker: Attacker,
): Promise<{ loud: Latency; outcomes: Outcomes }> {
  attacker.begin();
  await new Promise((resolve) => setTimeout(resolve, 200));
  const loud = await latencyOf(others, calls);
  return { loud, outcomes: await attacker.end() };
}

const shown = ({ p99, worst }: Latency): string => `${p99.toFixed(0)} (${worst.toFixed(0)})`;

const holds = (quiet: Latency, loud: Latency, { worstMs }: Scenario): boolean =>
  worstMs === undefined ? loud.p99 <= Math.max(leastMs, 3 * quiet.p99) : loud.worst <= worstMs;

/** Returns whether a round held the limit. */
async function measure(
  { service: { url }, database, newHub }: Bench,
  scenario: Scenario,
): Promise<boolean> {
  const [mallory, mate] = (await newHub('mallory', 'mate')) as [Person, Person];
  const [stranger, friend] = (await newHub('stranger', 'friend')) as [Person, Person];
  const others = await neighbourCalls([mallory, mate, stranger, friend]);
  const { id, token, hubId } = mallory;
  await using attacker = await startAttacker({
    scenario: scenario.name,
    url,
    database,
    attacker: { id, token, hubId },
    mateId: mate.id,
  });
  await latencyOf(others, 50);
  for (let round = 1; round <= rounds; round++) {
    const quiet = await latencyOf(others, calls);
    const { loud, outcomes } = await attackOnce(others, attacker);
    const isFine = holds(quiet, loud, scenario);
    const came = Object.entries(outcomes).map(([code, times]) => `${code} ${times}`);
    say(
      `${scenario.name.padEnd(12)} ${isFine ? 'ok  ' : 'slow'} p99 (worst) in ms: ` +
        `quiet ${shown(quiet)}, attacked ${shown(loud)}; the attacker's calls: ${came.join(', ')}`,
    );
    if (isFine) return true;
  }
  return false;
}

async function main(): Promise<boolean> {
  const chosen = scenarios.filter(
    ({ name }) => positionals.length === 0 || positionals.includes(name),
  );
  let passed = 0;
  for (const scenario of chosen) {
    await using bench = await startBench(scenario.environment);
    if (await measure(bench, scenario)) passed += 1;
  }
  say(`${passed} passed, ${chosen.length - passed} failed`);
  return passed === chosen.length && passed > 0;
}

main().then(
  (isFine) => process.exit(isFine ? 0 : 1),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
