import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import Mocha from 'mocha';
import { startTests, stopTests } from '../support/setup.ts';
import type { Report, Request } from './messages.ts';

const timeoutMs = Number(process.argv[2]);

const report = (message: Report): void => void (process.connected && process.send?.(message));

/** Runs one file with Mocha in this process. All files of a worker share a service and schema. */
async function runFile(file: string): Promise<void> {
  const mocha = new Mocha({ timeout: timeoutMs, reporter: Silent });
  const { suite } = mocha;
  suite.emit('pre-require', globalThis, file, mocha);
  // By import, as this file got the service that they share; Mocha itself would require them.
  suite.emit('require', await import(pathToFileURL(file).href), file, mocha);
  suite.emit('post-require', globalThis, file, mocha);
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve());
    runner.on('pass', (test) =>
      report({ kind: 'passed', file, title: test.fullTitle(), ms: test.duration ?? 0 }),
    );
    runner.on('pending', (test) => report({ kind: 'skipped', file, title: test.fullTitle() }));
    runner.on('fail', (test, error: unknown) =>
      report({ kind: 'failed', file, title: test.fullTitle(), error: shown(error) }),
    );
  });
  mocha.dispose();
}

/** What is shown is up to the process that started this one. */
class Silent extends Mocha.reporters.Base {}

/** Message, stack and difference. Mocha compares values of any type, despite its declaration. */
function shown(error: unknown): string {
  if (!(error instanceof Error)) return inspect(error);
  const { actual, expected, showDiff } = error as Error & Record<string, unknown>;
  const isComparison = showDiff !== false && expected !== undefined;
  const diff = isComparison
    ? Mocha.reporters.Base.generateDiff(actual as string, expected as string)
    : '';
  return [error.stack ?? error.message, diff, error.cause ? `cause: ${inspect(error.cause)}` : '']
    .filter(Boolean)
    .join('\n');
}

async function main(): Promise<void> {
  await startTests();
  let turn = Promise.resolve();
  const stop = () => {
    turn = turn.then(stopTests).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('message', (request: Request) => {
    if (request.kind === 'stop') return stop();
    const { file } = request;
    turn = turn
      .then(() => runFile(file))
      .catch((error: unknown) => report({ kind: 'failed', file, title: file, error: shown(error) }))
      .then(() => report({ kind: 'done', file }));
  });
  process.on('disconnect', stop);
  report({ kind: 'ready' });
}

await main();
