import { type Blob, File } from 'node:buffer';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import sharp from 'sharp';
import type { StagedFile } from '../../acl/entities/file.ts';
import type { DatabaseAddress } from '../../db/connection/connect.ts';
import { createDiskStore } from '../../uploads/disk.ts';
import { removeFreed } from '../../uploads/sweep.ts';
import { app, database, dataDir } from './app.ts';
import type { Member } from './hub.ts';
import { type Answer, request } from './request.ts';

export type Bytes = Buffer | string;
/** The sender and the service. */
export type Sender = Partial<Pick<Member, 'token' | 'hubId'>>;

export const picture = (width = 40, height = 20) =>
  sharp({ create: { width, height, channels: 3, background: 'teal' } });
export const pngOf = (width: number, height: number): Promise<Buffer> =>
  picture(width, height).png().toBuffer();

/** The paths below a folder, and the folder as `.`, that others than the owner may use. */
export async function openPaths(folder: string): Promise<string[]> {
  const paths = ['.', ...(await readdir(folder, { recursive: true }))].sort();
  const modes = await Promise.all(paths.map(async (path) => (await stat(join(folder, path))).mode));
  return paths.filter((_, index) => ((modes[index] ?? 0) & 0o077) !== 0);
}

/** Uploads files as a browser does, through the typed client. */
export async function uploadAll(
  member: Pick<Member, 'chat'>,
  ...files: (readonly [name: string, bytes: Bytes, type?: string])[]
): Promise<StagedFile[]> {
  const parts = files.map(([name, bytes, type = '']) => new File([bytes], name, { type }));
  const staged = await member.chat.upload({ file: parts as Blob[] as globalThis.Blob[] });
  expect(staged).to.have.length(files.length);
  return staged;
}

export async function upload(
  member: Member,
  name = 'note.txt',
  bytes: Bytes = 'a note',
  type?: string,
): Promise<StagedFile> {
  const [file] = await uploadAll(member, [name, bytes, type]);
  return file ?? expect.fail('nothing was taken');
}

/** Uploads some files of one member; returns their nids. */
export const uploadIds = async (member: Member, count: number): Promise<string[]> =>
  (
    await uploadAll(
      member,
      ...Array.from({ length: count }, (_, n) => [`${n}.txt`, `file ${n}`] as const),
    )
  ).map((file) => file.nid);

export interface Part {
  name?: string;
  filename?: string;
  type?: string;
  content?: Bytes;
}
export const filePart = (content: Part['content'], filename = 'a.txt'): Part => ({
  filename,
  content,
});

const boundary = 'a-line-that-no-file-has';
export const formType = `multipart/form-data; boundary=${boundary}`;

/** A raw multipart body, for names that no browser would send. */
export function formOf(...parts: Part[]): Buffer {
  const written = parts.flatMap(({ name = 'file', filename, type, content = 'x' }) => {
    const named = filename === undefined ? '' : `; filename="${filename}"`;
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${named}\r\n`;
    return [head, type === undefined ? '\r\n' : `Content-Type: ${type}\r\n\r\n`, content, '\r\n'];
  });
  return Buffer.concat([...written, `--${boundary}--\r\n`].map((part) => Buffer.from(part)));
}

export const headersOf = ({ token, hubId }: Sender): Record<string, string> => ({
  ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  ...(hubId === undefined ? {} : { 'x-hub-id': hubId }),
});

/** Uploads a raw multipart body. */
export const sendForm = (sender: Sender, body: Bytes, url = app().url): Promise<Answer> =>
  request(
    '/-/svc/chat.upload',
    { headers: { 'content-type': formType, ...headersOf(sender) }, body },
    url,
  );

/** An upload whose body waits until the service asks for it. */
export interface Waiting {
  /** True if the body may be sent; otherwise there is a response already. */
  isAsked: boolean;
  sent: http.ClientRequest;
  answer: Promise<{ status: number; error?: string }>;
}

export function askToUpload(
  sender: Sender,
  url = app().url,
  more: Record<string, string> = {},
): Promise<Waiting> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': formType,
      expect: '100-continue',
      ...headersOf(sender),
      ...more,
    };
    const sent = http.request(`${url}/-/svc/chat.upload`, {
      method: 'POST',
      headers,
      agent: false,
    });
    const answer = new Promise<{ status: number; error?: string }>((answered, failed) => {
      sent.on('error', failed);
      sent.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          sent.destroy();
          answered({
            status: response.statusCode ?? 0,
            error: JSON.parse(Buffer.concat(chunks).toString()).error,
          });
        });
      });
    });
    answer.then(() => resolve({ isAsked: false, sent, answer }), reject);
    sent.on('continue', () => resolve({ isAsked: true, sent, answer }));
  });
}

/** The names of all files in a folder, recursively. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.flatMap((entry) => (entry.isFile() ? [entry.name] : [])).sort();
}

/** The stored files of a hub, including thumbnails. */
export const storedOf = (hubId: string): Promise<string[]> =>
  filesIn(join(dataDir(), 'files', hubId));

/** The names of files that are being received, of all hubs. */
export const partialFiles = (): Promise<string[]> => filesIn(join(dataDir(), 'files', 'tmp'));

/** The rows of a hub's files in any state. */
export async function rowsOf(hubId: string): Promise<{ id: string; state: string }[]> {
  const [rows] = await app().pool.query(
    'SELECT id, state FROM attachments WHERE hub_id = ? ORDER BY id',
    [hubId],
  );
  return rows as { id: string; state: string }[];
}

/** Asserts that neither bytes, partial bytes nor a row remain, as if nothing had been sent. */
export async function nothingKept(hubId: string): Promise<void> {
  const kept = {
    stored: await storedOf(hubId),
    partial: await partialFiles(),
  };
  expect({ ...kept, rows: await rowsOf(hubId) }).to.deep.equal({
    stored: [],
    partial: [],
    rows: [],
  });
}

/** Removes the bytes of freed files now; the service itself does it within a second. */
export const freeNow = (): Promise<number> =>
  removeFreed({ pool: app().pool, store: createDiskStore(join(dataDir(), 'files')) });

/** Requests the bytes of a file. */
export const fetchFile = (sender: Sender, nid: string): Promise<Answer> =>
  request(`/-/file/${nid}`, { verb: 'GET', headers: headersOf(sender) });

/** A folder that is removed after the test. */
export async function ownFolder(): Promise<{ folder: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'hubchat-own-'));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

/** A database with empty tables, for tests of all files of all hubs. */
export async function ownDatabase(): Promise<{ address: DatabaseAddress } & AsyncDisposable> {
  const shared = database();
  const name = `hubchat_own_${process.pid}`;
  await app().pool.query(
    `CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
  );
  const address =
    'uri' in shared ? { uri: withPath(shared.uri, `/${name}`) } : { ...shared, database: name };
  return {
    address,
    [Symbol.asyncDispose]: async () => void (await app().pool.query(`DROP DATABASE ${name}`)),
  };
}

const withPath = (uri: string, pathname: string): string =>
  Object.assign(new URL(uri), { pathname }).href;
