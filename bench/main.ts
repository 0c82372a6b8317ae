import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Bench, Contest, Options, Part } from './contest.ts';
import { type AtEnd, exitWith, runInFolder } from './ending.ts';
import { fanoutPart } from './parts/fanout.ts';
import { importPart } from './parts/import.ts';
import { otherPart } from './parts/other/index.ts';
import { listPart, pagePart } from './parts/page.ts';
import { postPart } from './parts/post.ts';
import { summarize } from './report/results.ts';
import { tableOf } from './report/table.ts';
import { writeResults } from './report/write.ts';
import { runRounds } from './run.ts';
import { startDatabase } from './sides/database.ts';
import { type Hubchat, startHubchat } from './sides/hubchat.ts';

const parts: Readonly<Record<string, Part>> = {
  post: postPart,
  page: pagePart,
  lists: listPart,
  fanout: fanoutPart,
  import: importPart,
  other: otherPart,
};

const help = `Compares the service with floors, with ejabberd and with another checkout.

  npm run bench -- [options]

  --only <part>        ${Object.keys(parts).join(', ')}; several times for several
  --rounds <n>         rounds (5)
  --seconds <s>        how long each side is measured in a round (8)
  --against <folder>   another checkout of hubchat, with its packages installed
  --log <file>         the log that is imported (test/data/ubuntu-irc-sample.jsonl)

docs/benchmarks.md explains how to read the results.`;

const root = fileURLToPath(new URL('..', import.meta.url));

function readArguments() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: Object.keys(parts) },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '8' },
      against: { type: 'string' },
      log: { type: 'string', default: join(root, 'test/data/ubuntu-irc-sample.jsonl') },
      help: { type: 'boolean', default: false },
    },
  });
  const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
  const unknown = values.only.filter((name) => !(name in parts));
  if (unknown.length > 0) throw new Error(`There is no part ${unknown}.\n\n${help}`);
  if (!(Number.isInteger(rounds) && rounds > 0)) throw new Error('--rounds must be a number.');
  if (!(seconds > 0)) throw new Error('--seconds must be a number.');
  const options: Options = {
    rounds,
    seconds,
    warmSeconds: 2,
    log: resolve(values.log),
  };
  return { options, only: values.only, against: values.against, wantsHelp: values.help };
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Starts the database and the services, each in a schema of its own. */
async function start(
  options: Options,
  against: string | undefined,
  folder: string,
  atEnd: AtEnd,
): Promise<Bench> {
  const database = await startDatabase(folder);
  atEnd(database.stop);
  const services: Hubchat[] = [];
  const checkouts = { hubchat: root, ...(against === undefined ? {} : { against }) };
  for (const [name, checkout] of Object.entries(checkouts)) {
    const where = { database, folder, checkout: resolve(checkout) };
    services.push(await startHubchat({ name, ...where, atEnd }));
  }
  return { options, folder, database, services, say, atEnd };
}

async function measureAll(bench: Bench, only: readonly string[]): Promise<void> {
  const contests: Contest[] = [];
  for (const name of Object.keys(parts).filter((one) => only.includes(one))) {
    say(`Seeding: ${name}…`);
    contests.push(...((await parts[name]?.(bench)) ?? []));
  }
  const series = await runRounds(contests, bench.options.rounds, say);
  const files = await writeResults(series, { options: bench.options });
  say(`\n${tableOf(summarize(series))}\nWritten: ${files.join(', ')}`);
}

/** Resolves to the exit code. */
async function main(): Promise<number> {
  const { options, only, against, wantsHelp } = readArguments();
  if (wantsHelp) {
    say(help);
    return 0;
  }
  const measure = async (folder: string, atEnd: AtEnd): Promise<void> => {
    say('Starting the database and the service…');
    await measureAll(await start(options, against, folder, atEnd), only);
  };
  return runInFolder(join(tmpdir(), 'hubchat-bench-'), measure, (error) => say(error.message));
}

await exitWith(main());
