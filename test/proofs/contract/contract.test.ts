import type { App } from '../../../service/app.ts';
import { ownApp } from '../../support/app.ts';
import { describeCallers } from './callers.ts';
import { callWithoutDatabase, describeErrors } from './errors.ts';
import { describeBytes, describeIds } from './ids.ts';
import { describeTable } from './table.ts';
import { describeValues } from './values.ts';
import { type Answer, newWorld, type World } from './world.ts';

/**
 * All tests are derived from acl/; cases.ts has the parameters of each method. All are in one file
 * because the findings accumulate.
 */
describe('The contract, derived', () => {
  let world: World;
  let app: App & AsyncDisposable;
  let withoutDatabase: Promise<Answer>;
  before(async () => {
    const limits = [
      'USER_CALLS',
      'HUB_CALLS',
      'FILES',
      'FILES_MESSAGE',
      'LOGINS_ACCOUNT',
      'LOGINS_TOTAL',
    ];
    app = await ownApp({
      ...Object.fromEntries(limits.map((name) => [`LIMIT_${name}`, '0'])),
      ...{ JWT_ISSUER: 'https://id.example.com', JWT_SECRET: 'a secret of at least 32 characters' },
    });
    world = await newWorld(app);
    // Times out while the other tests run.
    withoutDatabase = callWithoutDatabase(world);
    withoutDatabase.catch(() => {});
  });
  after(() => app[Symbol.asyncDispose]());
  const getWorld = () => world;

  describe('callers', () => {
    describeCallers(getWorld);
    describeBytes(getWorld);
  });
  describe('ids', () => describeIds(getWorld));
  describe('values', () => describeValues(getWorld));
  describe('errors', () => describeErrors(getWorld, () => withoutDatabase));
  describe('table', () => describeTable());
});
