import type { MethodName } from '../../../acl/index.ts';
import type { App } from '../../../service/app.ts';
import { ownApp, ownSchema } from '../../support/app.ts';
import { type CallerName, newWorld, type World } from '../contract/world.ts';
import { sourceOf } from '../costs/calls.ts';
import { grow } from '../costs/grow.ts';
import { analyze, clock, measure, untilDelivered } from '../costs/measure.ts';

const limits = ['USER_CALLS', 'HUB_CALLS'];

export interface Worlds extends AsyncDisposable {
  app: App;
  small: World;
  large: World;
}

/** Creates two hubs of these sizes in a schema of their own: see `grow`. */
export async function newWorlds(sizes: { small: number; large: number }): Promise<Worlds> {
  const schema = await ownSchema();
  const unlimited = Object.fromEntries(limits.map((name) => [`LIMIT_${name}`, '0']));
  const app = await ownApp(unlimited, clock.read, schema.address);
  const [small, large] = [await newWorld(app), await newWorld(app)];
  await untilDelivered({ app });
  await grow(small, sizes.small);
  await grow(large, sizes.large);
  // Several rooms of the same time: their order is that of their ids.
  await app.pool.query('UPDATE rooms SET last_at_ms = last_at_ms - last_at_ms % 7');
  await analyze(app);
  return {
    app,
    small,
    large,
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await schema[Symbol.asyncDispose]();
    },
  };
}

/** A list that is called in both hubs. */
export interface List {
  method: MethodName;
  caller: CallerName;
  params(world: World): object;
}

/** Returns how many rows the database reads for a list in each hub; the caller called before. */
export async function rowsRead(
  { small, large }: Worlds,
  { method, caller, params }: List,
): Promise<{ small: number; large: number }> {
  const source = sourceOf(method, async (world) => ({ ...params(world) }), '', caller);
  const rows = async (world: World) => (await measure(world, source)).rows;
  return { small: await rows(small), large: await rows(large) };
}
