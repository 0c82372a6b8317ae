import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import sharp from 'sharp';
import { app, dataDir } from '../../support/app.ts';
import { headersOf, picture } from '../../support/files.ts';
import { type Member, newHub } from '../../support/hub.ts';
import { request } from '../../support/request.ts';
import { eventually } from '../../support/wait.ts';

/** A file that waits to be sent: its uploader may read it. */
async function staged(
  member: Member,
  name: string,
  bytes: Buffer | string,
): Promise<{ nid: string; name: string }> {
  const body = new FormData();
  body.append('file', new Blob([bytes]), name);
  const sent = await fetch(`${app().url}/-/svc/chat.upload`, {
    method: 'POST',
    headers: headersOf(member),
    body,
  });
  const { data } = (await sent.json()) as { data: { nid: string; file_name: string }[] | null };
  const [file] = data ?? [];
  return file ? { nid: file.nid, name: file.file_name } : expect.fail(`${name} was not taken`);
}

/** `/-/file/<what>` as a member asks for it; `what` is a nid, with `/thumb` behind it or not. */
async function get(
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

const absent = async (member: Member, what: string) => {
  const { status, error } = await get(member, what);
  expect([status, error], what).to.deep.equal([404, 'FILE_NOT_FOUND']);
};

/** How many of a hub's files this process, in which the service runs, has open. */
async function openFiles(hubId: string): Promise<number> {
  const links = await Promise.all(
    (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
  );
  return links.filter((link) => link.startsWith(join(dataDir(), 'files', hubId))).length;
}

/** A client that reads the beginning and no more. */
const stall = (member: Member, what: string) =>
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

describe('The bytes of a file', () => {
  it('are answered exactly, with what a browser must know of them', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const sent = Buffer.concat([Buffer.from([0, 1, 2, 0xff]), randomBytes(300_000)]);
    const { nid } = await staged(alice, 'data.bin', sent);
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

  it('of an empty file are none', async () => {
    const { members } = await newHub({ alice: 7 });
    const { nid } = await staged(members.alice, 'empty.txt', '');
    const { status, bytes, header } = await get(members.alice, nid);
    expect([status, bytes.length, header('content-length')]).to.deep.equal([200, 0, '0']);
    const part = await get(members.alice, nid, { range: 'bytes=0-' });
    expect([part.status, part.header('content-range')]).to.deep.equal([416, 'bytes */0']);
  });

  it('are told of by HEAD and not sent, a part asked for or not', async () => {
    const { members } = await newHub({ alice: 7 });
    const { nid } = await staged(members.alice, 'ten.txt', 'abcdefghij');
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

  it('are not sent again to who has them: 304 for their ETag, and all of them for another', async () => {
    const { members } = await newHub({ alice: 7 });
    const { nid } = await staged(members.alice, 'ten.txt', 'abcdefghij');
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

  it('are not sent again to who asks by fetch, which says no-cache by itself', async () => {
    const { members } = await newHub({ alice: 7 });
    const { nid } = await staged(members.alice, 'ten.txt', 'abcdefghij');
    const etag = (await get(members.alice, nid)).header('etag') ?? '';
    expect((await get(members.alice, nid, { 'if-none-match': '"other"' })).status).to.equal(200);
    const { status, text } = await get(members.alice, nid, { 'if-none-match': etag });
    expect([status, text]).to.deep.equal([304, '']);
  });

  it('are not sent again to who tells a date beside the ETag, and are to who tells a date alone', async () => {
    const { members } = await newHub({ alice: 7 });
    const { nid } = await staged(members.alice, 'ten.txt', 'abcdefghij');
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
    // RFC 9110, 13.1.3: beside an ETag the date does not count.
    expect(await ask({ 'if-none-match': etag })).to.equal(304);
  });

  it('are answered in the part that a range asks for', async () => {
    const { members } = await newHub({ alice: 7 });
    const { nid } = await staged(members.alice, 'ten.txt', 'abcdefghij');
    const parts = [
      ['bytes=0-3', '0-3', 'abcd'],
      ['bytes=0-0', '0-0', 'a'],
      ['bytes=9-9', '9-9', 'j'],
      ['bytes=5-', '5-9', 'fghij'],
      ['bytes=-5', '5-9', 'fghij'],
      ['bytes=7-99999999999999999999', '7-9', 'hij'],
      // RFC 9110, 14.1.2: a suffix longer than the whole is the whole.
      ['bytes=-11', '0-9', 'abcdefghij'],
    ] as const;
    for (const [range, part, text] of parts) {
      const reply = await get(members.alice, nid, { range });
      expect([reply.status, reply.header('content-range'), reply.text], range).to.deep.equal([
        206,
        `bytes ${part}/10`,
        text,
      ]);
      expect(reply.header('content-length')).to.equal(String(text.length));
    }
  });

  it('are refused with 416 when a range begins beyond their end', async () => {
    const { members } = await newHub({ alice: 7 });
    const { nid } = await staged(members.alice, 'ten.txt', 'abcdefghij');
    for (const range of ['bytes=10-', 'bytes=10-20', 'bytes=-0', 'bytes=99999999999999999999-']) {
      const { status, header, text } = await get(members.alice, nid, { range });
      const { error } = JSON.parse(text) as { error: string };
      expect([status, header('content-range'), error], range).to.deep.equal([
        416,
        'bytes */10',
        'INVALID_RANGE',
      ]);
    }
    expect((await get(members.alice, nid, { range: 'bytes=9-20' })).text).to.equal('j');
  });

  it('are answered all when several ranges are asked for, or none that is understood', async () => {
    const { members } = await newHub({ alice: 7 });
    const { nid } = await staged(members.alice, 'ten.txt', 'abcdefghij');
    const several = ['bytes=0-1,4-5', 'bytes=-1,0-0'];
    for (const range of [
      ...several,
      'bytes',
      'bytes=',
      'bytes=a-b',
      '0-1',
      'items=0-1',
      'items=50-60',
      'bytes=--1',
    ]) {
      const { status, header, text } = await get(members.alice, nid, { range });
      expect([status, header('content-range'), text], range).to.deep.equal([
        200,
        null,
        'abcdefghij',
      ]);
    }
  });

  it('are answered in part only to who has the rest of the same: If-Range', async () => {
    const { members } = await newHub({ alice: 7 });
    const { nid } = await staged(members.alice, 'ten.txt', 'abcdefghij');
    const etag = (await get(members.alice, nid)).header('etag') ?? '';
    const rest = await get(members.alice, nid, { range: 'bytes=8-', 'if-range': etag });
    expect([rest.status, rest.text]).to.deep.equal([206, 'ij']);
    for (const known of ['"other"', `W/${etag}`, new Date().toUTCString()]) {
      const { status, text } = await get(members.alice, nid, {
        range: 'bytes=8-',
        'if-range': known,
      });
      expect([status, text], known).to.deep.equal([200, 'abcdefghij']);
      expect(
        (await get(members.alice, nid, { range: 'bytes=10-', 'if-range': known })).status,
        known,
      ).to.equal(200);
    }
  });

  it('are named in the header whatever the name is, and in ASCII', async () => {
    const { members } = await newHub({ alice: 7 });
    const named = async (given: string, bytes: Buffer | string) => {
      const { nid, name } = await staged(members.alice, given, bytes);
      return {
        name,
        disposition: (await get(members.alice, nid)).header('content-disposition') ?? '',
      };
    };
    for (const given of [
      "it's a;b, c=d.txt",
      '100%25 %20.txt',
      'say "hi".txt',
      '図 – 表 👩‍🚀.txt',
      'Übergröße.txt',
    ]) {
      const { name, disposition } = await named(given, 'x');
      expect(disposition, given).to.match(
        /^attachment; filename="[\x20\x21\x23-\x5b\x5d-\x7e]*"(; filename\*=UTF-8''[\w%!#$&+.^`|~-]+)?$/,
      );
      const [, coded] = /filename\*=UTF-8''(.*)$/.exec(disposition) ?? [];
      const [, plain] = /filename="(.*?)"/.exec(disposition) ?? [];
      expect(coded === undefined ? plain : decodeURIComponent(coded), disposition).to.equal(name);
    }
    const { disposition } = await named('図.png', await picture(4, 4).png().toBuffer());
    expect(disposition).to.equal(`inline; filename="?.png"; filename*=UTF-8''%E5%9B%B3.png`);
  });

  it('are read only: any other verb is refused, and told which are allowed', async () => {
    const { members } = await newHub({ alice: 7 });
    const { nid } = await staged(members.alice, 'ten.txt', 'abcdefghij');
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

  it('are under their own path only', async () => {
    const { members } = await newHub({ alice: 7 });
    const { nid } = await staged(members.alice, 'a.png', await picture(4, 4).png().toBuffer());
    expect((await get(members.alice, `${nid}/thumb`)).status).to.equal(200);
    for (const what of ['other', 'THUMB', 'thumbs', 'file', '%74humb%00'])
      await absent(members.alice, `${nid}/${what}`);
    for (const what of [`${nid}/thumb/more`, '', `/${nid}`])
      expect((await get(members.alice, what)).status, what).to.equal(404);
  });

  it('come to many readers at once', async () => {
    const { members } = await newHub({ alice: 7 });
    const sent = [randomBytes(1_500_000), randomBytes(1_000_000)];
    const files = await Promise.all(
      sent.map((bytes, n) => staged(members.alice, `${n}.bin`, bytes)),
    );
    const jobs = Array.from({ length: 8 }, async (_, n) => {
      const { bytes } = await get(members.alice, files[n % 2]?.nid ?? '');
      return bytes.equals(sent[n % 2] ?? Buffer.alloc(0));
    });
    expect(await Promise.all(jobs)).to.deep.equal(jobs.map(() => true));
  });
});

describe('The thumbnail of a picture', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hubchat-thumbs-'));
  });
  after(() => rm(folder, { recursive: true }));

  /** The service lets libvips read from files only, and it is in this process. */
  async function look(bytes: Buffer) {
    const path = join(folder, `${randomBytes(8).toString('hex')}`);
    await writeFile(path, bytes);
    return sharp(path);
  }

  it('is a webp of at most 320 pixels a side, in the picture’s proportions and never larger than it', async () => {
    const { members } = await newHub({ alice: 7 });
    const sizes = [
      [1000, 500, 320, 160],
      [300, 900, 107, 320],
      [40, 20, 40, 20],
    ] as const;
    for (const [width, height, ...shown] of sizes) {
      const { nid } = await staged(
        members.alice,
        'a.jpg',
        await picture(width, height).jpeg().toBuffer(),
      );
      const { status, bytes, header } = await get(members.alice, `${nid}/thumb`);
      expect([status, header('content-type'), header('content-length')]).to.deep.equal([
        200,
        'image/webp',
        String(bytes.length),
      ]);
      const found = await (await look(bytes)).metadata();
      expect([found.format, found.width, found.height]).to.deep.equal(['webp', ...shown]);
    }
  });

  it('is guarded and asked for like the file, under an ETag of its own', async () => {
    const { members } = await newHub({ alice: 7 });
    const { nid } = await staged(members.alice, 'a.png', await picture(400, 400).png().toBuffer());
    const { header, bytes, headers } = await get(members.alice, `${nid}/thumb`);
    expect(Object.fromEntries(headers)).to.include({
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-cache',
      'content-disposition': 'inline; filename="a.png.webp"',
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
    });
    expect(header('etag')).to.not.equal((await get(members.alice, nid)).header('etag'));
    const known = { ...headersOf(members.alice), 'if-none-match': header('etag') ?? '' };
    expect(
      (await request(`/-/file/${nid}/thumb`, { verb: 'GET', headers: known })).status,
    ).to.equal(304);
    expect((await request(`/-/file/${nid}`, { verb: 'GET', headers: known })).status).to.equal(200);
    const part = await get(members.alice, `${nid}/thumb`, { range: 'bytes=0-3' });
    expect([part.status, part.text, bytes.subarray(0, 4).toString()]).to.deep.equal([
      206,
      'RIFF',
      'RIFF',
    ]);
  });

  it('is upright, and tells nothing of what stood in the picture’s EXIF', async () => {
    const { members } = await newHub({ alice: 7 });
    const red = await sharp({ create: { width: 300, height: 300, channels: 3, background: 'red' } })
      .raw()
      .toBuffer();
    const rows = Array.from({ length: 300 }, (_, row) =>
      Buffer.concat([
        red.subarray(row * 900, row * 900 + 900),
        Buffer.alloc(900, Buffer.from([0, 0, 255])),
      ]),
    );
    // Red on the left; turned to be looked at, red is at the top.
    const turned = await sharp(Buffer.concat(rows), {
      raw: { width: 600, height: 300, channels: 3 },
    })
      .withExif({ IFD0: { Copyright: 'a street and a number' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const { nid } = await staged(members.alice, 'turned.jpg', turned);
    expect(
      (await get(members.alice, nid)).bytes.equals(turned),
      'the file itself stays as it was',
    ).to.equal(true);
    const { bytes } = await get(members.alice, `${nid}/thumb`);
    const { width, height, exif, xmp, orientation } = await (await look(bytes)).metadata();
    expect([width, height, exif, xmp, orientation]).to.deep.equal([
      160,
      320,
      undefined,
      undefined,
      undefined,
    ]);
    expect(turned.includes('a street')).to.equal(true);
    expect(bytes.includes('a street')).to.equal(false);
    const { data, info } = await (await look(bytes)).raw().toBuffer({ resolveWithObject: true });
    const at = (x: number, y: number) =>
      [...data.subarray((y * info.width + x) * info.channels)].slice(0, 3);
    expect(at(80, 10)[0], 'red above').to.be.above(200);
    expect(at(80, 310)[2], 'blue below').to.be.above(200);
  });

  it('of what is no picture is not there', async () => {
    const { members } = await newHub({ alice: 7 });
    const { nid } = await staged(members.alice, 'a.png', 'no picture');
    expect((await get(members.alice, nid)).text).to.equal('no picture');
    await absent(members.alice, `${nid}/thumb`);
  });
});

describe('Open files of the service', () => {
  it('are closed after every kind of answer', async () => {
    const { members, id } = await newHub({ alice: 7 });
    const { alice } = members;
    const { nid } = await staged(alice, 'a.png', await picture(400, 400).png().toBuffer());
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

  it('are closed when their readers go, at once or in the middle, and hold up nobody meanwhile', async () => {
    const { members, id } = await newHub({ alice: 7 });
    const { alice } = members;
    const sent = randomBytes(12_000_000);
    const { nid } = await staged(alice, 'large.bin', sent);
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

  it('that are gone from the disk are unknown, and the others are not', async () => {
    const { members, id } = await newHub({ alice: 7 });
    const { alice } = members;
    const png = await picture(400, 400).png().toBuffer();
    const [one, two] = [await staged(alice, 'a.png', png), await staged(alice, 'b.png', png)];
    const pathOf = (nid: string) => join(dataDir(), 'files', id, nid.slice(-2), nid);
    await rm(pathOf(one.nid));
    await absent(alice, one.nid);
    expect((await get(alice, `${one.nid}/thumb`)).status).to.equal(200);
    await rm(`${pathOf(two.nid)}.thumb`);
    await absent(alice, `${two.nid}/thumb`);
    expect((await get(alice, two.nid)).bytes.equals(png)).to.equal(true);
  });
});
