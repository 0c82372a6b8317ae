import { type ErrorCode, RateLimited, ServiceError } from '../../acl/language/errors.ts';
import { asId } from '../../acl/language/fields.ts';
import { fileBytes } from '../../acl/paths.ts';
import { fileToRead } from '../../db/access/files.ts';
import type { Pool } from '../../db/connection/connect.ts';
import { inHub, transact } from '../../db/connection/transaction.ts';
import type { AttachmentRecord } from '../../db/rows/messages/attachments.ts';
import type { ByteKey, ByteStore, StoredBytes } from '../../uploads/store.ts';
import type { Admissible, Gate } from '../core/admission.ts';
import type { Identified } from '../core/identity/identify.ts';
import { StaleCaller } from '../core/identity/predictions.ts';
import { withCaller } from '../core/identity/with-caller.ts';
import type { Request } from '../core/request.ts';
import { type FileLink, openFileLink } from '../secrets/file-links.ts';
import type { Seal } from '../secrets/seal.ts';

/** A file that the caller may read, opened. */
export interface Download {
  name: string;
  mimetype: string;
  /** Whether browsers may show it in the page; otherwise they save it. */
  inline: boolean;
  hubId: string;
  /** The bytes of a file never change. */
  etag: string;
  bytes: StoredBytes;
}

export interface Downloads {
  /**
   * Opens a file by its nid, or its thumbnail. Rights are checked for every request.
   * Fails with FILE_NOT_FOUND for a file that does not exist, is in another hub, or that the
   * caller may not read; with RATE_LIMITED for too many open downloads.
   */
  open(request: Request, nid: string, variant: ByteKey['variant']): Promise<Download>;
  /**
   * Returns what a signed link to a file says of its caller.
   * Fails with FILE_NOT_FOUND if it was not signed for this file, or has ended.
   */
  follow(nid: string, signature: string): FileLink;
}

const fileAccess: Admissible = { name: 'file', spec: fileBytes };
/** Open downloads of one user. */
const maxPerUser = 100;
const inlineTypes = [
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'video/mp4',
  'audio/mpeg',
  'application/pdf',
];

/** The same error for what does not exist and for what the caller may not read. */
export const unknownFile = (): ServiceError =>
  new ServiceError('FILE_NOT_FOUND', ['nid: is not a file that you can see']);

export interface DownloadDependencies {
  pool: Pool;
  gate: Gate;
  store: ByteStore;
  seal: Pick<Seal, 'sign'>;
  /** Unix milliseconds. */
  clock: () => number;
}

export function createDownloads(deps: DownloadDependencies): Downloads {
  const { pool, gate, store } = deps;
  const slots = createSlots(maxPerUser);

  const find = (request: Request, nid: string) =>
    withCaller(gate, request, (identified) =>
      findFor({ pool, gate }, request, identified, nid),
    ).catch((error: unknown) => {
      throw isAboutRights(error, request.link !== undefined) ? unknownFile() : error;
    });

  return {
    follow(nid, signature) {
      const link = openFileLink(deps.seal, nid, signature);
      if (!link || link.expiresMs <= deps.clock()) throw unknownFile();
      return link;
    },

    async open(request, nid, variant) {
      const { hubId, id, readerId, fileName, mimetype, hasThumbnail } = await find(request, nid);
      const isThumbnail = variant === 'thumb';
      if (isThumbnail && !hasThumbnail) throw unknownFile();
      const release = slots.take(readerId);
      const bytes = await openBytes(store, { hubId, id, variant }, release);
      return isThumbnail
        ? {
            name: `${fileName}.webp`,
            mimetype: 'image/webp',
            inline: true,
            hubId,
            etag: `"${id}.thumb"`,
            bytes,
          }
        : {
            name: fileName,
            mimetype,
            inline: inlineTypes.includes(mimetype),
            hubId,
            etag: `"${id}"`,
            bytes,
          };
    },
  };
}

/** Returns the row of a file. Its reader is confirmed in the same round trip. */
async function findFor(
  { pool, gate }: { pool: Pool; gate: Gate },
  request: Request,
  identified: Identified,
  nid: string,
): Promise<AttachmentRecord & { readerId: string }> {
  const parameters = await gate.readParams(fileAccess, request, identified);
  const { admitted } = await gate.admit(fileAccess, request, identified, parameters);
  const { hub, user } = admitted;
  if (!hub) throw unknownFile();
  const fail = (): never => {
    throw unknownFile();
  };
  const file = await transact(
    pool,
    async (tx) => {
      // In one round trip, the caller last: the file was theirs to read when it was read.
      const reading = fileToRead({ hub: inHub(tx, hub.id), user, fail }, asId(nid));
      const confirming = gate.confirm(tx, [admitted]);
      reading.catch(() => {});
      const [holds] = await confirming;
      if (!holds) throw new StaleCaller();
      return reading;
    },
    { hubId: hub.id, userId: user.id },
  );
  return { ...file, readerId: user.id };
}

/** `onClosed` is called once the bytes are closed, or if they cannot be opened. */
async function openBytes(
  store: ByteStore,
  key: ByteKey,
  onClosed: () => void,
): Promise<StoredBytes> {
  const bytes = await store.open(key).catch((error: unknown) => {
    onClosed();
    throw error;
  });
  if (!bytes) {
    onClosed();
    throw unknownFile();
  }
  return {
    size: bytes.size,
    read: (range) => bytes.read(range).once('close', onClosed),
    close: () => bytes.close().finally(onClosed),
  };
}

const aboutRights: readonly ErrorCode[] = ['PERMISSION_DENIED', 'INVALID_INPUT'];

/** Of a link also its end is hidden: who has it need not be who it was made for. */
const isAboutRights = (error: unknown, isLink: boolean): boolean =>
  error instanceof ServiceError &&
  (aboutRights.includes(error.code) || (isLink && error.code === 'NOT_AUTHENTICATED'));

/** Counts what each user holds at once: a download holds a connection and an open file. */
function createSlots(max: number) {
  const counts = new Map<string, number>();
  return {
    /** Returns how to release the slot. Fails with RATE_LIMITED if none is left. */
    take(userId: string): () => void {
      const count = counts.get(userId) ?? 0;
      if (count >= max) throw new RateLimited(1);
      counts.set(userId, count + 1);
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        const left = (counts.get(userId) ?? 1) - 1;
        if (left > 0) counts.set(userId, left);
        else counts.delete(userId);
      };
    },
  };
}
