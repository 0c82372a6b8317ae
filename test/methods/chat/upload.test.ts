import { join } from 'node:path';
import { expect } from 'chai';
import sharp from 'sharp';
import { dataDir } from '../../support/app.ts';
import {
  formOf,
  nothingKept,
  type Part,
  partialFiles,
  picture,
  pngOf,
  sendForm,
  storedOf,
  upload,
  uploadAll,
} from '../../support/files.ts';
import { type Member, newHub, refused } from '../../support/hub.ts';
import { expectRefusal } from './support.ts';

describe('chat.upload', () => {
  it('returns files in the order sent, which only their sender can attach', async () => {
    const { members, id } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const png = await pngOf(40, 30);
    const files = await uploadAll(
      alice,
      ['large.TXT', 'x'.repeat(500_000)],
      ['b.png', png],
      ['empty', ''],
    );
    expect(files[0]).to.include({
      file_name: 'large.TXT',
      filesize: 500_000,
      extension: 'txt',
      category: 'document',
    });
    expect(files[0])
      .to.include({ mimetype: 'text/plain', has_thumbnail: 0 })
      .and.not.have.any.keys('width', 'height');
    expect(files[1]).to.include({
      file_name: 'b.png',
      filesize: png.length,
      extension: 'png',
      category: 'image',
    });
    expect(files[1]).to.include({ mimetype: 'image/png', width: 40, height: 30, has_thumbnail: 1 });
    expect(files[2]).to.include({
      file_name: 'empty',
      filesize: 0,
      extension: '',
      has_thumbnail: 0,
    });
    const [a = '', b = '', c = ''] = files.map((file) => file.nid);
    expect(await storedOf(id)).to.deep.equal([a, b, `${b}.thumb`, c].sort());
    expect(await partialFiles()).to.deep.equal([]);
    await refused(bob.chat.post({ entity_id: alice.id, attachment: [a] }), 'INVALID_ATTACHMENT');
    expect(
      (await alice.chat.post({ entity_id: bob.id, attachment: [a, b, c] })).attachment_count,
    ).to.equal(3);
  });

  it('detects a file’s type from its bytes, ignoring its name and declared type', async () => {
    const { members } = await newHub({ alice: 7 });
    const shown = picture(4, 3);
    const id3 = Buffer.from('ID3\x03\0\0\0\0\0\x0a');
    const frame = Buffer.from([0xff, 0xfb, 0x90, 0x64]);
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
    const kinds: [mimetype: string, category: string, content: Buffer | string][] = [
      ['image/png', 'image', await shown.png().toBuffer()],
      ['image/jpeg', 'image', await shown.jpeg().toBuffer()],
      ['image/gif', 'image', await shown.gif().toBuffer()],
      ['image/webp', 'image', await shown.webp().toBuffer()],
      ['image/avif', 'image', await shown.avif().toBuffer()],
      ['application/pdf', 'document', '%PDF-1.4\n%\u00e2\u00e3\n'],
      ['video/mp4', 'video', '\0\0\0\x18ftypisom\0\0\x02\0isomiso2'],
      ['audio/mpeg', 'audio', Buffer.concat([id3, Buffer.alloc(10), frame, Buffer.alloc(500)])],
      ['text/plain', 'document', '<!DOCTYPE html><script>alert(1)</script>'],
      ['text/plain', 'document', svg],
      ['text/plain', 'document', 'naïve'],
      ['application/octet-stream', 'other', Buffer.from([0, 1, 2, 3])],
      ['application/octet-stream', 'other', Buffer.from([0x6e, 0x61, 0xef, 0x76, 0x65])],
      ['application/x-msdownload', 'other', Buffer.concat([Buffer.from('MZ'), Buffer.alloc(200)])],
    ];
    for (const [name, type] of [
      ['holiday.png', 'image/png'],
      ['page.html', 'text/html'],
    ]) {
      const parts = kinds.map(([, , content]) => ({ filename: name, type, content }));
      const { body } = await sendForm(members.alice, formOf(...(parts as Part[])));
      const found = body.data.map((file: { mimetype: string; category: string }) => [
        file.mimetype,
        file.category,
      ]);
      expect(found, name).to.deep.equal(kinds.map(([mimetype, category]) => [mimetype, category]));
    }
    const markup = await upload(members.alice, 'a.svg', `<?xml version="1.0"?>${svg}`);
    expect(markup.mimetype).to.not.contain('svg');
    expect(markup).to.include({ category: 'document', has_thumbnail: 0 });
  });

  it('measures a picture as displayed, and makes a thumbnail of it', async () => {
    const { members, id } = await newHub({ alice: 7 });
    const turned = await picture(800, 600).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const file = await upload(members.alice, 'turned.jpg', turned);
    expect(file).to.include({ width: 600, height: 800, has_thumbnail: 1, filesize: turned.length });
    const thumbnail = join(dataDir(), 'files', id, file.nid.slice(-2), `${file.nid}.thumb`);
    expect(await sharp(thumbnail).metadata()).to.include({
      format: 'webp',
      width: 240,
      height: 320,
    });
  });

  it('keeps a picture that cannot be decoded as an ordinary file', async () => {
    const { members, id } = await newHub({ alice: 7 });
    const cut = (await pngOf(400, 400)).subarray(0, 60);
    const file = await upload(members.alice, 'cut.png', cut);
    expect(file).to.include({
      mimetype: 'image/png',
      category: 'image',
      filesize: 60,
      has_thumbnail: 0,
    });
    expect(await storedOf(id)).to.deep.equal([file.nid]);
  });

  describe('names', () => {
    const savedAs = async (member: Member, filename: string) => {
      const { body } = await sendForm(member, formOf({ filename }));
      const [file] = body.data ?? expect.fail(`${filename.slice(0, 40)}: ${body.details}`);
      return [file.file_name, file.extension];
    };

    it('contain no path, nothing invisible, and keep what some systems reserve', async () => {
      const { members } = await newHub({ alice: 7 });
      for (const [filename, ...saved] of [
        ['../../etc/passwd', 'passwd', ''],
        ['/etc/cron.d/x.sh', 'x.sh', 'sh'],
        ['C:\\Users\\x\\y.txt', 'y.txt', 'txt'],
        ['...', 'file', ''],
        ['. .', 'file', ''],
        ['.bashrc', '.bashrc', ''],
        ['con.jpg', 'con.jpg', 'jpg'],
        ['lpt9.tar.gz', 'lpt9.tar.gz', 'gz'],
        ['AUX', 'AUX', ''],
        ['report.pdf ', 'report.pdf', 'pdf'],
        ['Acme Ltd.', 'Acme Ltd.', ''],
        ['gpj\u202etxt.exe', 'gpjtxt.exe', 'exe'],
        ['a\u200bb\u00ad\ufeffc.txt', 'abc.txt', 'txt'],
        ['a%0D%0Ab%22c.txt', 'ab"c.txt', 'txt'],
        ['a:b*c?<d>|.txt', 'a:b*c?<d>|.txt', 'txt'],
        ['50%25 %2F.txt', '50%25 %2F.txt', 'txt'],
        ['cafe\u0301.PNG', 'caf\u00e9.PNG', 'png'],
        ['tar.gz.naïve', 'tar.gz.naïve', ''],
      ] as const)
        expect(await savedAs(members.alice, filename), JSON.stringify(filename)).to.deep.equal(
          saved,
        );
    });

    it('are replaced by “file” when they are only a path', async () => {
      const { members } = await newHub({ alice: 7 });
      for (const filename of ['..', '.', '../..', 'folder/'])
        expect(await savedAs(members.alice, filename), filename).to.deep.equal(['file', '']);
    });

    it('are kept as browsers send them, in any script', async () => {
      const { members } = await newHub({ alice: 7 });
      const names = ['naïve – 日本語.txt', '👩‍👩‍👧 family.png', 'تقرير.pdf', "it's 100% (1).txt"];
      const files = await uploadAll(members.alice, ...names.map((name) => [name, 'x'] as const));
      expect(files.map((file) => file.file_name)).to.deep.equal(names);
      expect((await upload(members.alice, 'say "hi"\n.txt')).file_name).to.equal('say "hi".txt');
    });

    it('are cut between characters when too long, and keep their extension', async () => {
      const { members } = await newHub({ alice: 7 });
      for (const [filename, extension] of [
        [`${'x'.repeat(5000)}.tar.gz`, 'gz'],
        [`${'😀'.repeat(300)}.jpeg`, 'jpeg'],
        [`${'ä'.repeat(300)}.${'y'.repeat(60)}`, ''],
      ] as const) {
        const [name = '', found] = await savedAs(members.alice, filename);
        expect(found).to.equal(extension);
        expect(Buffer.byteLength(name)).to.be.within(150, 255);
        expect(
          name.isWellFormed() && !name.includes('\ufffd') && name.endsWith(extension),
          name,
        ).to.equal(true);
      }
    });

    it('are rejected with control characters in them', async () => {
      const { members, id } = await newHub({ alice: 7 });
      for (const filename of ['a\0.txt', 'a\x01.txt', 'a\x7f.txt'])
        expectRefusal(
          await sendForm(members.alice, formOf({ filename })),
          [400, 'INVALID_INPUT'],
          'body',
        );
      await nothingKept(id);
    });
  });
});
