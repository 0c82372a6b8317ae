import { Buffer } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { compileMessage } from '@lingui/message-utils/compileMessage';
import { build } from 'esbuild';
import { root } from './write.mjs';

const folder = join(root, 'dist/web');

/** Compiles the ICU messages of a language, so that the page needs no parser. */
const catalogs = {
  name: 'catalogs',
  setup({ onLoad }) {
    onLoad({ filter: /\/web\/i18n\/\w+\.json$/ }, async ({ path }) => {
      const messages = Object.entries(JSON.parse(await readFile(path, 'utf8')));
      const compiled = messages.map(([id, message]) => [id, compileMessage(message)]);
      return { contents: JSON.stringify(Object.fromEntries(compiled)), loader: 'json' };
    });
  },
};

/** Bundles the page; returns the files to write, each with its compressed forms. */
export async function buildPage() {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['web/main.tsx'],
    outdir: folder,
    entryNames: 'assets/[name]-[hash]',
    chunkNames: 'assets/[name]-[hash]',
    bundle: true,
    splitting: true,
    minify: true,
    metafile: true,
    platform: 'browser',
    format: 'esm',
    target: ['es2022', 'chrome111', 'firefox115', 'safari16.4'],
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [catalogs],
    write: false,
    logLevel: 'error',
  });
  const index = { path: join(folder, 'index.html'), contents: await pageOf(metafile) };
  return (await Promise.all([...outputFiles, index].map(withCompressed))).flat();
}

/** Returns index.html with the names of what was built. */
async function pageOf({ outputs }) {
  const [[script, { cssBundle }]] = Object.entries(outputs).filter(
    ([, { entryPoint }]) => entryPoint === 'web/main.tsx',
  );
  const tags = [
    `<link rel="stylesheet" href="${addressOf(cssBundle)}">`,
    ...importsOf(script, outputs).map(
      (path) => `<link rel="modulepreload" href="${addressOf(path)}">`,
    ),
    `<script type="module" src="${addressOf(script)}"></script>`,
  ];
  const page = await readFile(join(root, 'web/index.html'), 'utf8');
  return Buffer.from(page.replace('<!-- assets -->', tags.join('\n    ')));
}

/** Returns the files that a file needs before it runs. */
function importsOf(file, outputs, found = new Set()) {
  for (const { kind, path } of outputs[file].imports)
    if (kind === 'import-statement' && !found.has(path)) importsOf(path, outputs, found.add(path));
  return [...found];
}

const addressOf = (path) => `/assets/${basename(path)}`;

async function withCompressed({ path, contents }) {
  const plain = Buffer.from(contents);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
  return [
    { path, contents: plain },
    { path: `${path}.gz`, contents: await promisify(gzip)(plain, { level: 9 }) },
    { path: `${path}.br`, contents: await promisify(brotliCompress)(plain, { params }) },
  ];
}
