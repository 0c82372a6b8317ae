import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import { CallError } from '../client/index.ts';
import { readConfig } from '../service/config.ts';
import { importLines, type OnProgress, type Report } from './import/import.ts';
import { readLines } from './import/lines.ts';
import { reachService } from './import/service.ts';
import { type Verdict, verifyLines } from './import/verify.ts';

const help = `Import a log of chat days: one room a day, one user a nickname. Done again it adds nothing; cut short it goes on.

  npm run import -- <messages.jsonl> [options]

  --verify           compare the hub with the file afterwards, as each of its users sees it
  --verify-only      only compare
  --hub <hub>        a hub's id or host name, or a name to make one of (ubuntu-irc)
  --url <url>        a running service (http://127.0.0.1:$PORT; without one there, one is run meanwhile)
  --token <token>    the operator's (HUBCHAT_OPERATOR_TOKEN, or the one in HUBCHAT_DATA)
  --concurrency <n>  calls at once (16)`;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

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

async function main(): Promise<number> {
  const { help: isAsking, file, url, token, hub, concurrency, ...wanted } = readArguments();
  if (isAsking) {
    say(help);
    return 0;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  const lines = await readLines(file);
  const service = await reachService(readConfig(process.env), { url, token }, say);
  const target = { url: service.url, token: service.token, hub, concurrency, signal: stop.signal };
  try {
    if (!wanted['verify-only'])
      tellReport(
        await withBar('importing', (onProgress) => importLines(lines, target, onProgress)),
      );
    if (!wanted.verify && !wanted['verify-only']) return 0;
    const verdict = await withBar('verifying', (onProgress) =>
      verifyLines(lines, target, onProgress),
    );
    tellVerdict(verdict);
    return verdict.differences.length === 0 ? 0 : 1;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    say('Stopped. The same command goes on from here.');
    return 130;
  } finally {
    await service.close();
  }
}

/** Show a progress bar to whoever watches. */
async function withBar<T>(what: string, work: (onProgress: OnProgress) => Promise<T>): Promise<T> {
  if (!process.stdout.isTTY) return work(() => {});
  const bar = new SingleBar({
    format: `${what} {bar} {value}/{total}, {eta_formatted} left`,
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

function tellReport(report: Report): void {
  const { users, rooms, messages, threads, joined, added, left, orphans, skipped, seq, seconds } =
    report;
  const rate = seconds > 0 ? Math.round(messages.made / seconds) : 0;
  tellTable('Imported', [
    ['users', `${users.made} made, ${users.there} already there`],
    ['rooms', `${rooms.made} made, ${rooms.there} already there`],
    ['messages', `${messages.made} posted, ${messages.there} already there`],
    [
      'replies',
      `${threads} posted as threads, ${orphans} without one: what they answer is not in the file`,
    ],
    ['members', `${joined} joined, ${added} added because they spoke, ${left} left`],
    ...Object.entries(skipped).map(
      ([reason, count]) => ['skipped', `${count} lines: ${reason}`] as const,
    ),
    ['events', `${seq.after - seq.before} new in the hub (seq ${seq.before} → ${seq.after})`],
    ['rate', `${rate} messages/s (${messages.made} in ${seconds.toFixed(1)} s)`],
  ]);
}

const shown = 20;

function tellVerdict({ checked, differences }: Verdict): void {
  tellTable(
    'Verified',
    Object.entries(checked).map(([kind, count]) => [kind, String(count)] as const),
  );
  for (const difference of differences.slice(0, shown)) say(`  ${difference}`);
  if (differences.length > shown) say(`  … and ${differences.length - shown} more`);
  say(`${differences.length} differences`);
}

function tellTable(title: string, rows: readonly (readonly [string, string])[]): void {
  const width = Math.max(...rows.map(([name]) => name.length));
  say(title);
  for (const [name, value] of rows) say(`  ${name.padEnd(width)}  ${value}`);
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
    return 'The operator token is not the one of this service.';
  return `${error.message} (${error.code})`;
}
