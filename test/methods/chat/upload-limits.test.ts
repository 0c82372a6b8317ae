import { expect } from 'chai';
import { ownApp } from '../../support/app.ts';
import {
  askToUpload,
  filePart,
  formOf,
  headersOf,
  nothingKept,
  type Part,
  pngOf,
  rowsOf,
  sendForm,
  upload,
} from '../../support/files.ts';
import { newHub, refused } from '../../support/hub.ts';
import { outcome } from '../../support/request.ts';
import { eventually } from '../../support/wait.ts';
import { expectRefusal } from './support.ts';

describe('chat.upload', () => {
  describe('limits', () => {
    it('fails with TOO_LARGE for one file of too many bytes, and keeps none', async () => {
      await using own = await ownApp({ LIMIT_FILE_BYTES: '1000' });
      const { members, id } = await newHub({ alice: 7 }, own);
      const form = formOf(filePart('small'), filePart('x'.repeat(1001)), filePart('small'));
      expectRefusal(await sendForm(members.alice, form, own.url), [413, 'TOO_LARGE'], 'file');
      await nothingKept(id);
      expect(await upload(members.alice, 'a', 'x'.repeat(1000))).to.include({ filesize: 1000 });
    });

    it('fails with TOO_LARGE at once for a Content-Length above the maximum', async () => {
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
      const files = (count: number) =>
        formOf(...Array.from({ length: count }, () => filePart('x')));
      expectRefusal(await sendForm(members.alice, files(21)), [400, 'INVALID_INPUT'], 'file');
      await nothingKept(id);
      expect((await sendForm(members.alice, files(20))).body.data).to.have.length(20);
    });

    it('fails with RATE_LIMITED for more files than a user may send in a minute', async () => {
      await using own = await ownApp({ LIMIT_FILES: '3' });
      const { members, id } = await newHub({ alice: 7, bob: 7 }, own);
      const three = [filePart('1'), filePart('2'), filePart('3')];
      const reply = await sendForm(members.alice, formOf(...three, filePart('4')), own.url);
      expect(outcome(reply)).to.deep.equal([429, 'RATE_LIMITED']);
      expect(Number(reply.headers['retry-after'])).to.be.within(1, 60);
      await nothingKept(id);
      expect((await sendForm(members.bob, formOf(...three), own.url)).body.data).to.have.length(3);
      await refused(upload(members.bob), 'RATE_LIMITED');
      expect(await rowsOf(id)).to.have.length(3);
    });

    it('fails with TOO_LARGE while the user has too many staged bytes', async () => {
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

    it('allows concurrent uploads no more bytes than one', async () => {
      await using own = await ownApp({ LIMIT_STAGED_BYTES: '2000' });
      const { members, id } = await newHub({ alice: 7 }, own);
      await Promise.allSettled(
        ['a', 'b', 'c', 'd'].map((name) => upload(members.alice, name, 'x'.repeat(1200))),
      );
      expect(await rowsOf(id)).to.have.length.at.most(1);
    });

    it('are enforced while the rest of the body is still being sent', async () => {
      await using own = await ownApp({
        LIMIT_FILE_BYTES: '300000',
        LIMIT_FILES: '3',
        LIMIT_STAGED_BYTES: '500000',
      });
      const part = filePart('x'.repeat(200_000));
      for (const [error, status, ...parts] of [
        ['TOO_LARGE', 413, filePart('x'.repeat(400_000))],
        ['TOO_LARGE', 413, part, part, part],
        ['RATE_LIMITED', 429, filePart('1'), filePart('2'), filePart('3'), filePart('4')],
        ['INVALID_INPUT', 400, filePart('1'), { name: 'photo', filename: 'a' }],
      ] as [string, number, ...Part[]][]) {
        const { members, id } = await newHub({ alice: 7 }, own);
        const { sent: body, answer } = await askToUpload(members.alice, own.url);
        body.write(formOf(...parts).subarray(0, -10));
        expect(await answer).to.deep.equal({ status, error });
        await nothingKept(id);
      }
    });

    it('waits with the body while four others of the user are received', async () => {
      const { members } = await newHub({ alice: 7, bob: 7 });
      const running = await Promise.all([1, 2, 3, 4].map(() => askToUpload(members.alice)));
      expect(running.map(({ isAsked }) => isAsked)).to.deep.equal([true, true, true, true]);
      let isFifthAsked = false;
      const fifth = askToUpload(members.alice).then((asked) => {
        isFifthAsked = asked.isAsked;
        return asked;
      });
      await upload(members.bob);
      await members.alice.chat.count_all();
      expect(isFifthAsked).to.equal(false);
      running[0]?.sent.end(formOf(filePart('1')));
      await eventually(() => isFifthAsked);
      for (const { sent } of [...running.slice(1), await fifth]) sent.end(formOf(filePart('2')));
      for (const { answer } of [...running, await fifth])
        expect(await answer).to.include({ status: 200 });
    });

    it('keeps a picture of too many pixels undecoded, and the files beside it', async () => {
      await using own = await ownApp({ LIMIT_IMAGE_PIXELS: '10000' });
      const { members } = await newHub({ alice: 7, bob: 7 }, own);
      const { alice, bob } = members;
      const wide = await pngOf(101, 100);
      const sent = [
        filePart('a note'),
        filePart(wide, 'wide.png'),
        filePart(await pngOf(100, 100)),
      ];
      const { body } = await sendForm(alice, formOf(...sent), own.url);
      const kind = { mimetype: 'image/png', category: 'image', height: 100 };
      expect(body.data).to.have.length(3);
      expect(body.data[1]).to.include({ ...kind, width: 101, has_thumbnail: 0 });
      expect(body.data[2]).to.include({ ...kind, width: 100, has_thumbnail: 1 });
      const nids = body.data.map((file: { nid: string }) => file.nid);
      await alice.chat.post({ entity_id: bob.id, attachment: nids });
      const get = (path: string) =>
        fetch(`${own.url}/-/file/${nids[1]}${path}`, { headers: headersOf(bob) });
      expect(Buffer.from(await (await get('')).arrayBuffer()).equals(wide)).to.equal(true);
      expect((await get('/thumb')).status).to.equal(404);
    });

    it('does not charge a picture that it does not decode', async () => {
      const { members } = await newHub({ alice: 7 });
      // Only the header of a PNG, which declares 60,000 × 60,000 pixels.
      const head =
        '89504e470d0a1a0a0000000d494844520000ea600000ea6008020000000fb0e215' +
        '00000001494441540000000000';
      const huge = Array.from({ length: 20 }, () => filePart(Buffer.from(head, 'hex'), 'huge.png'));
      const { body } = await sendForm(members.alice, formOf(...huge));
      expect(body.data).to.have.length(20);
      for (const file of body.data)
        expect(file).to.include({ width: 60_000, height: 60_000, has_thumbnail: 0 });
    });
  });
});
