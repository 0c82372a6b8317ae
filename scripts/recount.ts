import { parseArgs } from 'node:util';
import type { Pool } from '../db/connection/connect.ts';
import { inHub, transact } from '../db/connection/transaction.ts';
import { listHubIds } from '../db/rows/hubs/hubs.ts';
import { listRoomIds } from '../db/rows/rooms/rooms.ts';
import {
  type Drift,
  findDrift,
  findHubDrift,
  fixDrift,
  fixHubDrift,
} from '../db/upkeep/recount.ts';
import { withDatabase } from './database.ts';

const help = `Counts unread messages, and the values from which they are computed, message by
message, and the members of each hub, and reports where the stored value differs.

  npm run recount [-- options]

  --hub <id>  only this hub
  --fix       replace stored values by the counted ones

Exits with 0 if nothing differs (any more). The service may be running. DATABASE_URL and
HUBCHAT_DATA are those of the service.`;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
/** Counted by the same statements. */
const roomsPerPage = 100;

interface RecountOptions {
  hub?: string | undefined;
  fix: boolean;
}

/** Returns how many values differ in the end. */
export async function recount(
  pool: Pool,
  options: RecountOptions,
  report: (line: string) => void,
): Promise<number> {
  const all = await transact(pool, listHubIds);
  const hubIds = all.filter((id) => options.hub === undefined || id === options.hub);
  if (options.hub !== undefined && hubIds.length === 0)
    throw new Error(`The hub ${options.hub} does not exist.`);
  let rooms = 0;
  let different = 0;
  for (const hubId of hubIds) {
    different += await recountHub(pool, hubId, options.fix, report);
    for await (const roomIds of roomsOf(pool, hubId)) {
      rooms += roomIds.length;
      different += await recountRooms(pool, { hubId, roomIds }, options.fix, report);
    }
  }
  report(`${hubIds.length} hubs, ${rooms} rooms: drift ${different}`);
  return different;
}

async function recountHub(
  pool: Pool,
  hubId: string,
  fix: boolean,
  report: (line: string) => void,
): Promise<number> {
  const count = () => transact(pool, (tx) => findHubDrift(inHub(tx, hubId)));
  const drift = await count();
  for (const value of drift) report(`hub ${hubId}: ${describe(value)}`);
  if (!fix || drift.length === 0) return drift.length;
  await transact(pool, (tx) => fixHubDrift(inHub(tx, hubId)));
  const { length } = await count();
  report(`hub ${hubId}: ${length === 0 ? 'fixed' : 'still differs'}`);
  return length;
}

async function* roomsOf(pool: Pool, hubId: string): AsyncGenerator<string[]> {
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page: string[] = await transact(pool, (tx) =>
      listRoomIds(inHub(tx, hubId), after ?? '', roomsPerPage),
    );
    yield page;
    after = page.at(-1);
  }
}

async function recountRooms(
  pool: Pool,
  { hubId, roomIds }: { hubId: string; roomIds: readonly string[] },
  fix: boolean,
  report: (line: string) => void,
): Promise<number> {
  const count = (ids: readonly string[]) =>
    transact(pool, (tx) => findDrift(inHub(tx, hubId), ids));
  const drift = await count(roomIds);
  for (const value of drift) report(`hub ${hubId} room ${value.roomId}: ${describe(value)}`);
  if (!fix) return drift.length;
  let left = 0;
  for (const roomId of new Set(drift.map((value) => value.roomId))) {
    await transact(pool, (tx) => fixDrift(inHub(tx, hubId), roomId));
    const { length } = await count([roomId]);
    report(`hub ${hubId} room ${roomId}: ${length === 0 ? 'fixed' : `${length} still differ`}`);
    left += length;
  }
  return left;
}

const describe = ({ what, of, kept, counted }: Drift): string =>
  `${what}${of === null ? '' : ` of ${of}`} is stored as ${kept}, counted ${counted}`;

/** Returns the exit code. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      hub: { type: 'string' },
      fix: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    print(help);
    return 0;
  }
  const different = await withDatabase(print, (pool) => recount(pool, values, print));
  return different === 0 ? 0 : 1;
}

if (import.meta.filename === process.argv[1])
  main().then(
    (code) => process.exit(code),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1);
    },
  );
