import { type Client, createClient } from '../../../client/index.ts';
import type { Pool } from '../../../db/connection/connect.ts';

/** A member of a hub of the service under attack. */
export interface Member {
  id: string;
  token: string;
  hubId: string;
}

export type Person = Client & Member;

export function personOf(url: string, { id, token, hubId }: Member): Person {
  const client = createClient({ url, token, hubId, retryForMs: 0 });
  return Object.assign(Object.create(client), { id, token, hubId });
}

/** The service under attack, its database, and another member of the attacker's hub. */
export interface Target {
  url: string;
  pool: Pool;
  mateId: string;
}

/** How often each outcome of the attacker's calls came. */
export type Outcomes = Record<string, number>;

/** What one member or an unknown caller does, which others must not feel. */
export interface Scenario {
  name: string;
  /** Settings of the service beside those of every scenario. */
  environment?: Record<string, string>;
  /**
   * Longest time of any call of others, in milliseconds. It takes the place of the limit of their
   * 99th percentile.
   */
  worstMs?: number;
  /**
   * Makes what the attack needs; returns the attack, which goes on until the signal. Both run in
   * the attacker's process.
   */
  prepare(target: Target, attacker: Person): Promise<(signal: AbortSignal) => Promise<Outcomes>>;
}

/** Repeats a call in some lines until the signal; counts the codes of its outcomes. */
export async function repeat(
  call: () => Promise<unknown>,
  lines: number,
  signal: AbortSignal,
): Promise<Outcomes> {
  const outcomes: Outcomes = {};
  const line = async (): Promise<void> => {
    while (!signal.aborted) {
      const outcome = await call().then(
        () => 'ok',
        (error: { code?: string }) => error.code ?? String(error),
      );
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      // A refused attacker tries again, but not in a busy loop: their processor is the service's.
      if (outcome !== 'ok') await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await Promise.all(Array.from({ length: lines }, line));
  return outcomes;
}
