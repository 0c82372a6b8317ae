import { lt } from 'drizzle-orm';
import { build } from '../../connection/statements.ts';
import type { Transaction } from '../../connection/transaction.ts';
import { knownNetworks } from '../../tables/index.ts';
import { hashOf } from '../hash.ts';

const pairHashOf = (account: string, network: string): string => hashOf(`${account} ${network}`);

/** Returns when an account last logged in from a network; undefined: not within what is kept. */
export async function findKnownNetwork(
  tx: Transaction,
  account: string,
  network: string,
): Promise<number | undefined> {
  const [row] = await tx.read<{ seenMs: number }>(
    'SELECT seen_ms AS seenMs FROM known_networks WHERE hash = ?',
    [pairHashOf(account, network)],
  );
  return row?.seenMs;
}

/** Queues that an account logged in from a network. */
export const queueKnownNetwork = (
  tx: Transaction,
  account: string,
  network: string,
  seenMs: number,
): void =>
  tx.atCommit(
    build
      .insert(knownNetworks)
      .values({ hash: pairHashOf(account, network), seenMs })
      .onDuplicateKeyUpdate({ set: { seenMs } }),
  );

/** Deletes up to a thousand that were last seen before; returns how many. */
export const deleteOldNetworks = (tx: Transaction, beforeMs: number): Promise<number> =>
  tx.write(build.delete(knownNetworks).where(lt(knownNetworks.seenMs, beforeMs)).limit(1000));
