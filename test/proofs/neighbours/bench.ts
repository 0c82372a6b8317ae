import { type Client, createClient } from '../../../client/index.ts';
import { connect, type Pool } from '../../../db/connection/connect.ts';
import { operatorToken } from '../../support/app.ts';
import { createSchema, startServer } from '../../support/database.ts';
import { type Service, serviceOn } from '../../support/service.ts';

/** A member of a hub of the service under attack. */
export type Person = Client & { id: string; token: string; hubId: string };

/** A service in its own process, on its own schema. */
export interface Bench extends AsyncDisposable {
  service: Service;
  pool: Pool;
  newHub(...names: string[]): Promise<Person[]>;
}

export async function startBench(environment: Record<string, string> = {}): Promise<Bench> {
  const server = await startServer();
  const schema = await createSchema(server.url);
  const service = await serviceOn(schema.address, {
    environment: { NODE_ENV: 'production', UV_THREADPOOL_SIZE: '16', ...environment },
  });
  await service.start();
  const pool = connect(schema.address, 4);
  const clientOf = (token: string, hubId?: string): Client =>
    createClient({ url: service.url, token, ...(hubId === undefined ? {} : { hubId }) });
  return {
    service,
    pool,
    async newHub(...names) {
      const platform = clientOf(operatorToken);
      const { hub_id: hubId } = await platform.hub.create({ name: 'Hub' });
      const people: Person[] = [];
      for (const firstname of names) {
        const { user_id: id } = await platform.user.create({ firstname, lastname: 'Test' });
        await clientOf(operatorToken, hubId).hub.add_member({ user_id: id, privilege: 7 });
        const { token } = await platform.session.issue({ user_id: id });
        people.push(Object.assign(Object.create(clientOf(token, hubId)), { id, token, hubId }));
      }
      return people;
    },
    async [Symbol.asyncDispose]() {
      await pool.end();
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

/** Repeats a call in some lines until the signal; counts the codes of what it comes to. */
export async function repeat(
  call: () => Promise<unknown>,
  lines: number,
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const outcomes = new Map<string, number>();
  const line = async (): Promise<void> => {
    while (!signal.aborted) {
      const outcome = await call().then(
        () => 'ok',
        (error: { code?: string }) => error.code ?? String(error),
      );
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      // An attacker who is refused tries again, but not in a busy loop of this process.
      if (outcome !== 'ok') await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await Promise.all(Array.from({ length: lines }, line));
  return outcomes;
}

/** What one member does, which others must not feel. */
export interface Scenario {
  name: string;
  /** Settings of the service beside those of every scenario. */
  environment?: Record<string, string>;
  /** Longest time of any call of others, in milliseconds, where it is promised. */
  worstMs?: number;
  /** Makes what the attack needs; returns the attack, which goes on until the signal. */
  prepare(
    bench: Bench,
    attacker: Person,
    victim: Person,
  ): Promise<(signal: AbortSignal) => Promise<Map<string, number>>>;
}
