import { expect } from 'chai';
import sharp from 'sharp';
import type { StagedFile } from '../../../acl/entities/file.ts';
import { app } from '../../support/app.ts';
import { type Bytes, headersOf, picture, upload, uploadAll } from '../../support/files.ts';
import { type Member, newHub } from '../../support/hub.ts';

/** An animated picture of three frames. */
const frames = (width: number, height: number) =>
  sharp(Buffer.concat(['1', '9', 'f'].map((grey) => Buffer.alloc(width * height * 3, grey))), {
    raw: { width, height: height * 3, channels: 3, pageHeight: height },
  });

type Given = readonly [name: string, bytes: Bytes];

/** The staged files of an upload whose parts all claim this type. */
const stagedAs = (member: Member, type: string, files: readonly Given[]): Promise<StagedFile[]> =>
  uploadAll(member, ...files.map(([name, bytes]) => [name, bytes, type] as const));

/** The type and the disposition of a served file, after a check of its bytes and headers. */
async function served(member: Member, file: StagedFile | undefined, bytes: Bytes) {
  const response = await fetch(`${app().url}/-/file/${file?.nid}`, { headers: headersOf(member) });
  const header = (name: string) => response.headers.get(name) ?? '';
  expect([
    response.status,
    header('x-content-type-options'),
    header('content-security-policy'),
  ]).to.deep.equal([200, 'nosniff', "sandbox; default-src 'none'"]);
  expect(Buffer.from(await response.arrayBuffer()).equals(Buffer.from(bytes))).to.equal(true);
  return { type: header('content-type'), how: header('content-disposition').split(';')[0] };
}

const thumbStatus = async (member: Member, file: StagedFile | undefined) => {
  const { status, headers } = await fetch(`${app().url}/-/file/${file?.nid}/thumb`, {
    headers: headersOf(member),
  });
  return status === 200 ? headers.get('content-type') : status;
};

const html = '<!doctype html><html><body><script>alert(1)</script></body></html>';
const svg =
  '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>';
const box = (type: string, content: Bytes) => {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + Buffer.byteLength(content));
  head.write(type, 4);
  return Buffer.concat([head, Buffer.from(content)]);
};
const mp4 = Buffer.concat([
  box('ftyp', 'isom\0\0\x02\0isomiso2mp41'),
  box('free', ''),
  box('mdat', 'frames'),
]);
const mp3 = Buffer.concat([
  Buffer.from('ID3\x03\0\0\0\0\0\0', 'latin1'),
  Buffer.from([0xff, 0xfb, 0x90, 0x64]),
  Buffer.alloc(413),
]);
const pdf = '%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n';
/** An archive without entries. */
const zip = Buffer.concat([Buffer.from('PK\x05\x06'), Buffer.alloc(18)]);
/** An archive that contains `a.txt`. */
const fullZip = Buffer.concat([
  Buffer.from('PK\x03\x04\x0a\0\0\0\0\0\0\0\0\0', 'latin1'),
  Buffer.from([0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0]),
  Buffer.from('a.txtx'),
  zip,
]);

