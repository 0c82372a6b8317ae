import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { createPictures, type Pictures } from '../../uploads/pictures.ts';
import { picture } from '../support/files.ts';
import { eventually } from '../support/wait.ts';

describe('Pictures', () => {
  let folder = '';
  let path = '';
  let running: readonly number[] = [];
  let pictures: Pictures;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hubchat-pictures-'));
    path = join(folder, 'a.png');
    await writeFile(path, await picture(40, 20).png().toBuffer());
  });
  after(() => rm(folder, { recursive: true }));
  beforeEach(async () => {
    running = await listProcesses();
    pictures = createPictures();
  });
  afterEach(() => pictures.close());

  /** The processes of these pictures, not those of the service that the tests share. */
  const started = async () => (await listProcesses()).filter((pid) => !running.includes(pid));
  const thumbnail = () => pictures.writeThumbnail(path, join(folder, 'thumb'), 800);

  it('are decoded in one process of low priority, which ends with them', async () => {
    expect(await pictures.sizeOf(path)).to.include({ width: 40, height: 20 });
    expect(await thumbnail()).to.equal(true);
    const [pid = 0, ...others] = await started();
    expect(others).to.deep.equal([]);
    expect(getPriority(pid)).to.be.greaterThan(getPriority());
    pictures.close();
    await eventually(async () => (await started()).length === 0);
  });

  it('that cannot be decoded have no size and no thumbnail', async () => {
    await writeFile(join(folder, 'broken'), 'no picture');
    expect(await pictures.sizeOf(join(folder, 'broken'))).to.equal(undefined);
    expect(await pictures.sizeOf(join(folder, 'absent'))).to.equal(undefined);
    expect(await pictures.writeThumbnail(path, join(folder, 'thumb'), 799)).to.equal(false);
  });

  it('that end their process have none either, and others are decoded', async () => {
    await pictures.sizeOf(path);
    const [pid = 0] = await started();
    process.kill(pid, 'SIGSTOP');
    const decoded = thumbnail();
    expect(await pictures.sizeOf(path), 'in another process').to.include({ width: 40 });
    process.kill(pid, 'SIGKILL');
    expect(await decoded).to.equal(false);
    expect(await thumbnail()).to.equal(true);
    expect(await started()).to.have.length(1);
  });

  it('are not given to a process that is being ended, because it had none for long', async () => {
    pictures = createPictures(1);
    await pictures.sizeOf(path);
    for (const end = performance.now() + 2; performance.now() < end; );
    // The turn of the event loop in which the process is ended; it is gone only some turns later.
    await setImmediate();
    await setImmediate();
    expect(await pictures.sizeOf(path)).to.include({ width: 40 });
  });
});

/** The ids of the processes of this one that decode pictures. */
async function listProcesses(): Promise<number[]> {
  const { stdout } = await promisify(execFile)('pgrep', [
    ...['-P', String(process.pid), '-f', 'picture-process'],
  ]).catch(() => ({ stdout: '' }));
  return stdout.split('\n').filter(Boolean).map(Number);
}
