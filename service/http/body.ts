import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip as unpack } from 'node:zlib';
import getRawBody from 'raw-body';
import { ServiceError } from '../../acl/language/errors.ts';
import type { Received, Receiver, Sender } from '../../uploads/receive.ts';

export const bodyLimit = 1024 * 1024;
export const anonymousBodyLimit = 16 * 1024;

/** Deeper than anything that a method takes. */
const mostLevels = 64;

const jsonWithinMs = 60_000;
/** How long a client may send nothing, in the middle of its files. */
const idleMs = 60_000;

/** A body that may be read. */
export interface Body {
  request: IncomingMessage;
  /** Called before it is read: a client that asked whether it may send is told so. */
  begin(): void;
}

const isJson = (type: string): boolean => /^application\/json\s*(;|$)/i.test(type);
const typeOf = (request: IncomingMessage): string => request.headers['content-type'] ?? '';

function refuseCompressed(request: IncomingMessage): void {
  if (request.headers['content-encoding'] !== undefined)
    throw new ServiceError('UNSUPPORTED_TYPE', [
      'Content-Encoding: compressed bodies are not read',
    ]);
}

const isEmpty = ({ headers }: IncomingMessage): boolean =>
  Number(headers['content-length'] ?? 0) === 0 && headers['transfer-encoding'] === undefined;

/** The bytes of a body; none without one. */
export async function readBytes(body: Body, limit: number): Promise<Buffer> {
  if (isEmpty(body.request)) return Buffer.alloc(0);
  refuseCompressed(body.request);
  return readRaw(body, limit);
}

async function readRaw({ request, begin }: Body, limit: number): Promise<Buffer> {
  begin();
  const slow = setTimeout(() => request.destroy(), jsonWithinMs);
  return getRawBody(request, { length: request.headers['content-length'], limit })
    .catch((error: { type?: string }) => {
      throw error.type === 'entity.too.large'
        ? new ServiceError('TOO_LARGE', [`body: more than ${limit} bytes`])
        : new ServiceError('INVALID_INPUT', ['body: was cut short']);
    })
    .finally(() => clearTimeout(slow));
}

const gunzip = promisify<Buffer, { maxOutputLength: number }, Buffer>(unpack);

/** The same of a body that may be packed: the limit is of what is in it, too. */
export async function readPacked(body: Body, limit: number): Promise<Buffer> {
  if (isEmpty(body.request)) return Buffer.alloc(0);
  const { 'content-encoding': encoding = 'identity' } = body.request.headers;
  if (!['gzip', 'identity'].includes(encoding.toLowerCase())) refuseCompressed(body.request);
  const packed = await readRaw(body, limit);
  if (encoding.toLowerCase() !== 'gzip') return packed;
  return gunzip(packed, { maxOutputLength: limit }).catch((error: { code?: string }) => {
    throw error.code === 'ERR_BUFFER_TOO_LARGE'
      ? new ServiceError('TOO_LARGE', [`body: more than ${limit} bytes`])
      : new ServiceError('INVALID_INPUT', ['body: is not in gzip']);
  });
}

/** The parameters in a JSON body; none without a body. */
export async function readJson(body: Body, limit: number): Promise<Record<string, unknown>> {
  if (isEmpty(body.request)) return {};
  const type = typeOf(body.request);
  if (!isJson(type))
    throw new ServiceError('UNSUPPORTED_TYPE', [
      `Content-Type: is ${type || 'missing'}; must be application/json`,
    ]);
  return parseObject(await readBytes(body, limit));
}

function parseObject(body: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new ServiceError('INVALID_INPUT', ['body: is not valid JSON in UTF-8']);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ServiceError('INVALID_INPUT', ['body: must be a JSON object']);
  const params = value as Record<string, unknown>;
  const deep = Object.keys(params).find((name) => isDeeper(params[name], mostLevels));
  if (deep !== undefined)
    throw new ServiceError('INVALID_INPUT', [`${deep}: deeper than ${mostLevels} levels`]);
  return params;
}

/** Level by level, for what is checked may be too deep for calls. */
function isDeeper(value: unknown, levels: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= levels; depth++) {
    level = level.flatMap((one) =>
      typeof one === 'object' && one !== null ? Object.values(one) : [],
    );
    if (level.length === 0) return false;
  }
  return true;
}

/** What a body of files holds. */
export async function readFiles(
  { request, begin }: Body,
  receiver: Receiver,
  sender: Sender,
): Promise<Received> {
  const type = typeOf(request);
  if (!/^multipart\/form-data\s*;/i.test(type))
    throw new ServiceError('UNSUPPORTED_TYPE', [
      `Content-Type: is ${type || 'missing'}; must be multipart/form-data`,
    ]);
  refuseCompressed(request);
  const cut = () => void request.destroy();
  request.setTimeout(idleMs, cut);
  const arrived = () => {
    request.setTimeout(0);
    request.removeListener('timeout', cut);
  };
  // Only the client is waited for so long: what is done with the files takes its time.
  request.once('end', arrived);
  return receiver.receive(request, sender, begin).finally(arrived);
}
