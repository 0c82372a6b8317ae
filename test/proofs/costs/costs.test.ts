import { readFile, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { ownApp, ownSchema } from '../../support/app.ts';
import { isMariaDb } from '../../support/rows-read.ts';
import { newWorld, type World } from '../contract/world.ts';
import { type Source, sources } from './calls.ts';
import { grow } from './grow.ts';
import { analyze, clock, least, measure, untilDelivered } from './measure.ts';
import { type Costs, excesses, pageOf, readPage, sizes } from './page.ts';

const file = new URL('../../../docs/costs.md', import.meta.url);

const limits = ['USER_CALLS', 'HUB_CALLS', 'FILES', 'FILES_MESSAGE', 'LOGINS_ACCOUNT'];
const unlimited = Object.fromEntries(
  [...limits, 'LOGINS_TOTAL'].map((name) => [`LIMIT_${name}`, '0']),
);

interface Worlds {
  small: World;
  large: World;
}

async function measureBoth({ small, large }: Worlds, source: Source): Promise<Costs> {
  return {
    name: source.name,
    caller: source.caller,
    small: await measure(small, source),
    large: await measure(large, source),
  };
}

async function measureAll(worlds: Worlds): Promise<Costs[]> {
  const costs: Costs[] = [];
  for (const source of sources) costs.push(await measureBoth(worlds, source));
  return costs;
}

/** Measures again what has grown, in case something else has disturbed it. */
async function excessesOf(worlds: Worlds, measured: readonly Costs[], page: string) {
  const documented = new Map(readPage(page).map((costs) => [costs.name, costs]));
  const grown: string[] = [];
  for (const [index, source] of sources.entries()) {
    const [once, was] = [measured[index], documented.get(source.name)];
    if (!once || !was || excesses(once, was).length === 0) continue;
    const again = await measureBoth(worlds, source);
    const small = least(once.small, again.small);
    grown.push(...excesses({ ...again, small, large: least(once.large, again.large) }, was));
  }
  return grown;
}

describe('Costs', function () {
  this.timeout(300_000);
  let schema: Awaited<ReturnType<typeof ownSchema>>;
  let app: Awaited<ReturnType<typeof ownApp>>;
  let worlds: Worlds;
  let measured: Costs[];
  let page: string;
  before(async () => {
    schema = await ownSchema();
    app = await ownApp(unlimited, clock.read, schema.address);
    worlds = { small: await newWorld(app), large: await newWorld(app) };
    // Letters of the worlds are not for the members with whom they grow.
    await untilDelivered({ app });
    await grow(worlds.small, sizes.small);
    await grow(worlds.large, sizes.large);
    await analyze(app);
    measured = await measureAll(worlds);
    if (process.env.COSTS === 'write') await writeFile(file, pageOf(measured));
    page = await readFile(file, 'utf8');
  });
  after(async () => {
    await app[Symbol.asyncDispose]();
    await schema[Symbol.asyncDispose]();
  });

  it('are documented in docs/costs.md, which npm run costs writes', () => {
    const names = (costs: readonly Costs[]) => costs.map(({ name, caller }) => ({ name, caller }));
    expect(names(readPage(page))).to.deep.equal(names(measured));
  });

  it('are not more than docs/costs.md says', async () => {
    // The rows are those of MariaDB's plans.
    const countsRows = await isMariaDb(app.pool);
    const excesses = (await excessesOf(worlds, measured, page)).filter(
      (one) => countsRows || !one.includes(' rows read '),
    );
    expect(excesses).to.deep.equal([]);
  });

  it('are found to be more where they are', () => {
    const [first] = readPage(page);
    if (!first) expect.fail('the page has no rows');
    const one = { ...first, small: { ...first.small, trips: first.small.trips - 1 } };
    const other = { ...first, large: { ...first.large, rows: -20 } };
    expect(excesses(first, first)).to.deep.equal([]);
    expect(excesses(first, one)).to.have.length(1);
    expect(excesses(first, other)).to.have.length(1);
  });
});
