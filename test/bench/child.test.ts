import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { startChild, untilReady, workerOf } from '../../bench/sides/child.ts';

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('A process of the benchmark', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hubchat-child-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('ends with the command that its shell waits for', async () => {
    // The second command keeps the shell from becoming the first one.
    const command = ['sh', '-c', `"${process.execPath}" -e "setInterval(() => {}, 1000)"; true`];
    const child = startChild({ command, log: join(folder, 'log'), atEnd: () => {} });
    await untilReady('the shell', child, async () => workerOf(child) !== child.pid);
    const worker = workerOf(child);
    expect(isRunning(worker)).to.equal(true);
    await child.stop();
    expect(isRunning(worker)).to.equal(false);
  });
});
