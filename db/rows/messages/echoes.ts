import { createHash } from 'node:crypto';
import { build } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import { echoes } from '../../tables/index.ts';
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

const columns = `e.author_id AS authorId, e.room_id AS roomId,
  CAST(e.echo_key AS CHAR) AS \`key\`, e.digest, e.made_id AS madeId`;

/** Returns what was made under these keys. */
export async function listEchoes(hub: Hub, keys: readonly EchoKey[]): Promise<Echo[]> {
  if (keys.length === 0) return [];
  const [authorIds, roomIds, names] = (['authorId', 'roomId', 'key'] as const).map((field) => [
    ...new Set(keys.map((key) => key[field])),
  ]);
  // May return a few more, of the same authors, rooms and keys; callers look their own up.
  return hub.read<Echo>(
    `SELECT ${columns} FROM echoes e
     WHERE hub_id = ? AND author_id IN (?) AND room_id IN (?) AND echo_key IN (?)`,
    [hub.id, authorIds, roomIds, names],
  );
}

/** What a user made under a key in the conversation that he addresses so. */
export async function findEchoIn(
  hub: Hub,
  userId: string,
  entityId: string,
  key: string,
): Promise<Echo | undefined> {
  const [echo] = await hub.read<Echo>(
    `SELECT ${columns}
     FROM rooms r JOIN echoes e ON e.hub_id = r.hub_id AND e.author_id = ? AND e.room_id = r.id AND e.echo_key = ?
     WHERE r.hub_id = ? AND (r.id = ? OR r.direct_key = ?)`,
    [userId, key, hub.id, entityId, directKey(userId, entityId)],
  );
  return echo;
}

const rowOf = (hub: Hub, { authorId, roomId, key, digest, madeId }: Echo) => ({
  hubId: hub.id,
  authorId,
  roomId,
  echoKey: key,
  digest,
  madeId,
});

/** Inserts a key. A concurrent call with the same key waits here for the first, then fails. */
export async function insertEcho(hub: Hub, echo: Echo): Promise<void> {
  await hub.write(build.insert(echoes).values(rowOf(hub, echo)));
}

export function queueEchoes(hub: Hub, made: readonly Echo[]): void {
  if (made.length > 0)
    hub.atCommit(build.insert(echoes).values(made.map((echo) => rowOf(hub, echo))));
}
