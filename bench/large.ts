import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fillFolder } from './large/database.ts';

const help = `Fills a large hub, and a small one beside it, in a private MariaDB.

  npm run large -- [options]

  --scale <part>   the part of the large hub that is filled (1: 2,000,000 messages)
  --keep <folder>  fills this folder, or uses what it holds; without it a temporary one

docs/scale.md explains the hubs.`;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      scale: { type: 'string', default: '1' },
      keep: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return say(help);
  const scale = Number(values.scale);
  if (!(scale > 0 && scale <= 1)) throw new Error('--scale must be a number from 0 to 1.');
  const work = await mkdtemp(join(tmpdir(), 'hubchat-large-'));
  try {
    const folder = values.keep === undefined ? join(work, 'filled') : resolve(values.keep);
    const { seconds } = await fillFolder(folder, scale, say);
    say(`Filled in ${seconds} s.`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
    process.exit(1);
  },
);
