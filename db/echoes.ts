import { createHash } from 'node:crypto';
import { and, eq, inArray } from 'drizzle-orm';
import { echoes } from './tables.ts';
import type { Hub } from './transaction.ts';

export interface EchoKey {
  authorId: string;
  /** Empty where the thing made is itself a room. */
  roomId: string;
  key: string;
}

/** What was asked for, as one hash: the same again is a replay, another under the same key a conflict. */
export const digestOf = (...asked: unknown[]): string =>
  createHash('sha256').update(JSON.stringify(asked)).digest('hex');

/** What was made under these keys. */
export async function listEchoes(
  hub: Hub,
  keys: readonly EchoKey[],
): Promise<(EchoKey & { digest: string; madeId: string })[]> {
  if (keys.length === 0) return [];
  const rows = await hub.db
    .select()
    .from(echoes)
    .where(
      and(
        eq(echoes.hubId, hub.id),
        inArray(echoes.authorId, [...new Set(keys.map((key) => key.authorId))]),
        inArray(echoes.roomId, [...new Set(keys.map((key) => key.roomId))]),
        inArray(echoes.echoKey, [...new Set(keys.map((key) => key.key))]),
      ),
    );
  return rows.map((row) => ({
    authorId: row.authorId,
    roomId: row.roomId,
    key: row.echoKey,
    digest: row.digest,
    madeId: row.madeId,
  }));
}

export const echoRow = (hub: Hub, key: EchoKey, digest: string, madeId: string): typeof echoes.$inferInsert => ({
  hubId: hub.id,
  authorId: key.authorId,
  roomId: key.roomId,
  echoKey: key.key,
  digest,
  madeId,
});
