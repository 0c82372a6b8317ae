import { and, eq, inArray, lt, sql } from 'drizzle-orm';
import type { StoredFile } from '../../../acl/entities/file.ts';
import { build } from '../../connection/statements.ts';
import type { Hub, Transaction } from '../../connection/transaction.ts';
import { attachments, columnsOf, messageAttachments } from '../../tables/index.ts';

export type AttachmentRecord = typeof attachments.$inferSelect;
const fileColumns = columnsOf(attachments, { alias: 'a' });

/** Received files, for their uploader to send. */
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

/** How many bytes wait staged for an uploader. */
export async function sumStaged(hub: Hub, ownerId: string): Promise<number> {
  const [row] = await hub.read<{ bytes: number }>(
    "SELECT COALESCE(SUM(filesize), 0) AS bytes FROM attachments WHERE hub_id = ? AND owner_id = ? AND state = 'staged'",
    [hub.id, ownerId],
  );
  return Number(row?.bytes ?? 0);
}

interface StagedFile {
  id: string;
  ownerId: string;
}

const staged = `SELECT id, owner_id AS ownerId FROM attachments
  WHERE hub_id = ? AND id IN (?) AND state = 'staged' ORDER BY id`;

/** Returns which of the files are staged, and by whom. */
export async function listStaged(hub: Hub, ids: readonly string[]): Promise<StagedFile[]> {
  return ids.length > 0 ? hub.read<StagedFile>(staged, [hub.id, ids]) : [];
}

/** The same, locked, so that they can be attached. */
export async function lockStagedFiles(hub: Hub, ids: readonly string[]): Promise<StagedFile[]> {
  return ids.length > 0 ? hub.lock<StagedFile>(`${staged} FOR UPDATE`, [hub.id, ids]) : [];
}

/** The queries that give messages their files, in order. A copy shares the files of its original, which are attached already. */
export function attaching(
  hub: Hub,
  posts: readonly { id: string; attachmentIds: string[]; forwardOf: string | null }[],
) {
  const rows = posts.flatMap((post) =>
    post.attachmentIds.map((attachmentId, position) => ({
      hubId: hub.id,
      messageId: post.id,
      position,
      attachmentId,
    })),
  );
  const staged = posts.flatMap((post) => (post.forwardOf === null ? post.attachmentIds : []));
  return [
    ...(rows.length > 0 ? [build.insert(messageAttachments).values(rows)] : []),
    ...(staged.length > 0
      ? [
          build
            .update(attachments)
            .set({ state: 'attached' })
            .where(and(eq(attachments.hubId, hub.id), inArray(attachments.id, staged))),
        ]
      : []),
  ];
}

/** The ids of the files of messages, each in order. */
export async function listFileIds(
  hub: Hub,
  messageIds: readonly string[],
): Promise<Map<string, string[]>> {
  const map = new Map<string, string[]>();
  if (messageIds.length === 0) return map;
  const rows = await hub.read<{ messageId: string; attachmentId: string }>(
    `SELECT message_id AS messageId, attachment_id AS attachmentId FROM message_attachments
     WHERE hub_id = ? AND message_id IN (?) ORDER BY message_id, position`,
    [hub.id, messageIds],
  );
  for (const row of rows)
    map.set(row.messageId, [...(map.get(row.messageId) ?? []), row.attachmentId]);
  return map;
}

/** Some of a message's files, in order. */
export async function listFiles(
  hub: Hub,
  messageId: string,
  page: { offset: number; limit: number },
): Promise<AttachmentRecord[]> {
  const rows = await hub.read<AttachmentRecord>(
    `SELECT ${fileColumns.list} FROM message_attachments ma
     JOIN attachments a ON a.hub_id = ma.hub_id AND a.id = ma.attachment_id
     WHERE ma.hub_id = ? AND ma.message_id = ? ORDER BY ma.position LIMIT ? OFFSET ?`,
    [hub.id, messageId, page.limit, page.offset],
  );
  return rows.map(fileColumns.decode);
}

/** A file that the user may read: his own staged one, or one of a message that he can see. */
export async function findReadable(
  hub: Hub,
  userId: string,
  id: string,
): Promise<AttachmentRecord | undefined> {
  const [file] = await hub.read<AttachmentRecord>(
    `SELECT ${fileColumns.list} FROM attachments a WHERE a.hub_id = ? AND a.id = ?
     AND ((a.state = 'staged' AND a.owner_id = ?) OR (a.state = 'attached' AND EXISTS (
       SELECT 1 FROM message_attachments ma
       STRAIGHT_JOIN messages m ON m.hub_id = ma.hub_id AND m.id = ma.message_id
         AND m.deleted_ms IS NULL
       STRAIGHT_JOIN rooms r ON r.hub_id = m.hub_id AND r.id = m.room_id
         AND r.expired_at < m.ordinal
       STRAIGHT_JOIN participants p ON p.hub_id = m.hub_id AND p.room_id = m.room_id
         AND p.user_id = ?
       LEFT JOIN removals x ON x.hub_id = m.hub_id AND x.room_id = m.room_id
         AND x.user_id = p.user_id AND x.ordinal = m.ordinal
       WHERE ma.hub_id = ? AND ma.attachment_id = ? AND x.ordinal IS NULL)))`,
    [hub.id, id, userId, userId, hub.id, id],
  );
  return file && fileColumns.decode(file);
}

