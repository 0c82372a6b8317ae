import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { databaseTime } from '../../db/upkeep/clock.ts';
import { createSteadyClock } from '../../service/jobs/steady-clock.ts';
import { app, ownApp, ownSchema } from '../support/app.ts';
import { newHub, refused } from '../support/hub.ts';
import { eventually } from '../support/wait.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const start = Date.UTC(2030, 0, 1);

describe('The clock of jobs that delete', () => {
  let dataDir: string;
  let passedMs: number;
  let aheadMs: number;
  let databaseAheadMs: number;
  let warnings: string[];
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'hubchat-clock-'));
    passedMs = 0;
    aheadMs = 0;
    databaseAheadMs = 0;
    warnings = [];
  });
  afterEach(() => rm(dataDir, { recursive: true }));

  const now = () => start + passedMs + aheadMs;
  const startClock = () =>
    createSteadyClock({
      clock: now,
      databaseClock: async () => start + passedMs + databaseAheadMs,
      dataDir,
      warn: (sentence) => void warnings.push(sentence),
      monotonic: () => passedMs,
    });
  /** The clock of one machine, which the embedded database shares. */
  const jump = (ms: number) => {
    aheadMs += ms;
    databaseAheadMs += ms;
  };

  it('is known at a first start, and again after a pause of up to a day', async () => {
    expect((await startClock().forRun())?.()).to.equal(now());
    passedMs += 20 * hourMs;
    expect((await startClock().forRun())?.()).to.equal(now());
    expect(warnings).to.deep.equal([]);
  });

  for (const [where, ms] of [
    ['ahead', 40 * dayMs],
    ['back', -2 * minuteMs],
  ] as const)
    it(`is not known for an hour after a jump ${where}, nor after the jump back`, async () => {
      const clock = startClock();
      await clock.forRun();
      passedMs += minuteMs;
      jump(ms);
      expect(await clock.forRun()).to.equal(undefined);
      passedMs += minuteMs;
      expect(await clock.forRun()).to.equal(undefined);
      jump(-ms);
      passedMs += 59 * minuteMs;
      expect(await clock.forRun()).to.equal(undefined);
      passedMs += 59 * minuteMs;
      expect(await clock.forRun()).to.equal(undefined);
      passedMs += minuteMs;
      expect((await clock.forRun())?.()).to.equal(now());
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.match(/^The clock has jumped; .+\.$/);
    });

  it('is known an hour after a jump that stays, as of a machine that was suspended', async () => {
    const clock = startClock();
    await clock.forRun();
    jump(8 * hourMs);
    expect(await clock.forRun()).to.equal(undefined);
    passedMs += hourMs;
    expect((await clock.forRun())?.()).to.equal(now());
  });

  it('is not known for an hour after a start during a jump, or after a week', async () => {
    await startClock().forRun();
    for (const ms of [40 * dayMs, -40 * dayMs]) {
      jump(ms);
      const clock = startClock();
      expect(await clock.forRun()).to.equal(undefined);
      jump(-ms);
      expect(await clock.forRun()).to.equal(undefined);
    }
    passedMs += 7 * dayMs;
    const clock = startClock();
    expect(await clock.forRun()).to.equal(undefined);
    passedMs += hourMs;
    expect((await clock.forRun())?.()).to.equal(now());
    expect(warnings.filter((sentence) => sentence.startsWith('By the clock'))).to.have.length(3);
  });

  it('is not known while the database has another time', async () => {
    const clock = startClock();
    for (const ms of [2 * minuteMs, -2 * minuteMs]) {
      databaseAheadMs = ms;
      for (let look = 0; look < 3; look++) expect(await clock.forRun()).to.equal(undefined);
    }
    databaseAheadMs = minuteMs / 2;
    expect((await clock.forRun())?.()).to.equal(now());
    expect(warnings).to.have.length(1);
  });

  it('does not follow a jump during a run', async () => {
    const run = await startClock().forRun();
    passedMs += 5000;
    const before = now();
    jump(40 * dayMs);
    expect(run?.()).to.equal(before);
  });

  it('is asked before anything is deleted: a jump of forty days deletes nothing', async () => {
    // Its own, since to it everything of other tests is years old.
    await using schema = await ownSchema();
    await using service = await ownApp({}, now, schema.address, {
      retentionEveryMs: 10,
      steadyClock: startClock(),
    });
    const hub = await newHub({ alice: 7 }, service);
    const { alice } = hub.members;
    const { channel_id } = await hub.operator.channel.create({
      type: 'dy',
      sub_id: 'match',
      expire_days: 1,
    });
    await alice.channel.connect({ channel_id });
    jump(40 * dayMs);
    await eventually(() => warnings.length > 0);
    await refused(alice.chat.count_all({}), 'NOT_AUTHENTICATED');
    jump(-40 * dayMs);
    await alice.chat.count_all({});
    await alice.channel.connect({ channel_id });

    // Time that passes is no jump.
    passedMs += 25 * hourMs;
    await eventually(() =>
      alice.channel.connect({ channel_id }).then(
        () => false,
        ({ code }: { code: string }) => code === 'CHANNEL_NOT_FOUND',
      ),
    );
  });

  it('is compared with that of the database', async () => {
    expect(await databaseTime(app().pool)).to.be.closeTo(Date.now(), minuteMs);
  });
});
