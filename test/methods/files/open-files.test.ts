import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import http from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import { app, dataDir } from '../../support/app.ts';
import { headersOf, picture, upload } from '../../support/files.ts';
import { newHub } from '../../support/hub.ts';
import { request } from '../../support/request.ts';
import { eventually } from '../../support/wait.ts';
import { absent, get, openFiles, stall } from './support.ts';

describe('Open files of the service', () => {
  it('are closed after every kind of response', async () => {
    const { members, id } = await newHub({ alice: 7 });
    const { alice } = members;
    const { nid } = await upload(alice, 'a.png', await picture(400, 400).png().toBuffer());
    for (const what of [nid, `${nid}/thumb`]) {
      const etag = (await get(alice, what)).header('etag') ?? '';
      expect((await get(alice, what, { range: 'bytes=1-2' })).status).to.equal(206);
      await eventually(async () => (await openFiles(id)) === 0);
      const without: [status: number, headers: Record<string, string>, verb: string][] = [
        [200, {}, 'HEAD'],
        [416, { range: 'bytes=9999999-' }, 'GET'],
        [304, { 'if-none-match': etag }, 'GET'],
      ];
      for (const [status, more, verb] of without) {
        const reply = await request(`/-/file/${what}`, {
          verb,
          headers: { ...headersOf(alice), ...more },
        });
        expect([reply.status, await openFiles(id)]).to.deep.equal([status, 0]);
      }
    }
  });

  it('are closed when readers disconnect, and do not block others meanwhile', async () => {
    const { members, id } = await newHub({ alice: 7 });
    const { alice } = members;
    const sent = randomBytes(12_000_000);
    const { nid } = await upload(alice, 'large.bin', sent);
    const stalled = await Promise.all(Array.from({ length: 12 }, () => stall(alice, nid)));
    expect(await openFiles(id)).to.equal(12);
    expect((await get(alice, nid)).bytes.equals(sent)).to.equal(true);
    expect((await alice.hub.info()).hub_id).to.equal(id);
    for (const response of stalled) response.destroy();
    for (let n = 0; n < 12; n++) {
      const sent = http.get(`${app().url}/-/file/${nid}`, {
        headers: headersOf(alice),
        agent: false,
      });
      sent.on('error', () => {}).once('finish', () => sent.destroy());
    }
    expect((await get(alice, nid, { range: 'bytes=-3' })).bytes.equals(sent.subarray(-3))).to.equal(
      true,
    );
    await eventually(async () => (await openFiles(id)) === 0);
  });

  it('respond 404 when missing from the disk, unlike the others', async () => {
    const { members, id } = await newHub({ alice: 7 });
    const { alice } = members;
    const png = await picture(400, 400).png().toBuffer();
    const [one, two] = [await upload(alice, 'a.png', png), await upload(alice, 'b.png', png)];
    const pathOf = (nid: string) => join(dataDir(), 'files', id, nid.slice(-2), nid);
    await rm(pathOf(one.nid));
    await absent(alice, one.nid);
    expect((await get(alice, `${one.nid}/thumb`)).status).to.equal(200);
    await rm(`${pathOf(two.nid)}.thumb`);
    await absent(alice, `${two.nid}/thumb`);
    expect((await get(alice, two.nid)).bytes.equals(png)).to.equal(true);
  });
});
