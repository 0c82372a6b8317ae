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
/** A file that was staged and not sent for so long is given up. */
export const staleAfterMs = stagedFileHours * hour;
/** Bytes without a row may wait for theirs so long: an upload ends within it. */
export const strayAfterMs = 2 * hour;
const batch = 500;

/** Remove the bytes of freed files, then their rows: a crash in between leaves a row whose bytes are removed once more. */
export async function removeFreed(
  { pool, store }: Pick<SweepDependencies, 'pool' | 'store'>,
  signal?: AbortSignal,
): Promise<number> {
  let removed = 0;
  for (;;) {
    const keys = await transact(pool, (tx) => listFreed(tx, batch));
    const gone: FileKey[] = [];
    let trouble: unknown;
    for (const key of keys) {
      await removeBytes(store, key.hubId, key.id).then(
        () => gone.push(key),
        (error: unknown) => {
          trouble ??= error;
        },
      );
    }
    if (gone.length > 0) await transact(pool, (tx) => deleteFreed(tx, gone));
    removed += gone.length;
    // One that cannot be removed keeps no other from going.
    if (trouble) throw trouble;
    if (keys.length < batch || signal?.aborted) return removed;
  }
}

export interface Swept {
  /** Files that were staged and never sent. */
  stale: number;
  /** Bytes that no row knows, of uploads cut by a crash. */
  strays: number;
  /** Parts of files that were never whole. */
  partial: number;
  /** Bytes of hubs that this database does not know: left alone, for it may be the wrong database. */
  foreign: number;
}

/** Give up what nobody will send, and remove what crashes left. */
export async function sweep(
  deps: SweepDependencies,
  now: number,
  signal?: AbortSignal,
): Promise<Swept> {
  let stale = 0;
  for (let freed = batch; freed === batch; stale += freed)
    freed = await transact(deps.pool, (tx) => freeStale(tx, now - staleAfterMs, batch));
  await removeFreed(deps, signal);
  return {
    stale,
    ...(await removeStrays(deps, now - strayAfterMs, signal)),
    partial: await removePartial(deps.temporary, now - strayAfterMs),
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
  const look = async () => {
    const looked = keys;
    keys = [];
    const { files, hubs } = await transact(pool, (tx) => listKnown(tx, looked));
    for (const key of looked) {
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
    if (keys.push(key) === batch) await look();
  }
  await look();
  return { strays, foreign };
}

async function removePartial(temporary: string, olderThanMs: number): Promise<number> {
  let removed = 0;
  for (const name of await readdir(temporary).catch(() => [])) {
    const path = join(temporary, name);
    const changedMs = (await stat(path).catch(() => undefined))?.mtimeMs;
    if (changedMs === undefined || changedMs >= olderThanMs) continue;
    await rm(path, { force: true });
    removed += 1;
  }
  return removed;
}
