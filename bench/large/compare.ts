import { median } from '../measure/sample.ts';
import { type Call, type Caller, createCaller, type World } from './world.ts';

/** A row of the table: the same work in the large hub and in the small one. */
export interface Row {
  /** By which `--only` chooses it. */
  part: string;
  title: string;
  large: string;
  small: string;
  ratio?: number;
  rowsRead?: string;
  /** What is to be reached, and whether it is; undefined: it is only measured. */
  reach: string;
  isReached?: boolean;
}

/** One side of a comparison. */
export interface Side {
  call: Call;
  /** Undoes the call, or prepares the next one; its time does not count. */
  between?: () => Promise<void>;
}

interface Comparison {
  part: string;
  title: string;
  /** The greatest ratio that is reached. */
  most: number;
  large: Side;
  small: Side;
}

const calls = 15;
const warmUps = 2;
/** The large side of a row gets no further call after this time. */
const rowLimitMs = 25_000;

/** Measures both sides in turn; returns the row. */
export async function compare(world: World, comparison: Comparison): Promise<Row> {
  const caller = createCaller(world);
  const { part, title, most } = comparison;
  const sides = { large: sideOf(comparison.large), small: sideOf(comparison.small) };
  const start = performance.now();
  try {
    for (let n = -warmUps; n < calls; n++) {
      for (const side of [sides.small, sides.large]) await measureOnce(caller, side, n >= 0);
      const isOver = performance.now() - start > rowLimitMs;
      if (isOver && n < 0) await measureOnce(caller, sides.small, true);
      if (isOver) break;
    }
    if (sides.large.times.length === 0) sides.large.times.push(sides.large.last);
    const rows = [];
    for (const side of [sides.large, sides.small])
      rows.push(side.last < 5000 ? await rowsOf(world, caller, side) : undefined);
    const ratio = median(sides.large.times) / median(sides.small.times);
    const row: Row = {
      part,
      title,
      ratio,
      isReached: ratio <= most && !sides.large.error,
      large: shownOf(sides.large),
      small: shownOf(sides.small),
      rowsRead: rows.map((count) => count ?? '–').join(' / '),
      reach: `≤ ${most} ×`,
    };
    world.say(`${title}: ${row.large} / ${row.small} = ${ratio.toFixed(2)} ×, ${row.rowsRead}`);
    return row;
  } finally {
    await caller.close();
  }
}

interface Measured extends Side {
  times: number[];
  last: number;
  error?: string;
}

const sideOf = (side: Side): Measured => ({ ...side, times: [], last: 0 });

async function measureOnce(caller: Caller, side: Measured, counts: boolean): Promise<void> {
  const { ms, error } = await caller.run(side.call);
  side.last = ms;
  if (counts) side.times.push(ms);
  if (error !== undefined) side.error = error;
  await side.between?.();
}

export const milliseconds = (ms: number): string =>
  ms >= 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${ms.toFixed(ms < 100 ? 1 : 0)} ms`;

const shownOf = ({ times, error }: Measured): string =>
  `${milliseconds(median(times))}${error === undefined ? '' : ` (${shortened(error)})`}`;

const shortened = (error: string): string =>
  /"error":"?(\w+)|\b(\d{3}) |(over \d+ s)/.exec(error)?.slice(1).find(Boolean) ?? 'failed';

/** Returns how many rows the database reads for a call: the least of some, since jobs read too. */
async function rowsOf(world: World, caller: Caller, side: Measured): Promise<number> {
  const counts: number[] = [];
  for (let n = 0; n < 3; n++) {
    const idle = -(await handlerReads(world)) + (await handlerReads(world));
    const before = await handlerReads(world);
    await caller.run(side.call);
    counts.push((await handlerReads(world)) - before - idle);
    await side.between?.();
  }
  return Math.max(0, Math.min(...counts));
}

async function handlerReads({ pool }: World): Promise<number> {
  const [rows] = await pool.query("SHOW GLOBAL STATUS LIKE 'Handler_read%'");
  return (rows as { Value: string }[]).reduce((sum, { Value }) => sum + Number(Value), 0);
}
