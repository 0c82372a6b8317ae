import { createClient } from '../../../client/index.ts';
import type { DatabaseAddress } from '../../../db/connection/connect.ts';
import { operatorToken } from '../../support/app.ts';
import { createSchema, startServer } from '../../support/database.ts';
import { type Service, serviceOn } from '../../support/service.ts';
import { type Person, personOf } from './scenario.ts';

/** A service in its own process, on its own schema. */
export interface Bench extends AsyncDisposable {
  service: Service;
  database: DatabaseAddress;
  newHub(...names: string[]): Promise<Person[]>;
}

export async function startBench(environment: Record<string, string> = {}): Promise<Bench> {
  const server = await startServer();
  const schema = await createSchema(server.url);
  const service = await serviceOn(schema.address, {
    environment: { NODE_ENV: 'production', UV_THREADPOOL_SIZE: '16', ...environment },
  });
  await service.start();
  const { url } = service;
  return {
    service,
    database: schema.address,
    async newHub(...names) {
      const platform = createClient({ url, token: operatorToken, retryForMs: 0 });
      const { hub_id: hubId } = await platform.hub.create({ name: 'Hub' });
      const inHub = createClient({ url, token: operatorToken, hubId, retryForMs: 0 });
      const people: Person[] = [];
      for (const firstname of names) {
        const { user_id: id } = await platform.user.create({ firstname, lastname: 'Test' });
        await inHub.hub.add_member({ user_id: id, privilege: 7 });
        const { token } = await platform.session.issue({ user_id: id });
        people.push(personOf(url, { id, token, hubId }));
      }
      return people;
    },
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]();
      await schema[Symbol.asyncDispose]();
      await server.stop();
    },
  };
}

/** How long calls took, in milliseconds. */
export interface Latency {
  p99: number;
  worst: number;
}

/** Makes that many calls, two at a time, and returns how long they took. None may fail. */
export async function latencyOf(
  calls: readonly (() => Promise<unknown>)[],
  count: number,
): Promise<Latency> {
  const times: number[] = [];
  let made = 0;
  const line = async (): Promise<void> => {
    while (made < count) {
      const call = calls[made++ % calls.length];
      const began = performance.now();
      await call?.();
      times.push(performance.now() - began);
    }
  };
  await Promise.all([line(), line()]);
  times.sort((a, b) => a - b);
  return { p99: times[Math.floor(times.length * 0.99)] ?? 0, worst: times.at(-1) ?? 0 };
}
