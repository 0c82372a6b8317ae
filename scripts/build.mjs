// Usage: npm run build. Writes the service as JavaScript to dist/, with source maps. `npm start` does
// so each time, which is why this is JavaScript itself: tsx takes longer to start than the build.
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

// Each is in dist/ where its source is in the checkout.
const programs = ['service/main.ts', 'uploads/picture-process.ts'];

// Writes what has changed: the user of a service may lack the right to write, and needs it only for
// a build that is not current. A program that another start is loading is replaced as a whole.
async function write(path, contents) {
  if ((await readFile(path).catch(() => undefined))?.equals(contents)) return;
  // Containers that share the folder may have the same process ids.
  const partial = `${path}.${randomUUID()}`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(partial, contents);
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
}

try {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: programs,
    outbase: '.',
    outdir: 'dist',
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: true,
    sourcesContent: false,
    write: false,
    logLevel: 'error',
  });
  for (const { path, contents } of outputFiles) await write(path, contents);
} catch (error) {
  // Faults of the source are printed by esbuild.
  if (!error.errors) console.error(error.message);
  if (['EACCES', 'EPERM', 'EROFS'].includes(error.code))
    console.error('The owner of this folder must run `npm run build` first.');
  process.exitCode = 1;
}
