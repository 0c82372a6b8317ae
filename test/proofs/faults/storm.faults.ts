import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { v7 as uuid } from 'uuid';
import { connect, type Pool } from '../../../db/connection/connect.ts';
import { hashOf } from '../../../db/rows/hash.ts';
import { ownSchema } from '../../support/app.ts';
import { clientOf } from '../../support/caller.ts';
import { type Service, serviceOn } from '../../support/service.ts';
import { newHub, type Person } from './bench.ts';
import { startStorm, withFiles } from './storm.ts';

/**
 * The short pass holds on busy machines, too, like `npm run test:collapse`. STORM_SOCKETS=5000
 * measures on a machine that does nothing else.
 */
const sockets = Number(process.env.STORM_SOCKETS ?? 1000);
const longestMs = process.env.STORM_SOCKETS === undefined ? 1000 : 100;
const socketsPerUser = 10;
const users = Math.ceil(sockets / socketsPerUser);
const files = 16_000;
const withinMs = 120_000;

interface Stage extends AsyncDisposable {
  service: Service;
  pool: Pool;
}

async function prepare(): Promise<Stage> {
  const schema = await ownSchema();
  const service = await serviceOn(schema.address, {
    within: withFiles(files),
    environment: { NODE_ENV: 'production', UV_THREADPOOL_SIZE: '16' },
  });
  const pool = connect(schema.address, 4);
  await service.start();
  return {
    service,
    pool,
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]();
      await pool.end();
      await schema[Symbol.asyncDispose]();
    },
  };
}

/** Makes members of a hub, in rooms of fifty; returns their tokens. */
async function populate({ service: { url }, pool }: Stage, hubId: string): Promise<string[]> {
  const people = Array.from({ length: users }, (_, n) => {
    return { id: uuid(), token: `token-${n}-${uuid()}`, name: `User ${n}` };
  });
  const now = Date.now();
  const insert = (table: string, columns: string, rows: unknown[][]) =>
    pool.query(`INSERT INTO ${table} (${columns}) VALUES ?`, [rows]);
  await insert(
    'users',
    'id, firstname, lastname, created_ms',
    people.map(({ id, name }) => [id, name, '', now]),
  );
  await insert(
    'members',
    'hub_id, user_id, privilege, joined_ms',
    people.map(({ id }) => [hubId, id, 7, now]),
  );
  await insert(
    'sessions',
    `id, token_hash, kind, user_id, hub_id, privilege_cap, user_agent, created_ms, expires_ms`,
    people.map(({ id, token }) => {
      return [uuid(), hashOf(token), 'issued', id, hubId, 63, '', now, now + 3_600_000];
    }),
  );
  for (let at = 0; at < people.length; at += 50) {
    const [first, ...others] = people.slice(at, at + 50);
    const { room } = clientOf(first?.token ?? '', hubId, url);
    await room.create({ name: `Room ${at}`, user_ids: others.map(({ id }) => id) });
  }
  return people.map(({ token }) => token);
}

/** Calls of two members, one after the other, until `isOver`; returns the times, in order. */
async function measure([one, other]: readonly [Person, Person], isOver: (made: number) => boolean) {
  const times: number[] = [];
  let failed = 0;
  while (!isOver(times.length)) {
    for (const call of [
      () => one.chat.post({ entity_id: other.id, message: 'hello' }),
      () => other.chat.messages({ entity_id: one.id }),
      () => other.chat.count_all({}),
    ]) {
      const began = performance.now();
      await call().catch(() => {
        failed += 1;
      });
      times.push(performance.now() - began);
    }
  }
  times.sort((a, b) => a - b);
  const p99 = times[Math.floor(times.length * 0.99)] ?? 0;
  return { calls: times.length, failed, p99, worst: times.at(-1) ?? 0 };
}

describe(`${sockets} sockets at once`, () => {
  let stage: Stage;
  before(async function () {
    if (spawnSync('sh', ['-c', `ulimit -n ${files}`]).status !== 0) {
      process.stdout.write(`    (skipped: a process may not have ${files} open files here)\n`);
      return this.skip();
    }
    stage = await prepare();
  });
  after(() => stage?.[Symbol.asyncDispose]());

  it('all become ready, and again when all were cut, and others hardly feel it', async () => {
    const { url, log } = stage.service;
    const { alice, bob } = await newHub(stage.service, 'alice', 'bob');
    const { carl } = await newHub(stage.service, 'carl');
    const tokens = await populate(stage, carl.hubId);
    const all = tokens.flatMap((token) => Array<string>(socketsPerUser).fill(token));
    await using storm = startStorm(files);
    await measure([alice, bob], (made) => made > 300);
    const quiet = await measure([alice, bob], (made) => made > 600);
    process.stdout.write(`    quiet ${JSON.stringify(quiet)}\n`);
    const setting = { url, hubId: carl.hubId, tokens: all, withinMs };
    for (const what of ['first', 'again']) {
      let isOver = false;
      const measuring = measure([alice, bob], () => isOver);
      if (what === 'again') await storm.cut();
      const report = await storm.connect(setting).finally(() => {
        isOver = true;
      });
      const others = await measuring;
      process.stdout.write(`    ${what} ${JSON.stringify({ ...report, others })}\n`);
      expect(report.failed).to.deep.equal({});
      expect(others.p99).to.be.below(Math.max(3 * quiet.p99, longestMs));
    }
    expect(log).to.deep.equal([]);
  });
});
