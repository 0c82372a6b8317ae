import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type AtEnd, exitWith, runInFolder } from './ending.ts';
import { curveRows, measureCurves } from './large/curves.ts';
import { copyFilled, describeBoth, fillFolder } from './large/database.ts';
import { measureMigrations, migrationRows } from './large/migrations.ts';
import { callRows, type TableName, tableOf, writeTable } from './large/page.ts';
import { measureReads } from './large/reads.ts';
import { measureSockets } from './large/sockets.ts';
import { measureUpkeep } from './large/upkeep.ts';
import { startWorld, type World } from './large/world.ts';
import { measureWrites } from './large/writes.ts';

const parts = [
  ...['sync', 'rooms', 'count', 'page', 'history', 'participants', 'lists', 'fine', 'post'],
  ...['unread', 'add', 'since', 'idle', 'fanout', 'disk', 'settings', 'recount', 'column'],
  'retention',
  ...['curves', 'migrations'],
];

const help = `Fills a large hub, and a small one beside it, in a private MariaDB, and measures what
calls cost in the one and in the other.

  npm run large -- [options]

  --scale <part>   the part of the large hub that is filled (1: 2,000,000 messages)
  --keep <folder>  fills this folder, or uses what it holds; without it a temporary one
  --fill           does not measure
  --only <part>    ${parts.join(', ')};
                   several times for several
  --write          writes the tables into docs/scale.md

docs/scale.md explains the hubs.`;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function readArguments() {
  const { values } = parseArgs({
    options: {
      scale: { type: 'string', default: '1' },
      keep: { type: 'string' },
      fill: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: parts },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const scale = Number(values.scale);
  if (!(scale > 0 && scale <= 1)) throw new Error('--scale must be a number from 0 to 1.');
  const unknown = values.only.filter((name) => !parts.includes(name));
  if (unknown.length > 0) throw new Error(`There is no part ${unknown}.\n\n${help}`);
  return { ...values, scale };
}

/** A table of results, its titles first. */
interface Table {
  /** The table of docs/scale.md that it replaces. */
  replaces?: TableName;
  rows: string[][];
}

async function measureAll(world: World, only: readonly string[]): Promise<Table[]> {
  const isWanted = (part: string): boolean => only.includes(part);
  const calls = [
    ...(await measureReads(world, isWanted)),
    ...(await measureWrites(world, isWanted)),
    ...(await measureSockets(world, isWanted)),
  ];
  const curves = isWanted('curves') ? await measureCurves(world) : [];
  const migrations = isWanted('migrations') ? await measureMigrations(world) : [];
  calls.push(...(await measureUpkeep(world, isWanted)));
  return [
    ...(calls.length > 0 ? [{ replaces: 'calls' as const, rows: callRows(calls) }] : []),
    ...(curves.length > 0 ? [{ replaces: 'curves' as const, rows: curveRows(curves) }] : []),
    ...(migrations.length > 0 ? [{ rows: migrationRows(migrations) }] : []),
  ];
}

/** Measures on a copy of what is filled, because the calls change it. */
async function measureCopy(
  options: ReturnType<typeof readArguments>,
  work: string,
  atEnd: AtEnd,
): Promise<void> {
  const { scale, only, keep } = options;
  const folder = keep === undefined ? join(work, 'filled') : resolve(keep);
  const filled = await fillFolder(folder, scale, { say, atEnd });
  say(`Filled in ${filled.seconds} s.`);
  if (options.fill) return;
  const copy = join(work, 'measured');
  await copyFilled(folder, copy);
  const { sizes } = filled;
  const world = await startWorld(copy, { hubs: describeBoth(filled), sizes }, { say, atEnd });
  for (const { replaces, rows } of await measureAll(world, only)) {
    if (options.write && replaces) await writeTable(replaces, rows, scale);
    say(`\n${tableOf(rows)}`);
  }
}

/** Resolves to the exit code. */
async function main(): Promise<number> {
  const options = readArguments();
  if (options.help) {
    say(help);
    return 0;
  }
  const beside = options.keep === undefined ? tmpdir() : resolve(options.keep, '..');
  const measure = (work: string, atEnd: AtEnd) => measureCopy(options, work, atEnd);
  return runInFolder(join(beside, 'hubchat-large-'), measure, (error) => say(error.message));
}

await exitWith(main());
