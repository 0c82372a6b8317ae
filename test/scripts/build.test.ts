import { readFile } from 'node:fs/promises';
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
