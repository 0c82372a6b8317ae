import { RateLimited, ServiceError } from '../../../acl/language/errors.ts';
import { asId } from '../../../acl/language/fields.ts';
import { fileBytes } from '../../../acl/methods/chat/files.ts';
import { fileToRead } from '../../../db/access/rooms.ts';
import type { Pool } from '../../../db/connection/connect.ts';
import { inHub, transact } from '../../../db/connection/transaction.ts';
import type { AttachmentRecord } from '../../../db/rows/messages/attachments.ts';
import type { ByteKey, ByteStore, StoredBytes } from '../../../uploads/store.ts';
import type { Gate, Request } from '../../core/admission.ts';

/** A file that may be sent to who asked for it. */
export interface OpenFile {
  name: string;
  mimetype: string;
  /** Shown in the page; otherwise it is saved. */
  inline: boolean;
  /** The bytes of a file never change. */
  etag: string;
  bytes: StoredBytes;
}

export interface Files {
  /** Rights are asked for on every request. No such file, none of this hub, and no right are one and the same FILE_NOT_FOUND. */
  open(request: Request, nid: string, variant: 'file' | 'thumb'): Promise<OpenFile>;
}

/** Of one user's downloads. */
const mostAtOnce = 100;
const shownInline = [
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'video/mp4',
  'audio/mpeg',
  'application/pdf',
];

/** The one answer for what is not there, and for what may not be had. */
export const unknownFile = (): ServiceError =>
  new ServiceError('FILE_NOT_FOUND', ['nid: names no file that you can see']);

export function createFiles(pool: Pool, gate: Gate, store: ByteStore): Files {
  /** How many files each user is reading. */
  const reading = new Map<string, number>();

  /** Each of them holds a connection and an open file. */
  async function openFor(userId: string, key: ByteKey): Promise<StoredBytes | undefined> {
    const count = reading.get(userId) ?? 0;
    if (count >= mostAtOnce) throw new RateLimited(1);
    reading.set(userId, count + 1);
    let isOpen = true;
    const closed = () => {
      if (!isOpen) return;
      isOpen = false;
      const left = (reading.get(userId) ?? 1) - 1;
      if (left > 0) reading.set(userId, left);
      else reading.delete(userId);
    };
    const bytes = await store.open(key).catch((error: unknown) => {
      closed();
      throw error;
    });
    if (!bytes) closed();
    return (
      bytes && {
        size: bytes.size,
        read: (range) => bytes.read(range).once('close', closed),
        close: () => bytes.close().finally(closed),
      }
    );
  }

  async function find(
    request: Request,
    nid: string,
  ): Promise<AttachmentRecord & { readerId: string }> {
    const { admitted } = await gate
      .admit({ name: 'file', spec: fileBytes }, request, () => {})
      .catch((error: unknown) => {
        const isHidden =
          error instanceof ServiceError &&
          ['PERMISSION_DENIED', 'INVALID_INPUT'].includes(error.code);
        throw isHidden ? unknownFile() : error;
      });
    const { hub, user } = admitted;
    if (!hub) throw unknownFile();
    const fail = (): never => {
      throw unknownFile();
    };
    const file = await transact(pool, (tx) =>
      fileToRead({ hub: inHub(tx, hub.id), user, fail }, asId(nid)),
    );
    return { ...file, readerId: user.id };
  }

  return {
    async open(request, nid, variant) {
      const file = await find(request, nid);
      const isThumbnail = variant === 'thumb';
      if (isThumbnail && !file.hasThumbnail) throw unknownFile();
      const bytes = await openFor(file.readerId, { hubId: file.hubId, id: file.id, variant });
      if (!bytes) throw unknownFile();
      return {
        name: isThumbnail ? `${file.fileName}.webp` : file.fileName,
        mimetype: isThumbnail ? 'image/webp' : file.mimetype,
        inline: isThumbnail || shownInline.includes(file.mimetype),
        etag: `"${file.id}${isThumbnail ? '.thumb' : ''}"`,
        bytes,
      };
    },
  };
}

/**
 * The part that a Range header asks for; undefined: all of it, also for several parts at once and for what is not understood;
 * null: none that there is.
 */
export function rangeOf(
  header: string,
  size: number,
): { start: number; end: number } | undefined | null {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header.replaceAll(' ', '')) ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return undefined;
  const start = from === '' ? Math.max(size - Number(to), 0) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (from !== '' && to !== '' && Number(to) < start) return undefined;
  return start > end ? null : { start, end };
}

/** Whether the caller's copy is the one there is. A browser that asks again says no-cache itself: that is no wish for the bytes. */
export const isSameCopy = (ifNoneMatch: string, etag: string): boolean =>
  ifNoneMatch
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
    .some((tag) => tag === '*' || tag === etag);
