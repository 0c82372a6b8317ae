import http from 'node:http';
import { expect } from 'chai';
import { app, operatorToken } from '../../support/app.ts';
import { headersOf, type Sender } from '../../support/files.ts';
import { newHub } from '../../support/hub.ts';
import { posted, read, unknown } from './support.ts';

/** A request whose path is sent without normalization. */
const rawGet = (path: string, headers: Record<string, string>) =>
  new Promise<{ status: number; headers: http.IncomingHttpHeaders; text: string }>(
    (resolve, reject) => {
      const { hostname, port } = new URL(app().url);
      http
        .get({ hostname, port, path, headers, agent: false }, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text: Buffer.concat(chunks).toString(),
            }),
          );
        })
        .on('error', reject);
    },
  );

describe('A file that cannot be read', () => {
  it('gets the same response whether it exists or not, and whatever its name', async () => {
    const [one, other] = [
      await newHub({ alice: 7, bob: 7, carol: 7 }),
      await newHub({ dave: 7, erin: 7 }),
    ];
    const { alice, bob, carol } = one.members;
    const { dave, erin } = other.members;
    const { nid } = await posted(alice, bob.id);
    const deleted = await posted(alice, bob.id);
    await alice.chat.delete({ messages: [deleted.id], option: 'all' });
    const foreign = await posted(dave, erin.id);
    const shape = async (path: string, asker: Sender) => {
      const { status, headers, text } = await rawGet(path, headersOf(asker));
      const { date: _, 'x-request-id': requestId, ...rest } = headers;
      const body = JSON.parse(text);
      expect(body.request_id).to.equal(requestId);
      return { status, ...rest, body: { ...body, request_id: '', __timestamp__: 0 } };
    };
    const refusal = await shape('/-/file/01900000-0000-7000-8000-000000000000', bob);
    expect(refusal.status).to.equal(404);
    expect(refusal.body).to.include({ error: 'FILE_NOT_FOUND', data: null });
    expect(JSON.stringify(refusal.body)).to.not.contain('0190');

    const askers: [path: string, asker: Sender][] = [
      [nid, carol],
      [`${nid}/thumb`, carol],
      [`${nid}/thumb`, bob],
      [`${nid}/other`, bob],
      [deleted.nid, bob],
      [foreign.nid, bob],
      [foreign.nid, { ...bob, token: bob.token, hubId: other.id }],
      [nid, { token: dave.token, hubId: one.id }],
      [nid, { token: dave.token }],
      [nid, { token: bob.token, hubId: 'nowhere' }],
      [nid, { token: operatorToken, hubId: one.id }],
    ];
    for (const [path, asker] of askers)
      expect(await shape(`/-/file/${path}`, asker), path).to.deep.equal(refusal);

    const names = [
      'x',
      '0',
      '..',
      '%2e%2e',
      '%00',
      `${nid}%00`,
      `%20${nid}`,
      `${nid}.thumb`,
      nid.toUpperCase(),
    ];
    const paths = [
      '..%2f..%2fetc%2fpasswd',
      '..%5c..%5cwindows',
      '../thumb',
      '%2e%2e/thumb',
      `${one.id}%2f${nid.slice(-2)}%2f${nid}`,
    ];
    const strange = [
      '%C3%A9',
      '%F0%9F%98%80',
      '%E0%A4%A',
      '%',
      "'--",
      '%25',
      '*',
      '__proto__',
      'constructor',
      'x'.repeat(8000),
    ];
    for (const name of [...names, ...paths, ...strange]) {
      expect(await shape(`/-/file/${name}`, bob), name.slice(0, 60)).to.deep.equal(refusal);
      if (!name.includes('/'))
        expect(
          await shape(`/-/file/${name}/thumb`, bob),
          `${name.slice(0, 60)}/thumb`,
        ).to.deep.equal(refusal);
    }
    for (const path of ['/-/file/../../etc/passwd', '/-/file/..%2f../x/y', '/-/file//etc/passwd'])
      expect((await rawGet(path, headersOf(bob))).status, path).to.equal(404);
    expect(await read(bob, nid)).to.equal('a note');
  });

  it('includes a file by a name that is almost its nid', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { nid } = await posted(members.alice, members.bob.id);
    expect(await read(members.bob, nid)).to.equal('a note');
    for (const name of [`${nid}%09`, `${nid}%00`, `${nid}%20`, `${nid}%20%20%20`])
      expect(await read(members.bob, name), name).to.equal(unknown);
  });
});
