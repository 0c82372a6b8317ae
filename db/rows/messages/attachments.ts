import { and, eq, inArray, lt, sql } from 'drizzle-orm';
import type { StoredFile } from '../../../acl/entities/file.ts';
import { build } from '../../connection/statements.ts';
import type { Hub, Transaction } from '../../connection/transaction.ts';
import { attachments, columnsOf } from '../../tables/index.ts';

export type AttachmentRecord = typeof attachments.$inferSelect;

export const attachmentColumns = columnsOf(attachments, { alias: 'a' });

/** Inserts received files, staged for their uploader to send. */
export async function insertStaged(
  hub: Hub,
  ownerId: string,
  files: readonly StoredFile[],
  now: number,
): Promise<void> {
  await hub.write(
    build.insert(attachments).values(
      files.map((file) => ({
        ...file,
        hubId: hub.id,
        ownerId,
        state: 'staged' as const,
        createdMs: now,
      })),
    ),
  );
}

/** Returns how many bytes an uploader has staged. */
export async function sumStaged(hub: Hub, ownerId: string): Promise<number> {
  const [row] = await hub.read<{ bytes: number }>(
    `SELECT COALESCE(SUM(filesize), 0) AS bytes FROM attachments
     WHERE hub_id = ? AND owner_id = ? AND state = 'staged'`,
    [hub.id, ownerId],
  );
  return Number(row?.bytes ?? 0);
}

/** Returns how many bytes the sent files of a hub have, and those of each of some users. */
export async function sumSent(
  hub: Hub,
  ownerIds: readonly string[] = [],
): Promise<{ all: number; byOwner: Map<string, number> }> {
  const sum = 'SELECT owner_id AS ownerId, SUM(filesize) AS bytes FROM attachments';
  const [[total], owners] = await Promise.all([
    hub.read<{ bytes: number | null }>(
      `SELECT SUM(filesize) AS bytes FROM attachments WHERE hub_id = ? AND state = 'attached'`,
      [hub.id],
    ),
    ownerIds.length === 0
      ? []
      : hub.read<{ ownerId: string; bytes: number }>(
          `${sum} WHERE hub_id = ? AND state = 'attached' AND owner_id IN (?) GROUP BY owner_id`,
          [hub.id, ownerIds],
        ),
  ]);
  const byOwner = new Map(owners.map(({ ownerId, bytes }) => [ownerId, Number(bytes)]));
  return { all: Number(total?.bytes ?? 0), byOwner };
}

/** Locks those of the files that are staged, so that they can be attached. */
export async function lockStagedFiles(
  hub: Hub,
  ids: readonly string[],
): Promise<AttachmentRecord[]> {
  if (ids.length === 0) return [];
  const files = await hub.lock<AttachmentRecord>(
    `SELECT ${attachmentColumns.list} FROM attachments a
     WHERE a.hub_id = ? AND a.id IN (?) AND a.state = 'staged' ORDER BY a.id FOR UPDATE`,
    [hub.id, ids],
  );
  return files.map(attachmentColumns.decode);
}

/** Locks a staged file of its uploader. */
export async function lockStagedFile(
  hub: Hub,
  ownerId: string,
  id: string,
): Promise<AttachmentRecord | undefined> {
  const [file] = await hub.lock<AttachmentRecord>(
    `SELECT ${attachmentColumns.list} FROM attachments a
     WHERE a.hub_id = ? AND a.id = ? AND a.owner_id = ? AND a.state = 'staged' FOR UPDATE`,
    [hub.id, id, ownerId],
  );
  return file && attachmentColumns.decode(file);
}

/** Locks files whatever their state. */
export async function lockFiles(hub: Hub, ids: readonly string[]): Promise<void> {
  await hub.lock(
    'SELECT 1 FROM attachments WHERE hub_id = ? AND id IN (?) ORDER BY id FOR UPDATE',
    [hub.id, ids],
  );
}

const areFiles = (hubId: string, ids: readonly string[]) =>
  and(eq(attachments.hubId, hubId), inArray(attachments.id, [...ids]));

/** Queues that staged files are attached. */
export function queueAttached(hub: Hub, ids: readonly string[]): void {
  if (ids.length > 0)
    hub.atCommit(build.update(attachments).set({ state: 'attached' }).where(areFiles(hub.id, ids)));
}

/** Queues that a locked file is freed: its bytes are deleted soon. */
export function queueFreed(hub: Hub, id: string): void {
  hub.changeAtCommit(attachments, { hubId: hub.id, id }, { state: 'freed' });
  hub.wakeAtCommit('freed files');
}

/** Queues that those of the locked files are freed that no message refers to by then. */
export function queueUnreferenced(hub: Hub, ids: readonly string[]): void {
  const isUnreferenced = sql`NOT EXISTS (SELECT 1 FROM message_attachments ma
    WHERE ma.hub_id = ${hub.id} AND ma.attachment_id = attachments.id)`;
  hub.atCommit(
    build
      .update(attachments)
      .set({ state: 'freed' })
      .where(and(areFiles(hub.id, ids), isUnreferenced)),
  );
  hub.wakeAtCommit('freed files');
}

/** Frees files of any hub that were staged before a time and never sent; returns how many. */
export const freeStale = (tx: Transaction, olderThanMs: number, limit: number): Promise<number> =>
  tx.write(
    build
      .update(attachments)
      .set({ state: 'freed' })
      .where(and(eq(attachments.state, 'staged'), lt(attachments.createdMs, olderThanMs)))
      .orderBy(attachments.createdMs)
      .limit(limit),
  );

export interface FileKey {
  hubId: string;
  id: string;
}

/** Returns freed files of any hub, whose bytes may be deleted. */
export const listFreed = (tx: Transaction, limit: number): Promise<FileKey[]> =>
  tx.read<FileKey>(
    `SELECT hub_id AS hubId, id FROM attachments
     WHERE state = 'freed' ORDER BY created_ms LIMIT ?`,
    [limit],
  );

/** Deletes the rows of freed files, once their bytes are deleted. */
export async function deleteFreed(tx: Transaction, keys: readonly FileKey[]): Promise<void> {
  for (const [hubId, ids] of byHub(keys))
    await tx.write(
      build.delete(attachments).where(and(areFiles(hubId, ids), eq(attachments.state, 'freed'))),
    );
}

/** Returns which of the files have a row, and which of their hubs exist. */
export async function listKnown(
  tx: Transaction,
  keys: readonly FileKey[],
): Promise<{ files: Set<string>; hubs: Set<string> }> {
  if (keys.length === 0) return { files: new Set(), hubs: new Set() };
  const ids = byHub(keys);
  const [hubs, ...files] = await Promise.all([
    tx.read<{ id: string }>('SELECT id FROM hubs WHERE id IN (?)', [[...ids.keys()]]),
    ...[...ids].map(([hubId, fileIds]) =>
      tx.read<{ id: string }>('SELECT id FROM attachments WHERE hub_id = ? AND id IN (?)', [
        hubId,
        fileIds,
      ]),
    ),
  ]);
  return {
    hubs: new Set(hubs.map((hub) => hub.id)),
    files: new Set(files.flat().map((file) => file.id)),
  };
}

function byHub(keys: readonly FileKey[]): Map<string, string[]> {
  const map = new Map<string, string[]>();
  for (const { hubId, id } of keys) map.set(hubId, [...(map.get(hubId) ?? []), id]);
  return map;
}