/** A staged file of its uploader, locked. */
export async function lockStaged(
  hub: Hub,
  ownerId: string,
  id: string,
): Promise<AttachmentRecord | undefined> {
  const [file] = await hub.lock<AttachmentRecord>(
    `SELECT ${fileColumns.list} FROM attachments a
     WHERE a.hub_id = ? AND a.id = ? AND a.owner_id = ? AND a.state = 'staged' FOR UPDATE`,
    [hub.id, id, ownerId],
  );
  return file && fileColumns.decode(file);
}

/** Give up a locked file: its bytes go soon. */
export async function freeFile(hub: Hub, id: string): Promise<void> {
  await hub.write(
    build
      .update(attachments)
      .set({ state: 'freed' })
      .where(and(eq(attachments.hubId, hub.id), eq(attachments.id, id))),
  );
}

/** Take messages' files away, and free those that no other message refers to. Two who do this at once wait for each other. */
export async function detachFiles(hub: Hub, messageIds: readonly string[]): Promise<void> {
  const ids = [...(await listFileIds(hub, messageIds)).values()].flat();
  if (ids.length === 0) return;
  await hub.lock(
    'SELECT 1 FROM attachments WHERE hub_id = ? AND id IN (?) ORDER BY id FOR UPDATE',
    [hub.id, ids],
  );
  await hub.write(
    build
      .delete(messageAttachments)
      .where(
        and(
          eq(messageAttachments.hubId, hub.id),
          inArray(messageAttachments.messageId, [...messageIds]),
        ),
      ),
  );
  await hub.write(
    build
      .update(attachments)
      .set({ state: 'freed' })
      .where(
        and(
          eq(attachments.hubId, hub.id),
          inArray(attachments.id, ids),
          sql`NOT EXISTS (SELECT 1 FROM message_attachments ma WHERE ma.hub_id = ${hub.id} AND ma.attachment_id = attachments.id)`,
        ),
      ),
  );
}

export interface FileKey {
  hubId: string;
  id: string;
}

/** Free files of any hub that were staged before a time and never sent. Answers how many. */
export async function freeStale(
  tx: Transaction,
  olderThanMs: number,
  limit: number,
): Promise<number> {
  const affected = await tx.write(
    build
      .update(attachments)
      .set({ state: 'freed' })
      .where(and(eq(attachments.state, 'staged'), lt(attachments.createdMs, olderThanMs)))
      .orderBy(attachments.createdMs)
      .limit(limit),
  );
  return affected;
}

/** Freed files of any hub, whose bytes may go. */
export const listFreed = (tx: Transaction, limit: number): Promise<FileKey[]> =>
  tx.read<FileKey>(
    "SELECT hub_id AS hubId, id FROM attachments WHERE state = 'freed' ORDER BY created_ms LIMIT ?",
    [limit],
  );

/** Forget freed files, once their bytes are gone. */
export async function forgetFreed(tx: Transaction, keys: readonly FileKey[]): Promise<void> {
  for (const [hubId, ids] of byHub(keys))
    await tx.write(
      build
        .delete(attachments)
        .where(
          and(
            eq(attachments.hubId, hubId),
            inArray(attachments.id, ids),
            eq(attachments.state, 'freed'),
          ),
        ),
    );
}

/** Which of the files have a row, and which of their hubs there are. */
export async function listKnown(
  tx: Transaction,
  keys: readonly FileKey[],
): Promise<{ files: Set<string>; hubs: Set<string> }> {
  if (keys.length === 0) return { files: new Set(), hubs: new Set() };
  const ids = byHub(keys);
  const [known, ...found] = await Promise.all([
    tx.read<{ id: string }>('SELECT id FROM hubs WHERE id IN (?)', [[...ids.keys()]]),
    ...[...ids].map(([hubId, of]) =>
      tx.read<{ id: string }>('SELECT id FROM attachments WHERE hub_id = ? AND id IN (?)', [
        hubId,
        of,
      ]),
    ),
  ]);
  return {
    hubs: new Set(known.map((hub) => hub.id)),
    files: new Set(found.flat().map((file) => file.id)),
  };
}

function byHub(keys: readonly FileKey[]): Map<string, string[]> {
  const map = new Map<string, string[]>();
  for (const { hubId, id } of keys) map.set(hubId, [...(map.get(hubId) ?? []), id]);
  return map;
}
