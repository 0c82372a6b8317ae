import { cpuOf } from './cpu.ts';
import { type Loop, runLoop } from './loop.ts';

/** What one run of one side gave. Times are in ms, CPU times in µs per operation. */
export interface Sample {
  /** In the unit of the contest: most often operations per second. */
  value: number;
  p50?: number;
  p99?: number;
  service?: number;
  database?: number;
  client?: number;
}

/** Whose CPU time is counted. */
export interface Pids {
  service: number;
  database: number;
}

/** Runs a loop and counts the CPU time of all who take part in it. */
export async function sampleLoop(loop: Loop, pids: Pids, weight = 1): Promise<Sample> {
  return sampleOf(await runLoop(loop, () => cpuNow(pids)), weight);
}

/** Does work so many times, one after the other; for what cannot be repeated for seconds. */
export async function sampleCount(
  count: number,
  work: () => Promise<void>,
  pids: Pids,
  weight = 1,
): Promise<Sample> {
  const latencies: number[] = [];
  const before = cpuNow(pids);
  const start = performance.now();
  for (let n = 0; n < count; n++) {
    const begin = performance.now();
    await work();
    latencies.push(performance.now() - begin);
  }
  const seconds = (performance.now() - start) / 1000;
  return sampleOf({ count, seconds, latencies, before, after: cpuNow(pids) }, weight);
}

type Run = Awaited<ReturnType<typeof runLoop<ReturnType<typeof cpuNow>>>>;

function sampleOf({ count, seconds, latencies, before, after }: Run, weight: number): Sample {
  const operations = Math.max(1, count * weight);
  return {
    value: operations / seconds,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    service: (after.service - before.service) / operations,
    database: (after.database - before.database) / operations,
    client: (after.client - before.client) / operations,
  };
}

function cpuNow({ service, database }: Pids) {
  const { user, system } = process.cpuUsage();
  return { service: cpuOf(service), database: cpuOf(database), client: user + system };
}

/** Returns the value below which a part of the values is. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}

/** Returns the middle value, or what is in the middle of the two. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
}
