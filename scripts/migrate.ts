import { parseArgs } from 'node:util';
import { migrateAhead } from '../db/setup/migrate.ts';
import { withDatabase } from './database.ts';

const help = `Changes the schema to that of this version while the service of an earlier version is
running, so that the restart has only rows to fill. A start does the same: this is for large hubs.

  npm run migrate

DATABASE_URL and HUBCHAT_DATA are those of the service.`;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { help: { type: 'boolean', short: 'h', default: false } },
  });
  if (values.help) return print(help);
  const hasStepsLeft = await withDatabase(print, migrateAhead);
  print(
    hasStepsLeft
      ? 'Restart the service with this version. Its start fills rows before it listens.'
      : 'The schema is that of this version. Restart the service.',
  );
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
