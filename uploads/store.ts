import type { Readable } from 'node:stream';
import { Outage } from '../acl/language/errors.ts';

/** Opened bytes. They must be read or closed. */
export interface StoredBytes {
  size: number;
  /** Streams all bytes, or those from `start` to `end`, both included. */
  read(range?: { start: number; end: number }): Readable;
  close(): Promise<void>;
}

/** Stores the bytes of files, each under its key. */
export interface ByteStore {
  /** Moves a local file into the store. Once it resolves, the bytes survive a crash. */
  put(key: ByteKey, path: string): Promise<void>;
  /** Resolves to undefined for a key without bytes. */
  open(key: ByteKey): Promise<StoredBytes | undefined>;
  /** Does nothing for a key without bytes. */
  remove(key: ByteKey): Promise<void>;
  /** Lists every key, in no order. */
  list(): AsyncIterable<ByteKey>;
  /** Returns when the bytes were put, in unix milliseconds. */
  storedMs(key: ByteKey): Promise<number | undefined>;
}

/** The key of a hub's file, or of its thumbnail. */
export interface ByteKey {
  hubId: string;
  id: string;
  variant: 'file' | 'thumb';
}

/** The disk is full or unavailable, and nothing was stored. */
export class StorageFailed extends Outage {
  override readonly details = ['file: cannot be stored now'];
}

/** Removes a file and its thumbnail. */
export async function removeBytes(store: ByteStore, hubId: string, id: string): Promise<void> {
  for (const variant of ['file', 'thumb'] as const) await store.remove({ hubId, id, variant });
}
