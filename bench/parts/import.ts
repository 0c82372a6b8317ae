import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bench, Contest } from '../contest.ts';
import { cpuOf } from '../measure/cpu.ts';
import type { Sample } from '../measure/sample.ts';
import { startChild } from '../sides/child.ts';
import type { Hubchat } from '../sides/hubchat.ts';

let hubs = 0;

/** The import of a log of chat days, by the script of each checkout, to a new hub each time. */
export async function importPart(bench: Bench): Promise<Contest[]> {
  return [
    {
      title: 'import of a log',
      unit: 'messages/s',
      sides: bench.services.map((service) => ({
        name: service.name,
        measure: () => measureImport(bench, service),
      })),
    },
  ];
}

async function measureImport(bench: Bench, service: Hubchat): Promise<Sample> {
  const { database, folder, options, atEnd } = bench;
  const log = join(folder, `import-${service.name}-${++hubs}.log`);
  const cpuNow = () => [cpuOf(service.pid), cpuOf(database.pid)] as const;
  const before = cpuNow();
  const child = startChild({
    command: [
      ...[process.execPath, '--import=tsx', 'scripts/import.ts', options.log],
      ...['--url', `http://127.0.0.1:${service.port}`, '--token', service.operatorToken],
      ...['--hub', `import-${hubs}`],
    ],
    cwd: service.checkout,
    log,
    atEnd,
    environment: { NODE_ENV: 'production' },
  });
  const end = await child.ended;
  const after = cpuNow();
  const report = await readFile(log, 'utf8');
  const [, rate, count] = /rate +(\d+) messages\/s \((\d+) in/.exec(report) ?? [];
  if (end !== 0 || !rate) throw new Error(`the import failed: ${report.slice(-500)}`);
  const messages = Math.max(1, Number(count));
  return {
    value: Number(rate),
    service: (after[0] - before[0]) / messages,
    database: (after[1] - before[1]) / messages,
  };
}
