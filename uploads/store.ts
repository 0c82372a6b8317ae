import type { Readable } from 'node:stream';
import { Outage } from '../acl/language/errors.ts';

/** Bytes that are there. Read them or close them. */
export interface StoredBytes {
  size: number;
  /** All of them, or those from `start` to `end`, both included. */
  read(range?: { start: number; end: number }): Readable;
  close(): Promise<void>;
}

/** Keeps the bytes of files, each under its key. */
export interface ByteStore {
  /** Take a local file in. When it resolves the bytes outlive a crash, and the local file is gone. */
  put(key: ByteKey, path: string): Promise<void>;
  open(key: ByteKey): Promise<StoredBytes | undefined>;
  /** What is not there is removed already. */
  remove(key: ByteKey): Promise<void>;
  /** Every key, in no order. */
  list(): AsyncIterable<ByteKey>;
  /** When the bytes came in, unix milliseconds. */
  storedMs(key: ByteKey): Promise<number | undefined>;
}

/** A file of a hub, or its thumbnail. */
export interface ByteKey {
  hubId: string;
  id: string;
  variant: 'file' | 'thumb';
}

/** The disk is full, or gone: nothing was kept. */
export class StorageFailed extends Outage {
  override readonly details = ['file: cannot be stored now'];
}

/** Remove a file and its thumbnail. */
export async function removeBytes(store: ByteStore, hubId: string, id: string): Promise<void> {
  for (const variant of ['file', 'thumb'] as const) await store.remove({ hubId, id, variant });
}
