import { inspect } from 'node:util';
import { startTests, stopTests } from '../../test/support/setup.ts';
import { measurePage } from './measures.ts';

/*
 * npm run bench:page: measures the page in Chromium, over a conversation of 10,000 messages, on a
 * service and a database of its own. docs/benchmarks.md says what each figure is.
 */
const say = (line: string): void => void process.stdout.write(`${line}\n`);

await startTests();
try {
  for await (const { what, value, bar } of measurePage())
    say(`${what.padEnd(52)} ${value.padStart(10)}   ${bar}`);
} catch (error) {
  process.stderr.write(`${inspect(error)}\n`);
  process.exitCode = 1;
} finally {
  await stopTests();
}
process.exit();
