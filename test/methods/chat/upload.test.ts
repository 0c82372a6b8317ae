import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import sharp from 'sharp';
import type { Grant } from '../../../acl/language/permission.ts';
import { dataDir, ownApp } from '../../support/app.ts';
import { platform } from '../../support/caller.ts';
import {
  askToUpload,
  filesIn,
  formOf,
  formType,
  headersOf,
  nothingKept,
  type Part,
  picture,
  pngOf,
  rowsOf,
  type Sender,
  sendForm,
  storedOf,
  upload,
  uploadAll,
} from '../../support/files.ts';
import { type Member, newHub, raw, refused } from '../../support/hub.ts';
import { type Answer, outcome, request } from '../../support/request.ts';
import { eventually } from '../../support/wait.ts';

const temporary = () => filesIn(join(dataDir(), 'files', 'tmp'));
/** Refused with this code, the details beginning with the parameter's name. */
function isRefused({ status, body }: Answer, expected: [number, string], parameter: string): void {
  expect([status, body.error], body.details?.join()).to.deep.equal(expected);
  expect(body.details[0]).to.match(new RegExp(`^${parameter}: .`));
}
const sent = (content: Part['content'], filename = 'a.txt'): Part => ({ filename, content });

describe('chat.upload', () => {
  it('answers each file in the order sent, and keeps the bytes for its sender alone to attach', async () => {
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
    expect(await temporary()).to.deep.equal([]);
    await refused(bob.chat.post({ entity_id: alice.id, attachment: [a] }), 'INVALID_ATTACHMENT');
    expect(
      (await alice.chat.post({ entity_id: bob.id, attachment: [a, b, c] })).attachment_count,
    ).to.equal(3);
  });

  it('takes a file’s type from its bytes, whatever its name and its sender say', async () => {
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

  it('measures a picture as it is shown, and makes a thumbnail of it', async () => {
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

  it('keeps a picture that cannot be decoded as a file like any other', async () => {
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

    it('have no path, nothing unseen, and nothing that a disk would not take', async () => {
      const { members } = await newHub({ alice: 7 });
      for (const [filename, ...saved] of [
        ['../../etc/passwd', 'passwd', ''],
        ['/etc/cron.d/x.sh', 'x.sh', 'sh'],
        ['C:\\Users\\x\\y.txt', 'y.txt', 'txt'],
        ['...', 'file', ''],
        ['. .', 'file', ''],
        ['.bashrc', 'bashrc', ''],
        ['con.txt', 'file', ''],
        ['AUX', 'file', ''],
        ['report.pdf. ', 'report.pdf', 'pdf'],
        ['gpj\u202etxt.exe', 'gpjtxt.exe', 'exe'],
        ['a\u200bb\u00ad\ufeffc.txt', 'abc.txt', 'txt'],
        ['a%0D%0Ab%22c.txt', 'abc.txt', 'txt'],
        ['a:b*c?<d>|.txt', 'abcd.txt', 'txt'],
        ['50%25 %2F.txt', '50%25 %2F.txt', 'txt'],
        ['cafe\u0301.PNG', 'caf\u00e9.PNG', 'png'],
        ['tar.gz.naïve', 'tar.gz.naïve', ''],
      ] as const)
        expect(await savedAs(members.alice, filename), JSON.stringify(filename)).to.deep.equal(
          saved,
        );
    });

    it('that are nothing but a path are replaced, never the file left out', async () => {
      const { members } = await newHub({ alice: 7 });
      for (const filename of ['..', '.', '../..', 'folder/'])
        expect(await savedAs(members.alice, filename), filename).to.deep.equal(['file', '']);
    });

    it('are kept as a browser sends them, in any script', async () => {
      const { members } = await newHub({ alice: 7 });
      const names = ['naïve – 日本語.txt', '👩‍👩‍👧 family.png', 'تقرير.pdf', "it's 100% (1).txt"];
      const files = await uploadAll(members.alice, ...names.map((name) => [name, 'x'] as const));
      expect(files.map((file) => file.file_name)).to.deep.equal(names);
      expect((await upload(members.alice, 'say "hi"\n.txt')).file_name).to.equal('say hi.txt');
    });

    it('that are too long are cut between characters, and keep their extension', async () => {
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

    it('with a control character in them are no names', async () => {
      const { members, id } = await newHub({ alice: 7 });
      for (const filename of ['a\0.txt', 'a\x01.txt', 'a\x7f.txt'])
        isRefused(
          await sendForm(members.alice, formOf({ filename })),
          [400, 'INVALID_INPUT'],
          'body',
        );
      await nothingKept(id);
    });
  });

  describe('limits', () => {
    it('fails with TOO_LARGE for one file of too many bytes, and takes none of the others', async () => {
      await using own = await ownApp({ LIMIT_FILE_BYTES: '1000' });
      const { members, id } = await newHub({ alice: 7 }, own);
      const form = formOf(sent('small'), sent('x'.repeat(1001)), sent('small'));
      isRefused(await sendForm(members.alice, form, own.url), [413, 'TOO_LARGE'], 'file');
      await nothingKept(id);
      expect(await upload(members.alice, 'a', 'x'.repeat(1000))).to.include({ filesize: 1000 });
    });

    it('fails with TOO_LARGE at once for a body that says it is longer than any may be', async () => {
      await using own = await ownApp({ LIMIT_FILE_BYTES: '1000' });
      const { members, id } = await newHub({ alice: 7 }, own);
      const { isAsked, answer } = await askToUpload(members.alice, own.url, {
        'content-length': '5000000',
      });
      expect([isAsked, await answer]).to.deep.equal([false, { status: 413, error: 'TOO_LARGE' }]);
      await nothingKept(id);
    });

    it('fails with INVALID_INPUT for more than twenty files', async () => {
      const { members, id } = await newHub({ alice: 7 });
      const files = (count: number) => formOf(...Array.from({ length: count }, () => sent('x')));
      isRefused(await sendForm(members.alice, files(21)), [400, 'INVALID_INPUT'], 'file');
      await nothingKept(id);
      expect((await sendForm(members.alice, files(20))).body.data).to.have.length(20);
    });

    it('fails with RATE_LIMITED for more files than a user may send in a minute', async () => {
      await using own = await ownApp({ LIMIT_FILES: '3' });
      const { members, id } = await newHub({ alice: 7, bob: 7 }, own);
      const three = [sent('1'), sent('2'), sent('3')];
      const reply = await sendForm(members.alice, formOf(...three, sent('4')), own.url);
      expect(outcome(reply)).to.deep.equal([429, 'RATE_LIMITED']);
      expect(Number(reply.headers['retry-after'])).to.be.within(1, 60);
      await nothingKept(id);
      expect((await sendForm(members.bob, formOf(...three), own.url)).body.data).to.have.length(3);
      await refused(upload(members.bob), 'RATE_LIMITED');
      expect(await rowsOf(id)).to.have.length(3);
    });

    it('fails with TOO_LARGE while too many bytes of the user’s wait to be sent', async () => {
      await using own = await ownApp({ LIMIT_STAGED_BYTES: '2000' });
      const { members } = await newHub({ alice: 7, bob: 7 }, own);
      const { alice, bob } = members;
      const half = () => upload(alice, 'half', 'x'.repeat(1200));
      const tooMuch = async () =>
        expect((await refused(half(), 'TOO_LARGE')).details[0]).to.match(/^file: /);
      const first = await half();
      await tooMuch();
      await upload(bob, 'half', 'x'.repeat(1200));
      await alice.chat.post({ entity_id: bob.id, attachment: [first.nid] });
      const second = await half();
      await tooMuch();
      await alice.chat.upload_remove({ nid: second.nid });
      await half();
      expect((await rowsOf(alice.hubId)).filter((row) => row.state === 'staged')).to.have.length(2);
    });

    it('lets several uploads at once bring no more than one could', async () => {
      await using own = await ownApp({ LIMIT_STAGED_BYTES: '2000' });
      const { members, id } = await newHub({ alice: 7 }, own);
      await Promise.allSettled(
        ['a', 'b', 'c', 'd'].map((name) => upload(members.alice, name, 'x'.repeat(1200))),
      );
      expect(await rowsOf(id)).to.have.length.at.most(1);
    });

    it('are answered while the rest of what is too much is still being sent', async () => {
      await using own = await ownApp({
        LIMIT_FILE_BYTES: '300000',
        LIMIT_FILES: '3',
        LIMIT_STAGED_BYTES: '500000',
      });
      const part = sent('x'.repeat(200_000));
      for (const [error, status, ...parts] of [
        ['TOO_LARGE', 413, sent('x'.repeat(400_000))],
        ['TOO_LARGE', 413, part, part, part],
        ['RATE_LIMITED', 429, sent('1'), sent('2'), sent('3'), sent('4')],
        ['INVALID_INPUT', 400, sent('1'), { name: 'photo', filename: 'a' }],
      ] as [string, number, ...Part[]][]) {
        const { members, id } = await newHub({ alice: 7 }, own);
        const { sent: body, answer } = await askToUpload(members.alice, own.url);
        body.write(formOf(...parts).subarray(0, -10));
        expect(await answer).to.deep.equal({ status, error });
        await nothingKept(id);
      }
    });

    it('fails with TOO_LARGE for a picture of too many pixels, without decoding it', async () => {
      await using own = await ownApp({ LIMIT_IMAGE_PIXELS: '10000' });
      const { members, id } = await newHub({ alice: 7 }, own);
      const form = async (width: number) =>
        formOf(sent(await pngOf(9, 9)), sent(await pngOf(width, 100)));
      isRefused(
        await sendForm(members.alice, await form(101), own.url),
        [413, 'TOO_LARGE'],
        'file',
      );
      // All that there is of it are its first bytes, which tell 60,000 × 60,000.
      const head =
        '89504e470d0a1a0a0000000d494844520000ea600000ea6008020000000fb0e21500000001494441540000000000';
      const huge = formOf(sent(Buffer.from(head, 'hex'), 'huge.png'));
      isRefused(await sendForm(members.alice, huge), [413, 'TOO_LARGE'], 'file');
      await nothingKept(id);
      expect((await sendForm(members.alice, await form(100), own.url)).body.data[1]).to.include({
        width: 100,
      });
    });
  });

  describe('who may not', () => {
    /** Callers that may not upload here, and how each is refused. */
    async function strangers(): Promise<{
      alice: Member;
      bad: [what: string, sender: Sender, code: string][];
    }> {
      const { members, id } = await newHub({ alice: 7, viewer: 3 });
      const { alice, viewer } = members;
      const elsewhere = await newHub({ eve: 63 });
      const narrow = async (...grants: Grant[]) => ({
        token: (await platform().session.issue({ user_id: alice.id, grants })).token,
        hubId: id,
      });
      const wide = await narrow('chat:roomMessage:add');
      expect((await sendForm(wide, formOf(sent('x')))).status).to.equal(200);
      return {
        alice,
        bad: [
          ['no token', { hubId: id }, 'NOT_AUTHENTICATED'],
          ['a wrong token', { token: 'wrong', hubId: id }, 'NOT_AUTHENTICATED'],
          ['a viewer', { token: viewer.token, hubId: id }, 'PERMISSION_DENIED'],
          [
            'another hub’s member',
            { token: elsewhere.members.eve.token, hubId: id },
            'PERMISSION_DENIED',
          ],
          ['an unknown hub', { token: alice.token, hubId: elsewhere.id }, 'PERMISSION_DENIED'],
          [
            'narrow grants',
            await narrow('chat:room:view', 'chat:1on1Message:view'),
            'PERMISSION_DENIED',
          ],
        ],
      };
    }

    it('is answered while he still sends', async () => {
      const { alice, bad } = await strangers();
      for (const [what, sender, code] of bad) {
        const headers = { 'content-type': formType, ...headersOf(sender) };
        const { body } = await request('/-/svc/chat.upload', { headers, endless: true });
        expect(body.error, what).to.equal(code);
      }
      expect(await rowsOf(alice.hubId)).to.have.length(1);
      expect(await temporary()).to.deep.equal([]);
    });

    it('is not told to go on when he asks before he sends; who may is', async () => {
      const { alice, bad } = await strangers();
      for (const [what, sender, code] of bad) {
        const { isAsked, answer } = await askToUpload(sender);
        expect([isAsked, (await answer).error], what).to.deep.equal([false, code]);
      }
      const { isAsked, sent: body, answer } = await askToUpload(alice);
      expect(isAsked).to.equal(true);
      body.end(formOf(sent('x')));
      expect((await answer).status).to.equal(200);
    });

    it('any more when his files have arrived is refused, and nothing is kept', async () => {
      for (const [code, lose] of [
        ['NOT_AUTHENTICATED', ({ alice }) => alice.session.logout()],
        [
          'PERMISSION_DENIED',
          ({ alice, operator }) => operator.hub.remove_member({ user_id: alice.id }),
        ],
        [
          'PERMISSION_DENIED',
          ({ alice, operator }) => operator.hub.set_privilege({ user_id: alice.id, privilege: 3 }),
        ],
      ] as [
        string,
        (hub: { alice: Member; operator: ReturnType<typeof platform> }) => Promise<unknown>,
      ][]) {
        const { members, operator, id } = await newHub({ alice: 7 });
        const { alice } = members;
        const { sent: body, answer } = await askToUpload(alice);
        const form = formOf(sent(await pngOf(9, 9), 'a.png'), sent('second'));
        body.write(form.subarray(0, form.length - 100));
        await eventually(async () => (await temporary()).length > 0);
        await lose({ alice, operator });
        body.end(form.subarray(form.length - 100));
        expect((await answer).error).to.equal(code);
        await nothingKept(id);
      }
    });
  });

  describe('a body', () => {
    it('may name the hub in a field, but no other than the call came to', async () => {
      const { members, id } = await newHub({ alice: 7 });
      const other = await newHub({ eve: 7 });
      for (const fields of [[other.id], [id, other.id], ['']]) {
        const parts = fields.map((content) => ({ name: 'hub_id', content }));
        isRefused(
          await sendForm(members.alice, formOf(...parts, sent('x'))),
          [400, 'INVALID_INPUT'],
          'hub_id',
        );
      }
      await nothingKept(id);
      await nothingKept(other.id);
      const reply = await sendForm(
        members.alice,
        formOf({ name: 'hub_id', content: id }, sent('x')),
      );
      expect(reply.body.data).to.have.length(1);
    });

    it('that is no form with files is refused', async () => {
      const { members, id } = await newHub({ alice: 7 });
      const whole = formOf(sent('x'));
      const fields = Array.from({ length: 21 }, (_, n) => ({ name: `field${n}` }));
      for (const [what, body, code, parameter, more] of [
        ['JSON', '{}', 'UNSUPPORTED_TYPE', 'Content-Type', { 'content-type': 'application/json' }],
        ['no type', whole, 'UNSUPPORTED_TYPE', 'Content-Type', { 'content-type': '' }],
        [
          'mixed',
          whole,
          'UNSUPPORTED_TYPE',
          'Content-Type',
          { 'content-type': formType.replace('form-data', 'mixed') },
        ],
        [
          'compressed',
          whole,
          'UNSUPPORTED_TYPE',
          'Content-Encoding',
          { 'content-encoding': 'gzip' },
        ],
        [
          'no boundary',
          whole,
          'INVALID_INPUT',
          'body',
          { 'content-type': 'multipart/form-data; charset=utf-8' },
        ],
        [
          'another boundary',
          whole,
          'INVALID_INPUT',
          'body',
          { 'content-type': 'multipart/form-data; boundary=b' },
        ],
        ['no end', whole.subarray(0, -10), 'INVALID_INPUT', 'body'],
        ['no form', 'x'.repeat(1000), 'INVALID_INPUT', 'body'],
        ['nothing', '', 'INVALID_INPUT', 'body'],
        ['no part', formOf(), 'INVALID_INPUT', '(file|body)'],
        ['no file', formOf({ name: 'echoId' }), 'INVALID_INPUT', 'file'],
        ['no file chosen', formOf({ filename: '', content: '' }), 'INVALID_INPUT', 'file'],
        ['a text called file', formOf({ name: 'file' }), 'INVALID_INPUT', 'file'],
        [
          'another name',
          formOf(sent('x'), { name: 'photo', filename: 'a' }),
          'INVALID_INPUT',
          'photo',
        ],
        ['a list', formOf({ name: 'file[]', filename: 'a' }), 'INVALID_INPUT', 'file\\[\\]'],
        ['many fields', formOf(...fields, sent('x')), 'INVALID_INPUT', 'body'],
        [
          'a long field',
          formOf({ name: 'a', content: 'x'.repeat(2000) }, sent('x')),
          'INVALID_INPUT',
          'body',
        ],
      ] as [string, Buffer | string, string, string, Record<string, string>?][]) {
        const headers = { 'content-type': formType, ...headersOf(members.alice), ...more };
        const reply = await request('/-/svc/chat.upload', { headers, body });
        expect(reply.body.error, `${what}: ${reply.body.details}`).to.equal(code);
        expect(reply.body.details[0], what).to.match(new RegExp(`^${parameter}: .`));
      }
      await nothingKept(id);
      expect((await sendForm(members.alice, whole)).status).to.equal(200);
    });

    it('cannot make up a file by fields', async () => {
      // In production replies are seldom checked against the contract.
      await using own = await ownApp({ NODE_ENV: 'production' });
      const { members } = await newHub({ alice: 7 }, own);
      const id = '018f0000-0000-7000-8000-000000000001';
      const said = {
        id,
        fileName: '../../x',
        extension: 'html',
        mimetype: 'text/html',
        category: 'image',
      };
      const forged = { ...said, filesize: '5', width: '7', height: '9', hasThumbnail: '0' };
      const whole = Object.entries(forged).map(([name, content]) => ({
        name: `file[0][${name}]`,
        content,
      }));
      for (const parts of [
        whole,
        [{ name: 'file[]' }],
        [{ name: 'file[0]' }],
        [{ name: 'file[99]' }],
        [{}, {}],
      ])
        isRefused(
          await sendForm(members.alice, formOf(...parts), own.url),
          [400, 'INVALID_INPUT'],
          'file(\\[.*)?',
        );
      await nothingKept(members.alice.hubId);
    });

    it('by GET is refused, and told what is allowed', async () => {
      const { members } = await newHub({ alice: 7 });
      const { token, hubId } = members.alice;
      const { status, headers, body } = await raw('chat.upload', { token, hubId, verb: 'GET' });
      expect([status, headers.get('allow'), body.error]).to.deep.equal([
        405,
        'POST',
        'METHOD_NOT_ALLOWED',
      ]);
    });

    it('that is cut in the middle leaves nothing, and the service goes on', async () => {
      const { members, id } = await newHub({ alice: 7 });
      for (const first of [[], [sent(await pngOf(20, 20), 'whole.png')]]) {
        const { sent: body, answer } = await askToUpload(members.alice);
        const form = formOf(...first, sent('x'.repeat(200_000)));
        body.write(form.subarray(0, form.length - 100_000));
        await eventually(async () => (await temporary()).length > first.length);
        body.destroy();
        await answer.catch(() => {});
        await eventually(async () => (await temporary()).length === 0);
      }
      await nothingKept(id);
      expect(await upload(members.alice)).to.include({ filesize: 6 });
    });

    it('is UNAVAILABLE when the disk fails, with nothing kept, and taken when it is there again', async () => {
      const { members, id } = await newHub({ alice: 7 });
      const { sent: body, answer } = await askToUpload(members.alice);
      const form = formOf(sent('x'.repeat(1000)), sent('second'));
      body.write(form.subarray(0, 800));
      await eventually(async () => (await temporary()).length > 0);
      await rm(join(dataDir(), 'files', 'tmp'), { recursive: true });
      body.end(form.subarray(800));
      expect(await answer).to.deep.equal({ status: 503, error: 'UNAVAILABLE' });
      await nothingKept(id);
      expect(await upload(members.alice)).to.include({ filesize: 6 });
    });

    it('of which one file cannot be stored leaves none of the others', async () => {
      const { members, id } = await newHub({ alice: 7, bob: 7, carol: 7, dan: 7 });
      const folders = Array.from({ length: 128 }, (_, n) => (2 * n).toString(16).padStart(2, '0'));
      const paths = folders.map((folder) => join(dataDir(), 'files', id, folder));
      await mkdir(join(dataDir(), 'files', id), { recursive: true });
      for (const path of paths) await writeFile(path, 'where a folder should be');
      const files = Array.from({ length: 20 }, (_, n) => sent(`${n}`));
      for (const member of Object.values(members))
        expect(outcome(await sendForm(member, formOf(...files)))).to.deep.equal([
          503,
          'UNAVAILABLE',
        ]);
      for (const path of paths) await rm(path);
      await nothingKept(id);
      expect((await sendForm(members.alice, formOf(...files))).body.data).to.have.length(20);
    });
  });
});
