import { createHash } from 'node:crypto';
import type { Hub } from '../../connection/transaction.ts';
import type { echoes } from '../../tables/index.ts';
import { directKey } from '../rooms/rooms.ts';

export interface EchoKey {
  authorId: string;
  /** Empty where the thing made is itself a room. */
  roomId: string;
  key: string;
}

/** What was asked for, as one hash: the same again is a replay, another under the same key a conflict. */
export const digestOf = (...asked: unknown[]): string =>
  createHash('sha256').update(JSON.stringify(asked)).digest('hex');

export interface Echo extends EchoKey {
  digest: string;
  madeId: string;
}

/** The statement that finds what was made under these keys; it may find a few more of the same authors, rooms and keys. */
export const findingEchoes = (hub: Hub, keys: readonly EchoKey[]) => ({
  sql: `SELECT author_id AS authorId, room_id AS roomId, CAST(echo_key AS CHAR) AS \`key\`, digest, made_id AS madeId FROM echoes
    WHERE hub_id = ? AND author_id IN (?) AND room_id IN (?) AND echo_key IN (?)`,
  params: [
    hub.id,
    ...(['authorId', 'roomId', 'key'] as const).map((field) => [
      ...new Set(keys.map((key) => key[field])),
    ]),
  ],
});

/** What was made under these keys. */
export async function listEchoes(hub: Hub, keys: readonly EchoKey[]): Promise<Echo[]> {
  if (keys.length === 0) return [];
  const { sql, params } = findingEchoes(hub, keys);
  return hub.rows<Echo>(sql, params);
}

/** What a user made under a key in the conversation that he addresses so. */
export async function findEchoIn(
  hub: Hub,
  userId: string,
  entityId: string,
  key: string,
): Promise<Echo | undefined> {
  const [echo] = await hub.rows<Echo>(
    `SELECT e.author_id AS authorId, e.room_id AS roomId, CAST(e.echo_key AS CHAR) AS \`key\`, e.digest, e.made_id AS madeId
     FROM rooms r JOIN echoes e ON e.hub_id = r.hub_id AND e.author_id = ? AND e.room_id = r.id AND e.echo_key = ?
     WHERE r.hub_id = ? AND (r.id = ? OR r.direct_key = ?)`,
    [userId, key, hub.id, entityId, directKey(userId, entityId)],
  );
  return echo;
}

export const echoRow = (
  hub: Hub,
  key: EchoKey,
  digest: string,
  madeId: string,
): typeof echoes.$inferInsert => ({
  hubId: hub.id,
  authorId: key.authorId,
  roomId: key.roomId,
  echoKey: key.key,
  digest,
  madeId,
});
