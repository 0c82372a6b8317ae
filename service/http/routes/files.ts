import { Readable } from 'node:stream';
import { ServiceError } from '../../../acl/language/errors.ts';
import { type Context, callOf, corsHub, originOf, queryParams } from '../context.ts';
import type { Cors } from '../cors.ts';
import { type Download, type Downloads, unknownFile } from '../downloads.ts';
import { type ByteRange, hasCopy, parseRange } from '../ranges.ts';

export interface FileDependencies {
  downloads: Downloads;
  cors: Cors;
}

/** A client that takes nothing of a file for this long is cut. */
const idleMs = 60_000;

/** Returns the function that answers with the bytes of a file, or of its thumbnail. */
export function createFileRoute({ downloads, cors }: FileDependencies) {
  return async (ctx: Context, nid: string, variant: string | undefined): Promise<void> => {
    if (ctx.method === 'OPTIONS') return cors.preflight(ctx);
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') throw new ServiceError('METHOD_NOT_ALLOWED');
    if (variant !== undefined && variant !== 'thumb') throw unknownFile();
    const isSigned = ctx.query.sig !== undefined;
    const request = isSigned ? signedCallOf(ctx, downloads, nid) : callOf(ctx, 'file');
    const params = async () => (isSigned ? {} : queryParams(ctx, {}));
    const download = await downloads.open({ ...request, params }, nid, variant ?? 'file');
    try {
      await cors.allow(ctx, isSigned ? { id: download.hubId, host: undefined } : corsHub(ctx));
      answer(ctx, download);
      if (isSigned) {
        ctx.set('Cross-Origin-Resource-Policy', 'cross-origin');
        ctx.set('Referrer-Policy', 'no-referrer');
      }
    } finally {
      // A stream closes the bytes at its end.
      if (!(ctx.body instanceof Readable)) await download.bytes.close();
    }
  };
}

/** A signed link says who calls, and in which hub: whatever else is sent does not count. */
function signedCallOf(ctx: Context, { follow }: Downloads, nid: string): ReturnType<typeof callOf> {
  const { sig } = ctx.query;
  if (typeof sig !== 'string') throw unknownFile();
  const link = follow(nid, sig);
  return {
    method: 'file',
    readOnly: true,
    mayMark: false,
    // No header can bring a token with such a space in it.
    token: `link\n${link.by} ${link.id}`,
    link,
    page: undefined,
    hub: { query: link.hubId },
    origin: originOf(ctx),
    onIdentified() {
      ctx.state.isIdentified = true;
    },
  };
}

function answer(ctx: Context, download: Download): void {
  const { bytes, etag, name, inline, mimetype } = download;
  ctx.set('Cache-Control', 'private, no-cache');
  ctx.set('Content-Security-Policy', "sandbox; default-src 'none'");
  ctx.set('Cross-Origin-Resource-Policy', 'same-site');
  ctx.set('ETag', etag);
  ctx.set('Accept-Ranges', 'bytes');
  if (hasCopy(ctx.get('If-None-Match'), etag)) {
    ctx.status = 304;
    return;
  }
  const range = selectRange(ctx, etag, bytes.size);
  ctx.status = range ? 206 : 200;
  ctx.attachment(name, {
    type: inline ? 'inline' : 'attachment',
    fallback: name.replace(/[^\x20-\x7e]/g, '?'),
  });
  ctx.set('Content-Type', mimetype);
  ctx.length = range ? range.end - range.start + 1 : bytes.size;
  if (ctx.method === 'HEAD') return;
  ctx.res.setTimeout(idleMs, () => ctx.res.destroy());
  // The connection is cut on an error, so that a part of a file does not look like all of it.
  ctx.body = bytes.read(range).once('error', () => ctx.res.destroy());
}

/** Sets Content-Range for a part of the file. Fails with INVALID_RANGE for one outside it. */
function selectRange(ctx: Context, etag: string, size: number): ByteRange | undefined {
  const isCurrent = ['', etag].includes(ctx.get('If-Range'));
  const isPart = ctx.method === 'GET' && isCurrent;
  const range = isPart ? parseRange(ctx.get('Range'), size) : undefined;
  if (range) ctx.set('Content-Range', `bytes ${range.start}-${range.end}/${size}`);
  if (range === null) {
    ctx.set('Content-Range', `bytes */${size}`);
    throw new ServiceError('INVALID_RANGE', [`Range: the file has ${size} bytes`]);
  }
  return range;
}
