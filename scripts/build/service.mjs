import { build } from 'esbuild';
import { root } from './write.mjs';

// Each is in dist/ where its source is in the checkout.
const programs = ['service/main.ts', 'uploads/picture-process.ts'];

/** Bundles the service and the programs that it starts; returns the files to write. */
export async function buildService() {
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
  return outputFiles;
}
