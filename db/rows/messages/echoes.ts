import { createHash } from 'node:crypto';
import { and, eq, inArray } from 'drizzle-orm';
import { build, insertRows } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import { columnsOf, echoes } from '../../tables/index.ts';

/** An idempotency key: an echoId of an author in a room. */
export interface EchoKey {
  authorId: string;
  /** Empty when the thing made is itself a room. */
  roomId: string;
  echoKey: string;
}

/** What was made under a key. */
export interface Echo extends EchoKey {
  /** Of the request: the same request is a replay, another one under the same key a conflict. */
  digest: string;
  /** A message's or a room's id. */
  madeId: string;
}

export const echoColumns = columnsOf(echoes, { alias: 'e', except: ['hubId'] });

/** Returns the digest of a request's parameters. */
export const digestOf = (...parameters: unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parameters)).digest('hex');

/** Returns what was made under these keys. */
export async function listEchoes(hub: Hub, keys: readonly EchoKey[]): Promise<Echo[]> {
  if (keys.length === 0) return [];
  const rows = await hub.read<Echo>(
    `SELECT ${echoColumns.list} FROM echoes e
     WHERE hub_id = ? AND (author_id, room_id, echo_key) IN (?)`,
    [hub.id, keys.map(({ authorId, roomId, echoKey }) => [authorId, roomId, echoKey])],
  );
  return rows.map(echoColumns.decode);
}

/** Inserts a key. A concurrent call with the same key waits for this transaction, then fails. */
export async function insertEcho(hub: Hub, echo: Echo): Promise<void> {
  await hub.write(build.insert(echoes).values({ hubId: hub.id, ...echo }));
}

export function queueEchoes(hub: Hub, made: readonly Echo[]): void {
  const rows = made.map((echo) => ({ hubId: hub.id, ...echo }));
  if (rows.length > 0) hub.atCommit(insertRows(echoes, rows));
}

/** Deletes the keys of things that no longer exist. */
export async function deleteEchoes(hub: Hub, madeIds: readonly string[]): Promise<void> {
  await hub.write({
    sql: 'DELETE FROM echoes WHERE hub_id = ? AND made_id IN (?)',
    params: [hub.id, madeIds],
  });
}

/** Queues that the keys of things are deleted. */
export const queueEchoRemoval = (hub: Hub, madeIds: readonly string[]): void =>
  hub.atCommit(
    build.delete(echoes).where(and(eq(echoes.hubId, hub.id), inArray(echoes.madeId, [...madeIds]))),
  );
