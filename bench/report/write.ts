import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { plotOf } from './plot.ts';
import { type Series, summarize } from './results.ts';

const folder = fileURLToPath(new URL('../results/', import.meta.url));

/** Writes all samples as JSON, and an image of them; returns the names of the files. */
export async function writeResults(series: readonly Series[], about: object): Promise<string[]> {
  const at = new Date().toISOString();
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length };
  const summaries = summarize(series);
  const texts = {
    json: JSON.stringify({ at, machine, ...about, summaries, series }, null, 2),
    svg: plotOf(summaries, `hubchat, ${at}, ${machine.cores} cores, node ${machine.node}`),
  };
  await mkdir(folder, { recursive: true });
  const name = at.slice(0, 19).replaceAll(':', '-');
  const files: string[] = [];
  for (const [ending, text] of Object.entries(texts)) {
    await writeFile(`${folder}${name}.${ending}`, text);
    files.push(`bench/results/${name}.${ending}`);
  }
  return files;
}
