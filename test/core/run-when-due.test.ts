import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import type { WakeUps } from '../../db/connection/connect.ts';
import { runWhenDue, type TimedJob } from '../../service/jobs/run-when-due.ts';
import { eventually } from '../support/wait.ts';

const hour = 3_600_000;

/** A job that is due at the times that `dues` names, by a clock that stands still. */
function start(given: Partial<TimedJob> = {}) {
  const wakeUps: WakeUps = new EventEmitter();
  const errors: unknown[] = [];
  const state = { now: 1000, runs: 0, errors, wake: (ms = 0) => wakeUps.emit('receipts', ms) };
  const stop = runWhenDue(
    {
      wakeUps,
      clock: () => state.now,
      report: (error) => void errors.push(error),
    },
    {
      name: 'a job',
      wokenBy: 'receipts',
      pauseMs: 0,
      lookEveryMs: hour,
      firstAfterMs: 0,
      ...given,
      async run() {
        state.runs += 1;
        return given.run?.();
      },
    },
  );
  return Object.assign(state, { stop, [Symbol.asyncDispose]: stop });
}

describe('A job that runs when it is due', () => {
  it('runs at the start, and again for each wake-up, also for one during a run', async () => {
    let finish = () => {};
    await using job = start({
      run: () =>
        new Promise((resolve) => {
          finish = () => resolve(undefined);
        }),
    });
    await eventually(() => job.runs === 1);
    job.wake();
    finish();
    await eventually(() => job.runs === 2);
    finish();
    job.wake();
    await eventually(() => job.runs === 3);
    finish();
  });

  it('runs when the clock reaches the time that a run returned or a wake-up named', async () => {
    await using job = start({ run: async () => (job.runs === 1 ? 1050 : undefined) });
    await eventually(() => job.runs === 1);
    job.wake(1040);
    await using other = start({ lookEveryMs: 100 });
    await eventually(() => other.runs === 2);
    expect(job.runs, 'while the clock stands still').to.equal(1);
    job.now = 1040;
    await eventually(() => job.runs === 2);
  });

  it('lets what is due during the pause share a run', async () => {
    await using job = start({ pauseMs: 100 });
    await eventually(() => job.runs === 1);
    for (let n = 0; n < 5; n++) {
      job.wake();
      await new Promise(setImmediate);
    }
    await eventually(() => job.runs === 2);
    await using other = start({ lookEveryMs: 150 });
    await eventually(() => other.runs === 2);
    expect(job.runs).to.equal(2);
  });

  it('runs at the earliest of the times that wake-ups during a run named', async () => {
    let finish = () => {};
    await using job = start({
      run: () =>
        new Promise((resolve) => {
          finish = () => resolve(1060);
        }),
    });
    await eventually(() => job.runs === 1);
    for (const dueMs of [1050, 1040, 1070]) job.wake(dueMs);
    finish();
    await using other = start({ lookEveryMs: 100 });
    await eventually(() => other.runs === 2);
    expect(job.runs, 'while the clock stands still').to.equal(1);
    job.now = 1040;
    await eventually(() => job.runs === 2);
    finish();
  });

  it('runs after its interval at the latest when the clock is set back', async () => {
    await using job = start({ lookEveryMs: 100 });
    await eventually(() => job.runs === 1);
    job.now -= hour;
    job.wake(1000);
    await eventually(() => job.runs === 2);
  });

  it('runs no more once it is stopped, which waits for a run', async () => {
    let finish = () => {};
    const job = start({
      lookEveryMs: 10,
      run: () =>
        new Promise((resolve) => {
          finish = () => resolve(0);
        }),
    });
    await eventually(() => job.runs === 1);
    let isStopped = false;
    const stopped = job.stop().then(() => {
      isStopped = true;
    });
    job.wake();
    await using other = start({ lookEveryMs: 50 });
    await eventually(() => other.runs === 2);
    expect(isStopped).to.equal(false);
    finish();
    await stopped;
    job.wake();
    await eventually(() => other.runs === 4);
    expect(job.runs).to.equal(1);
  });

  it('looks without a wake-up after its interval, and after a failure', async () => {
    await using job = start({ lookEveryMs: 20 });
    await eventually(() => job.runs >= 3);
    await using failing = start({
      run: async () => {
        throw new Error('failed');
      },
    });
    await eventually(() => failing.errors.length >= 2);
    expect(failing.runs).to.be.at.most(3);
  });
});
