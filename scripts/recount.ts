import { parseArgs } from 'node:util';
import { connect, type DatabaseAddress, type Pool } from '../db/connection/connect.ts';
import { inHub, transact } from '../db/connection/transaction.ts';
import { joinEmbedded } from '../db/embedded/server.ts';
import { type Drift, findDrift, fixDrift, listHubIds, listRoomIds } from '../db/upkeep/recount.ts';
import { readConfig } from '../service/config.ts';

const help = `Count unread messages, and what they are reckoned from, message by message; tell each room where what is kept differs.

  npm run recount [-- options]

  --hub <id>  only this hub
  --fix       set what is kept to what was counted

Ends with 0 when nothing differs (any more). The service may run meanwhile; DATABASE_URL and HUBCHAT_DATA are the service's.`;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const page = 200;

interface Wanted {
  hub?: string | undefined;
  fix: boolean;
}

/** Resolves with what differs in the end. */
export async function recount(
  pool: Pool,
  wanted: Wanted,
  tell: (line: string) => void,
): Promise<number> {
  const all = await transact(pool, listHubIds);
  const hubIds = all.filter((id) => wanted.hub === undefined || id === wanted.hub);
  if (wanted.hub !== undefined && hubIds.length === 0)
    throw new Error(`There is no hub ${wanted.hub}.`);
  let rooms = 0;
  let different = 0;
  for (const hubId of hubIds) {
    for (let after = ''; ; ) {
      const roomIds = await transact(pool, (tx) => listRoomIds(inHub(tx, hubId), after, page));
      for (const roomId of roomIds)
        different += await recountRoom(pool, hubId, roomId, wanted.fix, tell);
      rooms += roomIds.length;
      const last = roomIds.at(-1);
      if (last === undefined) break;
      after = last;
    }
  }
  tell(`${hubIds.length} hubs, ${rooms} rooms: drift ${different}`);
  return different;
}

async function recountRoom(
  pool: Pool,
  hubId: string,
  roomId: string,
  fix: boolean,
  tell: (line: string) => void,
): Promise<number> {
  const look = () => transact(pool, (tx) => findDrift(inHub(tx, hubId), roomId));
  const drift = await look();
  for (const line of drift.map(inWords)) tell(`hub ${hubId} room ${roomId}: ${line}`);
  if (drift.length === 0 || !fix) return drift.length;
  await transact(pool, (tx) => fixDrift(inHub(tx, hubId), roomId));
  const left = await look();
  tell(
    `hub ${hubId} room ${roomId}: ${left.length === 0 ? 'fixed' : `${left.length} still differ`}`,
  );
  return left.length;
}

const inWords = ({ what, of, kept, counted }: Drift): string =>
  `${what}${of === null ? '' : ` of ${of}`} is kept as ${kept}, counted ${counted}`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      hub: { type: 'string' },
      fix: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    say(help);
    return 0;
  }
  const { databaseUrl, dataDir } = readConfig(process.env);
  const embedded = databaseUrl === undefined ? await joinEmbedded({ dataDir, say }) : undefined;
  const address: DatabaseAddress = embedded?.connection ?? { uri: databaseUrl ?? '' };
  const pool = connect(address, 4);
  try {
    return (await recount(pool, values, say)) === 0 ? 0 : 1;
  } finally {
    await pool.end();
    await embedded?.stop();
  }
}

if (import.meta.filename === process.argv[1])
  main().then(
    (code) => process.exit(code),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1);
    },
  );
