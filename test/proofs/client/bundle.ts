import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

/** A fault of the client itself, which the proof must find. */
export interface Mutation {
  title: string;
  /** A file of client/. */
  file: string;
  from: string;
  to: string;
}

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Returns the code of the page, with the client as it is or with a mutation. */
export async function bundlePage(mutation?: Mutation): Promise<string> {
  const applied: string[] = [];
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
    ...{ bundle: true, format: 'esm', target: 'es2022', write: false },
    ...(mutation ? { plugins: [mutate(mutation, applied)] } : {}),
  });
  // Otherwise the proof would look for what is not there.
  if (mutation && applied.length !== 1)
    throw new Error(`${mutation.file} does not contain the text of "${mutation.title}" once`);
  return outputFiles[0]?.text ?? '';
}

const mutate = ({ title, file, from, to }: Mutation, applied: string[]): Plugin => ({
  name: title,
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      if (path !== `${root}client/${file}`) return undefined;
      const parts = (await readFile(path, 'utf8')).split(from);
      if (parts.length === 2) applied.push(title);
      return { contents: parts.join(to), loader: 'ts' };
    });
  },
});
