import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { build } from 'esbuild';
import { build as viteBuild } from 'vite';

const run = promisify(execFile);
const reactNames = ['react', 'react-dom', 'scheduler', '@types'];
const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = (name: string) => join(root, 'node_modules/.bin', name);

/** An empty project that has the package, as npm packs it, and what the package depends on. */
async function newProject(): Promise<string> {
  const project = await mkdtemp(join(tmpdir(), 'hubchat-client-'));
  const installed = join(project, 'node_modules/hubchat-client');
  await mkdir(installed, { recursive: true });
  await run('npm', ['pack', './client', '--pack-destination', project], { cwd: root });
  const [archive = ''] = (await readdir(project)).filter((name) => name.endsWith('.tgz'));
  const unpack = ['-xzf', join(project, archive), '--strip-components=1', '-C', installed];
  await run('tar', unpack);
  for (const name of ['socket.io-client', '@socket.io', 'engine.io-client', 'idb', ...reactNames])
    await symlink(join(root, 'node_modules', name), join(project, 'node_modules', name));
  await writeFile(join(project, 'package.json'), '{ "type": "module" }');
  return project;
}

/** Returns the bundle of a module, minified. */
async function bundle(project: string, code: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: project },
    ...{ bundle: true, minify: true, format: 'esm', target: 'es2022', write: false },
    external: ['react'],
  });
  return outputFiles[0]?.text ?? '';
}

/** As servers compress files that do not change. */
const zippedBytes = (text: string): number => gzipSync(text, { level: 9 }).length;

/** Returns what the compiler says of a module, empty if nothing. */
async function typeErrors(project: string, code: string): Promise<string> {
  await writeFile(join(project, 'app.ts'), code);
  const options = ['--strict', '--noEmit', '--exactOptionalPropertyTypes', '--types', ''];
  const target = ['--target', 'es2022', '--module', 'nodenext', '--lib', 'es2022,dom'];
  return run(bin('tsc'), [...options, ...target, 'app.ts'], { cwd: project }).then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  );
}

const app = `import { createClient, connect, isRefusal, type MessageRow } from 'hubchat-client';
const options = { url: 'https://chat.example', getToken: async () => 'token' };
const client = createClient(options);
export const rows: MessageRow[] = await client.chat.messages({ entity_id: 'e', limit: 10 });
connect(options).on('chat.post', ({ data }) => {
  if (!('deleted' in data)) console.log(data.message.toUpperCase());
});
try {
  await client.chat.post({ entity_id: 'e', message: 'Hello' });
} catch (error) {
  if (isRefusal('chat.post', error) && error.code === 'INVALID_CONTACT') console.log(error.details);
}
`;

describe('The client’s package', () => {
  let project: string;
  before(async () => {
    project = await newProject();
  });
  after(() => rm(project, { recursive: true, force: true }));

  it('has types that need no other package, and refuse what is not declared', async () => {
    expect(await typeErrors(project, app)).to.equal('');
    const wrong = app.replace("entity_id: 'e', message", "entity: 'e', message");
    expect(await typeErrors(project, wrong)).to.contain("'entity' does not exist in type");
    const unknown = app.replace("'INVALID_CONTACT'", "'PIN_LIMIT'");
    expect(await typeErrors(project, unknown)).to.contain('no overlap');
  });

  it('is small, and leaves out what is not used', async () => {
    const calls = await bundle(project, "export { createClient } from 'hubchat-client'");
    expect(zippedBytes(calls)).to.be.below(2500);
    const all = await bundle(project, "export * from 'hubchat-client'");
    expect(zippedBytes(all)).to.be.below(30_000);
    expect(all).not.to.match(/zod/i);
    const hooks = await bundle(
      project,
      "export * from 'hubchat-client'; export * from 'hubchat-client/react'",
    );
    expect(zippedBytes(hooks)).to.be.below(zippedBytes(all) + 3000);
  });

  it('is bundled by Vite', async () => {
    await writeFile(join(project, 'main.ts'), app);
    await writeFile(join(project, 'index.html'), '<script type="module" src="/main.ts"></script>');
    await viteBuild({
      ...{ root: project, logLevel: 'error' },
      build: { target: 'es2022', modulePreload: { polyfill: false } },
    });
    const [name = ''] = (await readdir(join(project, 'dist/assets'))).filter((file) =>
      file.endsWith('.js'),
    );
    const text = await readFile(join(project, 'dist/assets', name), 'utf8');
    expect(text).to.contain('/-/svc/');
  });

  it('is imported where there is no browser', async () => {
    const code = "const all = await import('hubchat-client'); console.log(typeof all.openChat)";
    const { stdout } = await run('node', ['--input-type=module', '-e', code], { cwd: project });
    expect(stdout.trim()).to.equal('function');
    const server = `import { createElement } from 'react';
      import { renderToString } from 'react-dom/server';
      import { openChat } from 'hubchat-client';
      import { ChatProvider, useConversations, useConversation } from 'hubchat-client/react';
      const options = { url: 'http://127.0.0.1:9', hubId: 'h', userId: 'u', token: 't' };
      const chat = await openChat({ ...options, retryForMs: 0 });
      const Page = () => \`\${useConversations().rows.length} \${useConversation('e')}\`;
      console.log(renderToString(createElement(ChatProvider, { chat }, createElement(Page))));
      process.exit();`;
    const page = await run('node', ['--input-type=module', '-e', server], { cwd: project });
    expect(page.stdout.trim()).to.equal('0 undefined');
  });
});
