import { expect } from 'chai';
import { upload } from '../../support/files.ts';
import { newHub } from '../../support/hub.ts';
import { request } from '../../support/request.ts';
import { ask, posted } from './support.ts';

describe('A page of another origin', () => {
  const [page, evil] = ['https://app.example', 'https://evil.example'];

  it('may read a file or an error if the hub allows it, without credentials', async () => {
    const { members, operator } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { nid } = await posted(alice, bob.id);
    await operator.hub.update({ origins: [page] });
    const etag = (await ask(bob, nid)).headers.etag ?? '';
    const answers = [
      [nid, {}, 200],
      [nid, { range: 'bytes=0-1' }, 206],
      [nid, { range: 'bytes=99-' }, 416],
      [nid, { 'if-none-match': etag }, 304],
      [`${nid}/thumb`, {}, 404],
    ] as const;
    for (const [what, more, expected] of answers) {
      const { status, headers } = await ask(bob, what, { ...more, origin: page });
      expect([status, headers['access-control-allow-origin']]).to.deep.equal([expected, page]);
      expect(headers['access-control-expose-headers']).to.contain('Content-Disposition');
      expect(headers).to.not.have.property('access-control-allow-credentials');
      expect(headers.vary).to.contain('Origin');
      const other = await ask(bob, what, { ...more, origin: evil });
      expect(other.status).to.equal(expected);
      expect(other.headers).to.not.have.property('access-control-allow-origin');
      expect(other.headers.vary).to.contain('Origin');
    }
  });

  it('is allowed by OPTIONS to request a file or a range of it', async () => {
    const { operator, members } = await newHub({ alice: 7 });
    const page = `https://app${process.pid}.example`;
    const { nid } = await upload(members.alice);
    const preflight = (origin: string, what: string) =>
      request(`/-/file/${what}`, {
        verb: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'GET',
          'access-control-request-headers': 'authorization',
        },
      });
    expect((await preflight(page, nid)).headers).to.not.have.property(
      'access-control-allow-origin',
    );
    await operator.hub.update({ origins: [page] });
    for (const what of [nid, `${nid}/thumb`]) {
      const { status, headers } = await preflight(page, what);
      expect([status, headers['access-control-allow-origin']]).to.deep.equal([204, page]);
      expect(headers['access-control-allow-methods']).to.contain('GET');
      for (const name of ['Authorization', 'X-Hub-Id', 'Range', 'If-Range', 'If-None-Match'])
        expect(headers['access-control-allow-headers']).to.contain(name);
      expect(headers).to.not.have.property('access-control-allow-credentials');
    }
    expect((await preflight(evil, nid)).headers).to.not.have.property(
      'access-control-allow-origin',
    );
  });
});
