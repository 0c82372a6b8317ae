import { inspect, parseArgs } from 'node:util';
import { crash } from './crash.ts';

const write = (line: string): void => void process.stdout.write(`${line}\n`);
const numberOf = (value: string): number => {
  if (!/^\d+$/.test(value)) throw new Error(`${value} is no number`);
  return Number(value);
};

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '20' }, seed: { type: 'string', default: '1' } },
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
try {
  const options = { kills: numberOf(values.kills), seed: numberOf(values.seed), auditEvery: 10 };
  const summary = await crash({ ...options, say: write });
  write(JSON.stringify(summary, null, 2));
} catch (error) {
  process.stderr.write(`${inspect(error, { depth: 4 })}\n`);
  process.exit(1);
}
