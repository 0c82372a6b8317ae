import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { dataDir, ownApp } from '../../support/app.ts';
import {
  askToUpload,
  filePart,
  formOf,
  formType,
  headersOf,
  nothingKept,
  partialFiles,
  pngOf,
  sendForm,
  upload,
} from '../../support/files.ts';
import { newHub, raw } from '../../support/hub.ts';
import { outcome, request } from '../../support/request.ts';
import { eventually } from '../../support/wait.ts';
import { expectRefusal } from './support.ts';

describe('chat.upload', () => {
  describe('a body', () => {
    it('may name the hub in a field, but only the hub of the call', async () => {
      const { members, id } = await newHub({ alice: 7 });
      const other = await newHub({ eve: 7 });
      for (const fields of [[other.id], [id, other.id], ['']]) {
        const parts = fields.map((content) => ({ name: 'hub_id', content }));
        expectRefusal(
          await sendForm(members.alice, formOf(...parts, filePart('x'))),
          [400, 'INVALID_INPUT'],
          'hub_id',
        );
      }
      await nothingKept(id);
      await nothingKept(other.id);
      const reply = await sendForm(
        members.alice,
        formOf({ name: 'hub_id', content: id }, filePart('x')),
      );
      expect(reply.body.data).to.have.length(1);
    });

    it('is rejected unless it is a form with files', async () => {
      const { members, id } = await newHub({ alice: 7 });
      const whole = formOf(filePart('x'));
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
          formOf(filePart('x'), { name: 'photo', filename: 'a' }),
          'INVALID_INPUT',
          'photo',
        ],
        ['a list', formOf({ name: 'file[]', filename: 'a' }), 'INVALID_INPUT', 'file\\[\\]'],
        ['many fields', formOf(...fields, filePart('x')), 'INVALID_INPUT', 'body'],
        [
          'a long field',
          formOf({ name: 'a', content: 'x'.repeat(2000) }, filePart('x')),
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

    it('cannot forge a file with fields', async () => {
      // In production, few replies are checked against the contract.
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
        expectRefusal(
          await sendForm(members.alice, formOf(...parts), own.url),
          [400, 'INVALID_INPUT'],
          'file(\\[.*)?',
        );
      await nothingKept(members.alice.hubId);
    });

    it('is rejected by GET with an Allow header', async () => {
      const { members } = await newHub({ alice: 7 });
      const { token, hubId } = members.alice;
      const { status, headers, body } = await raw('chat.upload', { token, hubId, verb: 'GET' });
      expect([status, headers.get('allow'), body.error]).to.deep.equal([
        405,
        'POST',
        'METHOD_NOT_ALLOWED',
      ]);
    });

    it('leaves nothing when the connection is cut, and the service keeps working', async () => {
      const { members, id } = await newHub({ alice: 7 });
      for (const first of [[], [filePart(await pngOf(20, 20), 'whole.png')]]) {
        const { sent: body, answer } = await askToUpload(members.alice);
        const form = formOf(...first, filePart('x'.repeat(200_000)));
        body.write(form.subarray(0, form.length - 100_000));
        await eventually(async () => (await partialFiles()).length > first.length);
        body.destroy();
        await answer.catch(() => {});
        await eventually(async () => (await partialFiles()).length === 0);
      }
      await nothingKept(id);
      expect(await upload(members.alice)).to.include({ filesize: 6 });
    });

    it('fails with UNAVAILABLE and keeps nothing while the disk fails', async () => {
      const { members, id } = await newHub({ alice: 7 });
      const { sent: body, answer } = await askToUpload(members.alice);
      const form = formOf(filePart('x'.repeat(1000)), filePart('second'));
      body.write(form.subarray(0, 800));
      await eventually(async () => (await partialFiles()).length > 0);
      await rm(join(dataDir(), 'files', 'tmp'), { recursive: true });
      body.end(form.subarray(800));
      expect(await answer).to.deep.equal({ status: 503, error: 'UNAVAILABLE' });
      await nothingKept(id);
      expect(await upload(members.alice)).to.include({ filesize: 6 });
    });

    it('leaves no file when one of them cannot be stored', async () => {
      const { members, id } = await newHub({ alice: 7, bob: 7, carol: 7, dan: 7 });
      const folders = Array.from({ length: 128 }, (_, n) => (2 * n).toString(16).padStart(2, '0'));
      const paths = folders.map((folder) => join(dataDir(), 'files', id, folder));
      await mkdir(join(dataDir(), 'files', id), { recursive: true });
      for (const path of paths) await writeFile(path, 'in place of a folder');
      const files = Array.from({ length: 20 }, (_, n) => filePart(`${n}`));
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
