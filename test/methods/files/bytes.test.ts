import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { headersOf, picture, upload } from '../../support/files.ts';
import { newHub } from '../../support/hub.ts';
import { request } from '../../support/request.ts';
import { absent, get } from './support.ts';

describe('The bytes of a file', () => {
  it('are returned unchanged, with the headers that browsers need', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const sent = Buffer.concat([Buffer.from([0, 1, 2, 0xff]), randomBytes(300_000)]);
    const { nid } = await upload(alice, 'data.bin', sent);
    await alice.chat.post({ entity_id: bob.id, message: '', attachment: [nid] });
    const { status, bytes, header, headers } = await get(bob, nid);
    expect([status, bytes.equals(sent)]).to.deep.equal([200, true]);
    expect(Object.fromEntries(headers)).to.include({
      'content-length': String(sent.length),
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename="data.bin"',
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-cache',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
    });
    expect(header('etag')).to.match(/^"[^"]+"$/);
    expect(header('content-range')).to.equal(null);
    const again = await get(alice, nid);
    expect([again.bytes.equals(sent), again.header('etag')]).to.deep.equal([true, header('etag')]);
  });

  it('are returned for an empty file, without any range', async () => {
    const { members } = await newHub({ alice: 7 });
    const { nid } = await upload(members.alice, 'empty.txt', '');
    const { status, bytes, header } = await get(members.alice, nid);
    expect([status, bytes.length, header('content-length')]).to.deep.equal([200, 0, '0']);
    const part = await get(members.alice, nid, { range: 'bytes=0-' });
    expect([part.status, part.header('content-range')]).to.deep.equal([416, 'bytes */0']);
  });

  it('are described by HEAD without a body, ignoring Range', async () => {
    const { members } = await newHub({ alice: 7 });
    const { nid } = await upload(members.alice, 'ten.txt', 'abcdefghij');
    const shape = ({ status, headers }: Awaited<ReturnType<typeof get>>) => {
      const {
        date: _,
        'x-request-id': __,
        connection: ___,
        'keep-alive': ____,
        ...rest
      } = Object.fromEntries(headers);
      return { status, ...rest };
    };
    const whole = shape(await get(members.alice, nid));
    expect(whole).to.include({ status: 200, 'content-length': '10' });
    const head = await get(members.alice, nid, {}, 'HEAD');
    expect([shape(head), head.text]).to.deep.equal([whole, '']);
    // RFC 9110, 14.2: a range is defined for GET only.
    expect(shape(await get(members.alice, nid, { range: 'bytes=0-3' }, 'HEAD'))).to.deep.equal(
      whole,
    );
    expect((await get(members.alice, 'nothing', {}, 'HEAD')).status).to.equal(404);
  });

  it('are replaced by 304 for their ETag, and sent whole for another', async () => {
    const { members } = await newHub({ alice: 7 });
    const { nid } = await upload(members.alice, 'ten.txt', 'abcdefghij');
    const etag = (await get(members.alice, nid)).header('etag') ?? '';
    const ask = (known: string, verb = 'GET') =>
      request(`/-/file/${nid}`, {
        verb,
        headers: { ...headersOf(members.alice), 'if-none-match': known },
      });
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const { status, text, headers } = await ask(known);
      expect([status, text], known).to.deep.equal([304, '']);
      expect(headers).to.include({ etag, 'cache-control': 'private, no-cache' });
      expect(headers).to.not.have.property('content-length');
    }
    expect((await ask(etag, 'HEAD')).status).to.equal(304);
    for (const known of ['"other"', `${etag.slice(0, -1)}.thumb"`, nid]) {
      const { status, text } = await ask(known);
      expect([status, text], known).to.deep.equal([200, 'abcdefghij']);
    }
  });

  it('are replaced by 304 for fetch, which adds no-cache by itself', async () => {
    const { members } = await newHub({ alice: 7 });
    const { nid } = await upload(members.alice, 'ten.txt', 'abcdefghij');
    const etag = (await get(members.alice, nid)).header('etag') ?? '';
    expect((await get(members.alice, nid, { 'if-none-match': '"other"' })).status).to.equal(200);
    const { status, text } = await get(members.alice, nid, { 'if-none-match': etag });
    expect([status, text]).to.deep.equal([304, '']);
  });

  it('are replaced by 304 for an ETag with a date, not for a date alone', async () => {
    const { members } = await newHub({ alice: 7 });
    const { nid } = await upload(members.alice, 'ten.txt', 'abcdefghij');
    const etag = (await get(members.alice, nid)).header('etag') ?? '';
    const ask = async (more: Record<string, string>) => {
      const headers = {
        ...headersOf(members.alice),
        'if-modified-since': new Date(0).toUTCString(),
        ...more,
      };
      return (await request(`/-/file/${nid}`, { verb: 'GET', headers })).status;
    };
    expect(await ask({})).to.equal(200);
    // RFC 9110, 13.1.3: with If-None-Match, If-Modified-Since is ignored.
    expect(await ask({ 'if-none-match': etag })).to.equal(304);
  });

  it('have an ASCII Content-Disposition, whatever the name', async () => {
    const { members } = await newHub({ alice: 7 });
    const named = async (given: string, bytes: Buffer | string) => {
      const { nid, file_name: name } = await upload(members.alice, given, bytes);
      return {
        name,
        disposition: (await get(members.alice, nid)).header('content-disposition') ?? '',
      };
    };
    for (const given of [
      "it's a;b, c=d.txt",
      '100%25 %20.txt',
      'say "hi".txt',
      'con.jpg',
      'a:b*c?<d>|.txt',
      '.htaccess',
      '図 – 表 👩‍🚀.txt',
      'Übergröße.txt',
    ]) {
      const { name, disposition } = await named(given, 'x');
      expect(disposition, given).to.match(
        /^attachment; filename="([ !#-[\]-~]|\\")*"(; filename\*=UTF-8''[\w%!#$&+.^`|~-]+)?$/,
      );
      const [, coded] = /filename\*=UTF-8''(.*)$/.exec(disposition) ?? [];
      const [, plain] = /filename="((?:\\.|[^"])*)"/.exec(disposition) ?? [];
      expect(
        coded === undefined ? plain?.replaceAll('\\', '') : decodeURIComponent(coded),
      ).to.equal(name);
      expect(name).to.equal(given);
    }
    const { disposition } = await named('図.png', await picture(4, 4).png().toBuffer());
    expect(disposition).to.equal(`inline; filename="?.png"; filename*=UTF-8''%E5%9B%B3.png`);
  });

  it('are read-only: other verbs get 405 with an Allow header', async () => {
    const { members } = await newHub({ alice: 7 });
    const { nid } = await upload(members.alice, 'ten.txt', 'abcdefghij');
    for (const what of [nid, `${nid}/thumb`, 'nothing'])
      for (const verb of ['POST', 'PUT', 'DELETE', 'PATCH']) {
        const { status, error, header } = await get(members.alice, what, {}, verb);
        expect([status, error, header('allow')], verb).to.deep.equal([
          405,
          'METHOD_NOT_ALLOWED',
          'GET, HEAD',
        ]);
      }
    expect((await get(members.alice, nid)).text).to.equal('abcdefghij');
  });

  it('are found under their own path only', async () => {
    const { members } = await newHub({ alice: 7 });
    const { nid } = await upload(members.alice, 'a.png', await picture(4, 4).png().toBuffer());
    expect((await get(members.alice, `${nid}/thumb`)).status).to.equal(200);
    for (const what of ['other', 'THUMB', 'thumbs', 'file', '%74humb%00'])
      await absent(members.alice, `${nid}/${what}`);
    for (const what of [`${nid}/thumb/more`, '', `/${nid}`])
      expect((await get(members.alice, what)).status, what).to.equal(404);
  });

  it('are sent to many readers at once', async () => {
    const { members } = await newHub({ alice: 7 });
    const sent = [randomBytes(1_500_000), randomBytes(1_000_000)];
    const files = await Promise.all(
      sent.map((bytes, n) => upload(members.alice, `${n}.bin`, bytes)),
    );
    const jobs = Array.from({ length: 8 }, async (_, n) => {
      const { bytes } = await get(members.alice, files[n % 2]?.nid ?? '');
      return bytes.equals(sent[n % 2] ?? Buffer.alloc(0));
    });
    expect(await Promise.all(jobs)).to.deep.equal(jobs.map(() => true));
  });
});
