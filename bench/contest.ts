import type { AtEnd } from './ending.ts';
import type { Sample } from './measure/sample.ts';
import type { Database } from './sides/database.ts';
import type { Hubchat } from './sides/hubchat.ts';

/** One who does the work of a contest. */
export interface Side {
  name: string;
  measure(): Promise<Sample>;
}

/** A row of the results: the same work, done by several sides in turn. */
export interface Contest {
  title: string;
  /** What the samples' `value` is. */
  unit: string;
  /** The first is the service that is measured. */
  sides: Side[];
}

export interface Options {
  rounds: number;
  seconds: number;
  warmSeconds: number;
  /** The file that is imported. */
  log: string;
}

/** What the parts of the benchmark share. */
export interface Bench {
  options: Options;
  /** A new folder for what the servers write. */
  folder: string;
  database: Database;
  /** The service, and that of the checkout to compare with. */
  services: readonly Hubchat[];
  say(line: string): void;
  atEnd: AtEnd;
}

/** Starts and seeds what its contests need. */
export type Part = (bench: Bench) => Promise<Contest[]>;
