import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import { CallError } from '../client/index.ts';
import { readConfig } from '../service/config.ts';
import { fetchLight } from './import/fetch.ts';
import { importLines, type OnProgress, type Report } from './import/import.ts';
import { readLines } from './import/lines.ts';
import { reachService } from './import/service.ts';
import { type Verdict, verifyLines } from './import/verify.ts';

const help = `Imports a log of chat days: one room for each day, one user for each nickname.
Lines that were imported before are skipped, so an interrupted import can be continued.

  npm run import -- <messages.jsonl> [options]

  --verify           compare the hub with the file afterwards, as each of its users sees it
  --verify-only      compare without importing
  --hub <hub>        id or host name of a hub, or a name for a new one (ubuntu-irc)
  --url <url>        address of a running service (http://127.0.0.1:$PORT; if no service runs
                     there, one is started for the import)
  --token <token>    the operator token (HUBCHAT_OPERATOR_TOKEN, or the one in HUBCHAT_DATA)
  --concurrency <n>  calls at once (16)`;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      verify: { type: 'boolean', default: false },
      'verify-only': { type: 'boolean', default: false },
      hub: { type: 'string', default: 'ubuntu-irc' },
      url: { type: 'string' },
      token: { type: 'string' },
      concurrency: { type: 'string', default: '16' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const concurrency = Number(values.concurrency);
  if (!values.help && positionals.length !== 1) throw new Error(`Name one file.\n\n${help}`);
  if (!(Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= 256))
    throw new Error('--concurrency must be a whole number from 1 to 256.');
  return { ...values, concurrency, file: positionals[0] ?? '' };
}

/** Returns the exit code. */
async function main(): Promise<number> {
  const { help: wantsHelp, file, url, token, hub, concurrency, ...options } = readArguments();
  if (wantsHelp) {
    print(help);
    return 0;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  const lines = await readLines(file);
  const service = await reachService(readConfig(process.env), { url, token }, print);
  const { signal } = stop;
  const { url: reached, token: operator } = service;
  const target = { url: reached, token: operator, hub, concurrency, signal, fetch: fetchLight };
  try {
    if (!options['verify-only'])
      printReport(
        await withBar('importing', (onProgress) => importLines(lines, target, onProgress)),
      );
    if (!options.verify && !options['verify-only']) return 0;
    const verdict = await withBar('verifying', (onProgress) =>
      verifyLines(lines, target, onProgress),
    );
    printVerdict(verdict);
    return verdict.differences.length === 0 ? 0 : 1;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    print('Stopped. Run the same command again to continue.');
    return 130;
  } finally {
    await service.close();
  }
}

/** Shows a progress bar while the work runs, if the output is a terminal. */
async function withBar<T>(title: string, work: (onProgress: OnProgress) => Promise<T>): Promise<T> {
  if (!process.stdout.isTTY) return work(() => {});
  const bar = new SingleBar({
    format: `${title} {bar} {value}/{total}, {eta_formatted} left`,
    hideCursor: true,
  });
  bar.start(1, 0);
  try {
    return await work((done, total) => {
      bar.setTotal(total);
      bar.update(done);
    });
  } finally {
    bar.stop();
  }
}

function printReport(report: Report): void {
  const { users, rooms, messages, threads, orphans, joined, added, left, skipped, seq } = report;
  const { seconds } = report;
  const rate = seconds > 0 ? Math.round(messages.created / seconds) : 0;
  const reasons = Object.entries(skipped);
  printTable('Imported', [
    ['users', `${users.created} created, ${users.existing} existed`],
    ['rooms', `${rooms.created} created, ${rooms.existing} existed`],
    ['messages', `${messages.created} posted, ${messages.existing} existed`],
    [
      'replies',
      `${threads} posted in threads, ${orphans} without: their parent is not in the file`,
    ],
    ['members', `${joined} joined, ${added} added because they posted, ${left} left`],
    ...reasons.map(([reason, count]) => ['skipped', `${count} lines: ${reason}`] as const),
    ['events', `${seq.after - seq.before} new in the hub (seq ${seq.before} → ${seq.after})`],
    ['rate', `${rate} messages/s (${messages.created} in ${seconds.toFixed(1)} s)`],
  ]);
}

const maxPrintedDifferences = 20;

function printVerdict({ checked, differences }: Verdict): void {
  printTable(
    'Verified',
    Object.entries(checked).map(([kind, count]) => [kind, String(count)] as const),
  );
  for (const difference of differences.slice(0, maxPrintedDifferences)) print(`  ${difference}`);
  const hidden = differences.length - maxPrintedDifferences;
  if (hidden > 0) print(`  … and ${hidden} more`);
  print(`${differences.length} differences`);
}

function printTable(title: string, rows: readonly (readonly [string, string])[]): void {
  const width = Math.max(...rows.map(([name]) => name.length));
  print(title);
  for (const [name, value] of rows) print(`  ${name.padEnd(width)}  ${value}`);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${explain(error)}\n`);
    process.exit(1);
  },
);

function explain(error: unknown): string {
  if (!(error instanceof CallError)) return error instanceof Error ? error.message : String(error);
  if (error.code === 'NOT_AUTHENTICATED')
    return 'The token is not the operator token of this service.';
  return `${error.message} (${error.code})`;
}
