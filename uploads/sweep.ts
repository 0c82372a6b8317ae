import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { stagedFileHours } from '../acl/language/limits.ts';
import type { Pool } from '../db/connection/connect.ts';
import { transact } from '../db/connection/transaction.ts';
import {
  deleteFreed,
  type FileKey,
  freeStale,
  listFreed,
  listKnown,
} from '../db/rows/messages/attachments.ts';
import { type ByteKey, type ByteStore, removeBytes } from './store.ts';

export interface SweepDependencies {
  pool: Pool;
  store: ByteStore;
  temporary: string;
}

const hour = 3_600_000;
/** A staged file that is not sent for this long is freed. */
export const staleAfterMs = stagedFileHours * hour;
/** Bytes without a row are removed after this time; a running upload ends sooner. */
export const strayAfterMs = 2 * hour;
const batch = 500;

/**
 * Removes the bytes of freed files, then their rows, and returns how many. The order lets a crash
 * in between do no harm: the bytes of a row that is left are removed again.
 */
export async function removeFreed(
  { pool, store }: Pick<SweepDependencies, 'pool' | 'store'>,
  signal?: AbortSignal,
): Promise<number> {
  let removed = 0;
  for (;;) {
    const keys = await transact(pool, (tx) => listFreed(tx, batch));
    const removedKeys: FileKey[] = [];
    const errors: unknown[] = [];
    for (const key of keys) {
      if (signal?.aborted) break;
      await removeBytes(store, key.hubId, key.id).then(
        () => removedKeys.push(key),
        (error: unknown) => errors.push(error),
      );
    }
    if (removedKeys.length > 0) await transact(pool, (tx) => deleteFreed(tx, removedKeys));
    removed += removedKeys.length;
    // Thrown late, so that a file that cannot be removed does not keep the others.
    if (errors.length > 0) throw errors[0];
    if (keys.length < batch || signal?.aborted) return removed;
  }
}

export interface Swept {
  /** Files that were staged and never sent. */
  stale: number;
  /** Bytes without a row, of uploads that a crash ended. */
  strays: number;
  /** Incomplete files. */
  partial: number;
  /** Bytes of hubs that are not in this database. They stay, for it may be the wrong database. */
  foreign: number;
}

/**
 * Frees staged files that are too old, and removes what crashes left. `storedBy` is the time of the
 * clock that dates files; the service's may have been set to another.
 */
export async function sweep(
  deps: SweepDependencies,
  now: number,
  { storedBy = now, signal }: { storedBy?: number; signal?: AbortSignal } = {},
): Promise<Swept> {
  let stale = 0;
  for (let freed = batch; freed === batch && !signal?.aborted; stale += freed)
    freed = await transact(deps.pool, (tx) => freeStale(tx, now - staleAfterMs, batch));
  await removeFreed(deps, signal);
  return {
    stale,
    ...(await removeStrays(deps, storedBy - strayAfterMs, signal)),
    partial: await removePartial(deps.temporary, storedBy - strayAfterMs, signal),
  };
}

async function removeStrays(
  { pool, store }: SweepDependencies,
  olderThanMs: number,
  signal?: AbortSignal,
): Promise<Pick<Swept, 'strays' | 'foreign'>> {
  let strays = 0;
  let foreign = 0;
  let keys: ByteKey[] = [];
  const checkBatch = async () => {
    const checked = keys;
    keys = [];
    const { files, hubs } = await transact(pool, (tx) => listKnown(tx, checked));
    for (const key of checked) {
      if (!hubs.has(key.hubId)) foreign += 1;
      if (!hubs.has(key.hubId) || files.has(key.id)) continue;
      const storedMs = await store.storedMs(key);
      if (storedMs === undefined || storedMs >= olderThanMs) continue;
      await store.remove(key);
      strays += 1;
    }
  };
  for await (const key of store.list()) {
    if (signal?.aborted) return { strays, foreign };
    if (keys.push(key) === batch) await checkBatch();
  }
  await checkBatch();
  return { strays, foreign };
}

async function removePartial(
  temporary: string,
  olderThanMs: number,
  signal?: AbortSignal,
): Promise<number> {
  let removed = 0;
  for (const name of await readdir(temporary).catch(() => [])) {
    if (signal?.aborted) break;
    const path = join(temporary, name);
    const changedMs = (await stat(path).catch(() => undefined))?.mtimeMs;
    if (changedMs === undefined || changedMs >= olderThanMs) continue;
    await rm(path, { force: true });
    removed += 1;
  }
  return removed;
}
