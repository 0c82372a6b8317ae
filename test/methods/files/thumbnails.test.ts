import { expect } from 'chai';
import sharp from 'sharp';
import { headersOf, picture, upload } from '../../support/files.ts';
import { newHub } from '../../support/hub.ts';
import { request } from '../../support/request.ts';
import { absent, get } from './support.ts';

describe('The thumbnail of a picture', () => {
  it('is a webp of at most 320 pixels a side, in proportion, and never enlarged', async () => {
    const { members } = await newHub({ alice: 7 });
    const sizes = [
      [1000, 500, 320, 160],
      [300, 900, 107, 320],
      [40, 20, 40, 20],
    ] as const;
    for (const [width, height, ...shown] of sizes) {
      const { nid } = await upload(
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
      const found = await sharp(bytes).metadata();
      expect([found.format, found.width, found.height]).to.deep.equal(['webp', ...shown]);
    }
  });

  it('is guarded and requested like the file, with its own ETag', async () => {
    const { members } = await newHub({ alice: 7 });
    const { nid } = await upload(members.alice, 'a.png', await picture(400, 400).png().toBuffer());
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

  it('is upright, and contains nothing of the picture’s EXIF', async () => {
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
    // Red is on the left in the pixels, and at the top as displayed.
    const turned = await sharp(Buffer.concat(rows), {
      raw: { width: 600, height: 300, channels: 3 },
    })
      .withExif({ IFD0: { Copyright: 'a street and a number' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const { nid } = await upload(members.alice, 'turned.jpg', turned);
    expect(
      (await get(members.alice, nid)).bytes.equals(turned),
      'the file itself is unchanged',
    ).to.equal(true);
    const { bytes } = await get(members.alice, `${nid}/thumb`);
    const { width, height, exif, xmp, orientation } = await sharp(bytes).metadata();
    expect([width, height, exif, xmp, orientation]).to.deep.equal([
      160,
      320,
      undefined,
      undefined,
      undefined,
    ]);
    expect(turned.includes('a street')).to.equal(true);
    expect(bytes.includes('a street')).to.equal(false);
    const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    const at = (x: number, y: number) =>
      [...data.subarray((y * info.width + x) * info.channels)].slice(0, 3);
    expect(at(80, 10)[0], 'red above').to.be.above(200);
    expect(at(80, 310)[2], 'blue below').to.be.above(200);
  });

  it('does not exist for a file that is not a picture', async () => {
    const { members } = await newHub({ alice: 7 });
    const { nid } = await upload(members.alice, 'a.png', 'no picture');
    expect((await get(members.alice, nid)).text).to.equal('no picture');
    await absent(members.alice, `${nid}/thumb`);
  });
});
