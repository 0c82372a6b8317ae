// Usage: npm run build. Writes the service as JavaScript to dist/, with source maps. `npm start` does
// so each time, which is why this is JavaScript itself: tsx takes longer to start than the build.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
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
  const partial = `${path}.${process.pid}`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(partial, contents);
  await rename(partial, path);
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
  if (error.syscall)
    console.error(`${error.message}\nThe owner of this folder must run \`npm run build\` first.`);
  process.exitCode = 1;
}
