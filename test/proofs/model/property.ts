import fc from 'fast-check';
import { changes } from './changes.ts';
import { check } from './check.ts';
import { posts } from './posts.ts';
import { devices, rooms, watching } from './rooms.ts';
import { settings } from './settings.ts';
import type { Truth } from './truth.ts';
import { type Service, type Watch, World } from './world.ts';

export interface Counts {
  runs: number;
  steps: number;
  checks: number;
}

export interface Options {
  seed: number;
  /** The maximum number of commands of a run. */
  length: number;
  /** Of a failure, to replay it. */
  path?: string;
  replayPath?: string;
  /** Each check compares what all members see; otherwise only the last one does. */
  isThorough: boolean;
  /** The time limit in ms, mostly spent on finding a smaller counterexample. */
  withinMs: number;
  /** Follows each run, and is disturbed and checked in between. */
  watch?: (world: World) => Promise<Watch>;
}

type Details = fc.RunDetails<[Iterable<fc.AsyncCommand<Truth, World>>]>;

/**
 * One run from its seed: a fresh hub, random commands, and checks between and after them. Shrunk on
 * failure.
 */
export async function run(service: Service, options: Options, counts: Counts): Promise<Details> {
  const { seed, length, isThorough, path, replayPath, withinMs } = options;
  const { watch } = options;
  const all = [...posts, ...changes, ...rooms, ...settings, ...devices, ...(watch ? watching : [])];
  const limits = { maxCommands: length, size: 'max' as const };
  const commands = fc.commands(all, {
    ...limits,
    ...(replayPath === undefined ? {} : { replayPath }),
  });
  const property = fc.asyncProperty(commands, async (given) => {
    using world = await World.begin(service, isThorough);
    world.watch = await watch?.(world);
    const begin = async () => ({ model: world.truth, real: world });
    await fc.asyncModelRun(begin, given);
    await check(world, true);
    counts.runs += 1;
    counts.steps += world.steps;
    counts.checks += world.checks;
  });
  return fc.check(property, {
    ...{
      seed,
      numRuns: 1,
      unbiased: true,
      interruptAfterTimeLimit: withinMs,
      markInterruptAsFailure: true,
    },
    ...(path === undefined ? {} : { path }),
  });
}

/** The failure report, and how to replay it. */
export function report(details: Details, length: number): string {
  const { seed, counterexamplePath, counterexample, numShrinks } = details;
  if (counterexample === null) return `seed ${seed}: not done in time`;
  const said = String(counterexample[0]);
  const replayPath = /replayPath="([^"]*)"/.exec(said)?.[1];
  const again = [
    `npm run test:model -- --seed ${seed} --length ${length}`,
    `--path ${counterexamplePath ?? ''}`,
  ].join(' ');
  const error = details.errorInstance as Error | undefined;
  return [
    `seed ${seed}, after ${numShrinks} shrinks:`,
    said.replace(/,(?=[a-zA-Z])/g, '\n'),
    error?.stack ?? String(error),
    again + (replayPath === undefined ? '' : ` --replay '${replayPath}'`),
  ].join('\n');
}
