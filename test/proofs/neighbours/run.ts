import { type Blob, File } from 'node:buffer';
import { parseArgs } from 'node:util';
import {
  type Bench,
  type Latency,
  latencyOf,
  type Person,
  type Scenario,
  startBench,
} from './bench.ts';
import { deepPages } from './scenarios/deep-pages.ts';
import { forwards } from './scenarios/forwards.ts';
import { logins } from './scenarios/logins.ts';
import { pictures } from './scenarios/pictures.ts';
import { searches } from './scenarios/searches.ts';
import { slowReaders } from './scenarios/slow-readers.ts';
import {
  anonymousBodies,
  connectFloods,
  frameFloods,
  tokenGuesses,
} from './scenarios/unknown-callers.ts';

/*
 * Measures what other members feel of one who spends all they can:
 * npm run test:neighbours -- [--calls 500] [--rounds 3] [names of scenarios].
 * The p99 of calls in the same hub and in another one, during an attack, is at most three times the
 * quiet one, or 100 ms, in the best of some rounds. The last line is "N passed, N failed".
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    calls: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '3' },
  },
});
const calls = Number(values.calls);
const rounds = Number(values.rounds);
const leastMs = 100;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const oneByte = new File(['x'], 'x.txt') as Blob as globalThis.Blob;

const scenarios: readonly Scenario[] = [
  ...[searches, deepPages, forwards, logins, pictures],
  ...[connectFloods, frameFloods, anonymousBodies, tokenGuesses, slowReaders],
];

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
  attack: (signal: AbortSignal) => Promise<Map<string, number>>,
): Promise<{ loud: Latency; outcomes: Map<string, number> }> {
  const ending = new AbortController();
  const attacking = attack(ending.signal);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const loud = await latencyOf(others, calls).finally(() => ending.abort());
  return { loud, outcomes: await attacking };
}

const shown = ({ p99, worst }: Latency): string => `${p99.toFixed(0)} (${worst.toFixed(0)})`;

async function holds(bench: Bench, { name, worstMs, prepare }: Scenario): Promise<boolean> {
  const [attacker, mate] = (await bench.newHub('mallory', 'mate')) as [Person, Person];
  const [stranger, friend] = (await bench.newHub('stranger', 'friend')) as [Person, Person];
  const others = await neighbourCalls([attacker, mate, stranger, friend]);
  const attack = await prepare(bench, attacker, mate);
  await latencyOf(others, 50);
  for (let round = 1; round <= rounds; round++) {
    const quiet = await latencyOf(others, calls);
    const { loud, outcomes } = await attackOnce(others, attack);
    const isFine =
      loud.p99 <= Math.max(leastMs, 3 * quiet.p99) && loud.worst <= (worstMs ?? Infinity);
    const came = [...outcomes].map(([code, times]) => `${code} ${times}`).join(', ');
    say(
      `${name.padEnd(12)} ${isFine ? 'ok  ' : 'slow'} p99 (worst) in ms: quiet ${shown(quiet)}, ` +
        `attacked ${shown(loud)}; the attacker's calls: ${came}`,
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
    if (await holds(bench, scenario)) passed += 1;
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
