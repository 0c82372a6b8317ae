import { readdir, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { inspect, parseArgs } from 'node:util';
import { installBrowsers } from '../support/browsers.ts';
import { type Server, startServer } from '../support/database.ts';
import { MysqlUnavailable } from '../support/mysql/fetch.ts';
import { startMysql } from '../support/mysql/server.ts';
import { runFiles } from './pool.ts';
import { Progress } from './progress.ts';

/*
 * Runs test files in parallel worker processes:
 * npm test -- [--jobs 3] [--faults] [--browser] [--mysql] [folders or files].
 * --faults selects the slow ones that kill processes, named *.faults.ts, --browser those in a
 * browser, named *.browser.ts. --mysql runs them on MySQL, which is downloaded; --if-available
 * skips them where it cannot be. Files with a failure run a second time, alone, at the end. The
 * last line is "N passed, N failed".
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    jobs: { type: 'string', default: process.env.TEST_JOBS ?? '' },
    faults: { type: 'boolean', default: false },
    browser: { type: 'boolean', default: false },
    mysql: { type: 'boolean', default: false },
    'if-available': { type: 'boolean', default: false },
  },
});
const kind = values.faults ? 'faults' : values.browser ? 'browser' : 'test';
const ending = `.${kind}.ts`;
/** Enough for the slowest test on a busy machine. */
const timeoutMs = values.faults ? 240_000 : 60_000;

/** The slowest suites and the largest files come first, so that all workers end together. */
async function listFiles(places: readonly string[]): Promise<string[]> {
  const files: { path: string; weight: number }[] = [];
  for (const place of places) {
    const isFile = (await stat(place)).isFile();
    const names = isFile ? [''] : await readdir(place, { recursive: true });
    for (const name of names) {
      const path = isFile ? place : join(place, name);
      if (!isFile && !path.endsWith(ending)) continue;
      const { size } = await stat(path);
      files.push({ path, weight: path.includes('/proofs/') ? 1e9 - size : size });
    }
  }
  return files.sort((a, b) => b.weight - a.weight).map((file) => file.path);
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const start = (options: { isDurable: boolean }): Promise<Server> =>
  values.mysql ? startMysql({ ...options, say }) : startServer(options);

async function main(): Promise<boolean> {
  if (values.browser) await installBrowsers(say);
  const files = await listFiles(positionals.length > 0 ? positionals : ['test']);
  const jobs = Math.min(Number(values.jobs) || Math.max(2, availableParallelism()), files.length);
  const progress = new Progress((text) => void process.stdout.write(text));
  const server = await start({ isDurable: values.faults });
  try {
    const options = { databaseUrl: server.url, timeoutMs, onOutcome: progress.add };
    await runFiles(files, { ...options, jobs });
    await runFiles(progress.retry(), { ...options, jobs: 1 });
  } finally {
    await server.stop();
  }
  return progress.finish();
}

function skipOrThrow(error: unknown): true {
  if (!(error instanceof MysqlUnavailable && values['if-available'])) throw error;
  say(`skipped: ${error.message}`);
  say('0 passed, 0 failed');
  return true;
}

main()
  .catch(skipOrThrow)
  .then(
    (isClean) => process.exit(isClean ? 0 : 1),
    (error: unknown) => {
      const text = error instanceof MysqlUnavailable ? error.message : inspect(error);
      process.stderr.write(`${text}\n`);
      process.stdout.write('0 passed, 1 failed\n');
      process.exit(1);
    },
  );