describe('The type of a file', () => {
  it('is never one that a page could run: markup, scripts and archives are downloads', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    const files: Given[] = [
      ['a.html', html],
      [
        'a.xhtml',
        '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">' +
          '<script>alert(1)</script></html>',
      ],
      ['a.svg', svg],
      ['b.svg', `<?xml version="1.0" encoding="UTF-8"?>\n${svg}`],
      ['c.svg', `\ufeff<?xml version="1.0"?><!-- a comment -->\n${svg}`],
      ['a.xml', '<?xml version="1.0"?><a/>'],
      ['a.js', 'alert(1)'],
      ['a.mjs', '#!/usr/bin/env node\nalert(1)'],
      ['a.txt', 'a note'],
      ['a.css', 'body{background:url(//evil.example)}'],
      ['a.zip', zip],
      ['b.zip', fullZip],
      ['a.swf', Buffer.from('FWS\x09\x20\0\0\0rest of it', 'latin1')],
      ['a.ico', Buffer.from([0, 0, 1, 0, 1, 0, 16, 16, 0, 0])],
      ['a', Buffer.from([0, 1, 2, 3])],
    ];
    const taken = await stagedAs(alice, '', files);
    for (const [n, [name, bytes]] of files.entries()) {
      const { type, how } = await served(alice, taken[n], bytes);
      expect(how, name).to.equal('attachment');
      expect(type, name).to.not.match(/html|svg|script|css/i);
    }
  });

  it('is detected from the bytes, ignoring its name and declared type', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    const files: Given[] = [
      ['a.png', html],
      ['b.png', svg],
      ['a.pdf', html],
      ['a.html', html],
    ];
    for (const type of ['image/png', 'text/html', 'image/svg+xml', '']) {
      const taken = await stagedAs(alice, type, files);
      for (const [n, [name, bytes]] of files.entries()) {
        expect(taken[n]).to.include({ file_name: name, mimetype: 'text/plain', has_thumbnail: 0 });
        expect(await served(alice, taken[n], bytes), type).to.deep.equal({
          type: 'text/plain',
          how: 'attachment',
        });
        expect(await thumbStatus(alice, taken[n])).to.equal(404);
      }
    }
    const png = await picture().png().toBuffer();
    const pictures: Given[] = ['a.html', 'a.svg', 'a.exe', 'a'].map((name) => [name, png]);
    for (const file of await stagedAs(alice, 'text/html', pictures))
      expect(await served(alice, file, png), file.file_name).to.deep.equal({
        type: 'image/png',
        how: 'inline',
      });
  });

  it('is inline for types that a page may show, whatever the name', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    const shown: [type: string, category: string, bytes: Bytes][] = [
      ['image/png', 'image', await picture().png().toBuffer()],
      ['image/jpeg', 'image', await picture().jpeg().toBuffer()],
      ['image/gif', 'image', await picture().gif().toBuffer()],
      ['image/webp', 'image', await picture().webp().toBuffer()],
      ['video/mp4', 'video', mp4],
      ['audio/mpeg', 'audio', mp3],
      ['application/pdf', 'document', pdf],
    ];
    for (const name of ['a.html', 'a']) {
      const files = shown.map(([, , bytes]): Given => [name, bytes]);
      const taken = await stagedAs(alice, 'text/html', files);
      for (const [n, [type, category, bytes]] of shown.entries()) {
        expect(taken[n]).to.include({ mimetype: type, category });
        expect(await served(alice, taken[n], bytes)).to.deep.equal({ type, how: 'inline' });
      }
    }
  });

  it('is a download for other pictures, sounds and videos', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    const files: [type: string, bytes: Bytes][] = [
      ['image/avif', await picture().avif({ effort: 0 }).toBuffer()],
      ['image/bmp', Buffer.concat([Buffer.from('BM'), Buffer.alloc(60)])],
      ['image/tiff', await picture().tiff().toBuffer()],
      ['audio/wav', Buffer.from('RIFF\x24\0\0\0WAVEfmt \x10\0\0\0', 'latin1')],
      ['video/quicktime', box('ftyp', 'qt  \0\0\x02\0qt  ')],
    ];
    const given = files.map(([, bytes]): Given => ['a.png', bytes]);
    const taken = await stagedAs(alice, 'image/png', given);
    for (const [n, [type, bytes]] of files.entries()) {
      expect(await served(alice, taken[n], bytes)).to.deep.equal({ type, how: 'attachment' });
    }
  });

  it('is no sound or video for texts and other data that only begin like one', async () => {
    const { members } = await newHub({ alice: 7 });
    const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');
    const noise = Buffer.from(Array.from({ length: 5000 }, (_, n) => (n * n * 31) % 251));
    const noiseAfter = (...head: number[]) => Buffer.concat([Buffer.from(head), noise]);
    const frame = Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0x64]), Buffer.alloc(413)]);
    const tag = Buffer.from('ID3\x03\0\0\0\0\0\0', 'latin1');
    const files: [type: string, bytes: Bytes][] = [
      ['text/plain', utf16('A note of Ada’s')],
      ['text/plain', utf16('x'.repeat(100_000))],
      ['text/plain', utf16('表')],
      ['text/plain', utf16('Ünï').swap16()],
      ['text/plain', 'ID3 tags are at the beginning of an MP3.'],
      ['text/plain', 'BMW is a car, GIFs are pictures, and RIFFs are music.'],
      ['text/plain', `G${'x'.repeat(187)}G${'x'.repeat(187)}G`],
      ['application/octet-stream', noiseAfter(0xff, 0xfe, 0x00, 0xd8, 0x00, 0xd8)],
      ['application/octet-stream', noiseAfter(0xff, 0xfb, 0x90, 0x64)],
      ['application/octet-stream', noiseAfter(0x01, 0xff, 0xfb, 0x90, 0x64)],
      ['application/octet-stream', Buffer.alloc(5000, 0xff)],
      ['application/octet-stream', Buffer.concat([frame, noise])],
      ['application/octet-stream', Buffer.concat([frame, frame.subarray(0, 400)])],
      ['application/octet-stream', Buffer.concat([tag, Buffer.from('no frame'), noise])],
      ['application/octet-stream', Buffer.concat([tag, frame.subarray(0, 100)])],
      ['application/octet-stream', box('ftyp', 'abcd\0\0\0\0efgh')],
      ['application/octet-stream', Buffer.concat([box('ftyp', 'isom\0\0\x02\0mp41'), noise])],
      ['application/octet-stream', Buffer.concat([mp4, box('text', 'words')])],
      ['application/octet-stream', mp4.subarray(0, -1)],
      ['application/octet-stream', Buffer.from('\0\0\0\xffftypisom\0\0\x02\0', 'latin1')],
    ];
    const given = files.map(([, bytes]): Given => ['a.mp3', bytes]);
    const taken = [
      ...(await stagedAs(members.alice, 'audio/mpeg', given.slice(0, 10))),
      ...(await stagedAs(members.alice, 'audio/mpeg', given.slice(10))),
    ];
    for (const [n, [type, bytes]] of files.entries()) {
      const category = type === 'text/plain' ? 'document' : 'other';
      expect(taken[n], String(n)).to.include({ mimetype: type, category });
      const how = 'attachment';
      expect(await served(members.alice, taken[n], bytes)).to.deep.equal({ type, how });
    }
  });

  it('is a sound or a video in each form that these have', async () => {
    const { members } = await newHub({ alice: 7 });
    const frameOf = (header: number[], size: number) =>
      Buffer.concat([Buffer.from(header), Buffer.alloc(size - header.length, 0x55)]);
    const first = frameOf([0xff, 0xfb, 0x90, 0x64], 417);
    const padded = frameOf([0xff, 0xfb, 0x92, 0x64], 418);
    const faster = frameOf([0xff, 0xfb, 0xe0, 0x64], 1044);
    const later = frameOf([0xff, 0xf3, 0x40, 0xc4], 104);
    const latest = frameOf([0xff, 0xe3, 0x40, 0xc4], 208);
    const long = Buffer.from('ID3\x04\0\0\0\0\x10\0', 'latin1');
    const brand = box('ftyp', 'iso5\0\0\x02\0iso5dash');
    const sounds = [
      [first, padded, faster, Buffer.from('a tag at the end')],
      [first],
      [first, padded],
      [later, later, later, Buffer.alloc(3)],
      [latest, latest, latest],
      [long, Buffer.alloc(2048), first],
    ];
    const videos = [
      [brand, box('moov', 'x'), box('mdat', 'frames').subarray(0, 12)],
      [brand, box('sidx', ''), box('moof', ''), box('mdat', 'frames')],
      [box('ftyp', 'MSNV\0\0\0\0mp42'), box('free', ''), box('moov', '')],
      [brand, Buffer.from('\0\0\0\0mdatframes up to the end', 'latin1')],
      [brand, Buffer.from('\0\0\0\x01mdat\0\0\0\0\0\0\0\x12ab', 'latin1')],
    ];
    for (const [type, files] of [
      ['audio/mpeg', sounds],
      ['video/mp4', videos],
    ] as const)
      for (const [n, parts] of files.entries()) {
        const bytes = Buffer.concat(parts);
        const file = await upload(members.alice, 'a', bytes);
        expect(file.mimetype, `${type} ${n}`).to.equal(type);
        const how = 'inline';
        expect(await served(members.alice, file, bytes)).to.deep.equal({ type, how });
      }
  });

  it('is the picture’s for a picture that is a page as well, in a sandbox', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    const gif = await picture().gif().toBuffer();
    for (const bytes of [`GIF89a/*${html}*/=1;`, Buffer.concat([gif, Buffer.from(html)])]) {
      const file = await upload(alice, 'a.html', bytes, 'text/html');
      expect(await served(alice, file, bytes)).to.deep.equal({ type: 'image/gif', how: 'inline' });
    }
    const page = `${html}GIF89a`;
    expect((await served(alice, await upload(alice, 'a.gif', page), page)).how).to.equal(
      'attachment',
    );
  });
});

