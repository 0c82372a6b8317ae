import { execFile } from 'node:child_process';
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import sharp from 'sharp';
import { type Bench, startBench, upload } from '../proofs/faults/bench.ts';
import { picture } from '../support/files.ts';
import { refused } from '../support/hub.ts';
import { eventually } from '../support/wait.ts';

describe('The built service, as `npm start` runs it', () => {
  let bench: Bench;
  before(async () => {
    const { scripts } = JSON.parse(await readFile('package.json', 'utf8'));
    bench = await startBench({ command: ['sh', '-c', scripts.start] });
  });
  after(() => bench?.[Symbol.asyncDispose]());

  it('runs no TypeScript', async () => {
    const command = await readFile(`/proc/${bench.service.pid}/cmdline`, 'utf8');
    expect(command.split('\0')).to.include('dist/service/main.js').and.not.include('--import=tsx');
  });

  it('makes thumbnails, in processes of their own', async () => {
    const { alice } = await bench.newHub('alice');
    const [file] = await upload(alice, ['a.jpg', await picture(1000, 500).jpeg().toBuffer()]);
    expect(file).to.include({ width: 1000, height: 500 });
    const thumbnail = await bench.read(alice, file?.nid ?? '', 'thumb');
    expect(await sharp(thumbnail as Buffer).metadata()).to.include({ format: 'webp', width: 320 });
  });

  it('logs faults with the lines of the TypeScript source', async () => {
    const { alice, bob } = await bench.newHub('alice', 'bob');
    await alice.chat.post({ entity_id: bob.id, message: 'Hello' });
    await bench.pool.query("UPDATE messages SET mention_ids = 'no JSON'");
    await refused(alice.chat.messages({ entity_id: bob.id }), 'INTERNAL_ERROR');
    await eventually(() => bench.service.log.length > 0);
    const [{ err }] = bench.service.log.map((line) => JSON.parse(line));
    expect(err.stack)
      .to.match(/ \(\S+\/db\/\S+\.ts:\d+:\d+\)/)
      .and.not.include('dist/');
  });
});

/** A checkout with two small programs and a page, which the build takes for the service. */
async function smallCheckout() {
  const folder = await mkdtemp(join(tmpdir(), 'hubchat-build-'));
  for (const name of ['scripts', 'service', 'uploads', 'web']) await mkdir(join(folder, name));
  for (const name of ['scripts/build.mjs', 'scripts/build', 'web/index.html'])
    await cp(name, join(folder, name), { recursive: true });
  await symlink(resolve('node_modules'), join(folder, 'node_modules'));
  const write = (name: string, source: string) => writeFile(join(folder, name), source);
  await write('uploads/picture-process.ts', 'export {};');
  await write('service/main.ts', 'console.log(1 as number);');
  await write('web/main.tsx', "import './main.css';");
  await write('web/main.css', 'html { color: black; }');
  const run = promisify(execFile);
  return {
    dist: join(folder, 'dist'),
    write,
    /** Rejects with what it printed if it fails. `within`: a command that runs the build. */
    build: (within: readonly string[] = []) => {
      const [file = '', ...args] = [...within, process.execPath, 'scripts/build.mjs'];
      return run(file, args, { cwd: folder });
    },
    output: async () =>
      (await run(process.execPath, ['dist/service/main.js'], { cwd: folder })).stdout,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Takes from root the right to write everywhere. */
const ordinary = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override'] : [];

const failureOf = (build: Promise<unknown>): Promise<{ code: number; stderr: string }> =>
  build.then(
    () => expect.fail('the build succeeded'),
    (error) => error,
  );

describe('A build', () => {
  it('may run several times at once, and leaves nothing beside the programs', async () => {
    await using checkout = await smallCheckout();
    await Promise.all([checkout.build(), checkout.build(), checkout.build()]);
    expect(await checkout.output()).to.equal('1\n');
    expect(await readdir(join(checkout.dist, 'service'))).to.have.members([
      'main.js',
      'main.js.map',
    ]);
    const page = await readFile(join(checkout.dist, 'web/index.html'), 'utf8');
    const [, script = ''] = /src="\/assets\/([^"]+)"/.exec(page) ?? [];
    const assets = await readdir(join(checkout.dist, 'web/assets'));
    expect(assets).to.include.members([script, `${script}.br`, `${script}.gz`]);
    expect(assets).to.have.length(6);
  });

  it('fails with the place of a syntax error, and keeps what was built', async () => {
    await using checkout = await smallCheckout();
    await checkout.build();
    await checkout.write('service/main.ts', 'const = 2;');
    const { code, stderr } = await failureOf(checkout.build());
    expect(code).to.equal(1);
    expect(stderr).to.contain('service/main.ts:1:6').and.not.contain('npm run build');
    expect(await checkout.output()).to.equal('1\n');
  });

  it('needs no right to write while it is current, and says who must build otherwise', async () => {
    await using checkout = await smallCheckout();
    await checkout.build();
    await chmod(join(checkout.dist, 'service'), 0o555);
    await checkout.build(ordinary);
    await checkout.write('service/main.ts', 'console.log(2);');
    const { code, stderr } = await failureOf(checkout.build(ordinary));
    expect(code).to.equal(1);
    expect(stderr).to.contain('EACCES').and.contain('must run `npm run build` first');
    await chmod(join(checkout.dist, 'service'), 0o755);
  });

  it('says what else keeps it from writing', async () => {
    await using checkout = await smallCheckout();
    await checkout.write('dist', 'a file');
    const { code, stderr } = await failureOf(checkout.build());
    expect(code).to.equal(1);
    expect(stderr)
      .to.match(/ENOTDIR|EEXIST/)
      .and.not.contain('npm run build');
  });
});
