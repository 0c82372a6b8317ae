import { readdir, readlink } from 'node:fs/promises';
import http from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import { app, dataDir } from '../../support/app.ts';
import { headersOf, type Sender, upload } from '../../support/files.ts';
import type { Member } from '../../support/hub.ts';
import { request } from '../../support/request.ts';

/** A member's request for `/-/file/<what>`, where `what` is a nid, optionally with `/thumb`. */
export async function get(
  member: Member,
  what: string,
  headers: Record<string, string> = {},
  method = 'GET',
) {
  const init = { method, headers: { ...headersOf(member), ...headers } };
  const response = await fetch(`${app().url}/-/file/${what}`, init);
  const bytes = Buffer.from(await response.arrayBuffer());
  const header = (name: string) => response.headers.get(name);
  const isRefusal = response.status >= 400 && response.status !== 416 && bytes.length > 0;
  const error = isRefusal ? JSON.parse(bytes.toString()).error : undefined;
  return {
    status: response.status,
    header,
    bytes,
    text: bytes.toString(),
    error,
    headers: response.headers,
  };
}

export const absent = async (member: Member, what: string) => {
  const { status, error } = await get(member, what);
  expect([status, error], what).to.deep.equal([404, 'FILE_NOT_FOUND']);
};

/** How many of a hub's files this process, which runs the service, has open. */
export async function openFiles(hubId: string): Promise<number> {
  const links = await Promise.all(
    (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
  );
  return links.filter((link) => link.startsWith(join(dataDir(), 'files', hubId))).length;
}

/** A client that reads the beginning of the response and then stalls. */
export const stall = (member: Member, what: string) =>
  new Promise<http.IncomingMessage>((resolve, reject) => {
    const sent = http.get(
      `${app().url}/-/file/${what}`,
      { headers: headersOf(member), agent: false },
      (response) => {
        response.on('error', () => {});
        response.once('readable', () => resolve(response));
      },
    );
    sent.on('error', reject);
  });

/** A message with a file. */
export async function posted(member: Member, entityId: string, bytes?: string) {
  const { nid } = await upload(member, 'note.txt', bytes);
  const { message_id: id } = await member.chat.post({
    entity_id: entityId,
    message: '',
    attachment: [nid],
  });
  return { nid, id };
}

export const ask = (
  asker: Sender,
  what: string,
  headers: Record<string, string> = {},
  url = app().url,
) => request(`/-/file/${what}`, { verb: 'GET', headers: { ...headersOf(asker), ...headers } }, url);

/** The text of the file, or the status and error code of the response. */
export async function read(
  asker: Sender,
  what: string,
  headers: Record<string, string> = {},
  url = app().url,
) {
  const { status, text, body } = await ask(asker, what, headers, url);
  return status === 200 ? text : `${status} ${body?.error ?? ''}`.trim();
}
export const unknown = '404 FILE_NOT_FOUND';
export const nobody = '401 NOT_AUTHENTICATED';