describe('A picture', () => {
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

  it('that cannot be decoded is kept and served without a size and a thumbnail', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    const png = await picture().png().toBuffer();
    const broken = Buffer.from(png);
    broken.fill(0xaa, 12, 33);
    const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(50, 0x5a)]);
    const gif = Buffer.from('GIF89a');
    for (const bytes of [
      broken,
      Buffer.concat([signature, Buffer.from('nothing that is a chunk')]),
      signature,
      jpeg,
      gif,
    ]) {
      const file = await upload(alice, 'a.png', bytes, 'image/png');
      expect(file).to.include({ filesize: bytes.length, has_thumbnail: 0 });
      expect(file).to.not.have.any.keys('width', 'height');
      await served(alice, file, bytes);
      expect(await thumbStatus(alice, file)).to.equal(404);
    }
    expect(await upload(alice, 'a.png', png)).to.include({
      width: 40,
      height: 20,
      has_thumbnail: 1,
    });
  });

  it('that is truncated is served unchanged', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    const noise = Buffer.from(Array.from({ length: 200 * 200 * 3 }, (_, n) => (n * n * 31) % 251));
    const raw = sharp(noise, { raw: { width: 200, height: 200, channels: 3 } });
    for (const [type, whole] of [
      ['image/png', await raw.clone().png().toBuffer()],
      ['image/jpeg', await raw.clone().jpeg().toBuffer()],
    ] as const) {
      const bytes = whole.subarray(0, whole.length / 2);
      const file = await upload(alice, 'a.png', bytes);
      expect(file).to.include({ mimetype: type, has_thumbnail: 0 });
      expect(await served(alice, file, bytes)).to.deep.equal({ type, how: 'inline' });
      expect(await thumbStatus(alice, file)).to.equal(404);
      expect(await upload(alice, 'a.png', whole)).to.include({
        width: 200,
        height: 200,
        has_thumbnail: 1,
      });
    }
  });

  it('that is animated has the size of one frame, and a thumbnail', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    for (const [type, bytes] of [
      ['image/gif', await frames(60, 30).gif().toBuffer()],
      ['image/webp', await frames(60, 30).webp().toBuffer()],
    ] as const) {
      const file = await upload(alice, 'a', bytes);
      expect(file).to.include({ mimetype: type, width: 60, height: 30, has_thumbnail: 1 });
      expect(await served(alice, file, bytes)).to.deep.equal({ type, how: 'inline' });
      expect(await thumbStatus(alice, file)).to.equal('image/webp');
    }
  });

  it('that is an animated PNG is a PNG', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    const png = await picture().png().toBuffer();
    // An acTL chunk after the header; libpng skips unknown chunks, also with a wrong checksum.
    const control = Buffer.from([
      0, 0, 0, 8, 0x61, 0x63, 0x54, 0x4c, 0, 0, 0, 1, 0, 0, 0, 0, 0xb9, 0x3d, 0xd9, 0xee,
    ]);
    const bytes = Buffer.concat([png.subarray(0, 33), control, png.subarray(33)]);
    const file = await upload(alice, 'a.apng', bytes);
    expect(file).to.include({ mimetype: 'image/png', width: 40, height: 20, has_thumbnail: 1 });
    expect(await served(alice, file, bytes)).to.deep.equal({ type: 'image/png', how: 'inline' });
  });
});
