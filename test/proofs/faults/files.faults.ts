import { spawnSync } from 'node:child_process';
import { rename, rm, symlink, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { formOf, formType, headersOf } from '../../support/files.ts';
import { refused } from '../../support/hub.ts';
import { eventually } from '../../support/wait.ts';
import {
  type Bench,
  hour,
  nothing,
  type Person,
  photo,
  startBench,
  unanswered,
  upload,
  uploadOne,
  withBench,
} from './bench.ts';

const insert = 'insert into `attachments`';

describe('A service that is killed during uploads', () => {
  let bench: Bench;
  withBench((started) => {
    bench = started;
  });

  /** Sends only the first bytes of a body. */
  async function sendHalf(person: Person, body: Buffer, bytes: number): Promise<void> {
    const headers = {
      ...headersOf(person),
      'content-type': formType,
      'content-length': body.length,
    };
    const sent = http.request(`${bench.service.url}/-/svc/chat.upload`, {
      method: 'POST',
      headers,
      agent: false,
    });
    sent.on('error', () => {});
    sent.write(body.subarray(0, bytes));
  }

  it('leaves partial files of an incomplete body, which the sweeper removes', async () => {
    const { alice } = await bench.newHub('alice');
    const big = formOf({ filename: 'big.bin', content: Buffer.alloc(300_000, 'b') });
    const two = formOf(
      { filename: 'whole.bin', content: Buffer.alloc(100_000, 'w') },
      { filename: 'cut.bin', content: Buffer.alloc(100_000, 'c') },
    );
    await sendHalf(alice, big, 150_000);
    await sendHalf(alice, two, 150_000);
    await eventually(async () => (await bench.partial()).length === 3);
    await bench.restart();

    expect(await bench.rowsOf(alice.hubId)).to.deep.equal([]);
    expect(await bench.storedOf(alice.hubId)).to.deep.equal([]);
    expect(await bench.partial()).to.have.length(3);
    expect(await bench.sweepIn(0), 'what may come in yet').to.include(nothing);
    expect(await bench.partial()).to.have.length(3);
    expect(await bench.sweepIn(3 * hour)).to.include({ ...nothing, partial: 3 });
    await bench.expectWhole();
    expect(await bench.sweepIn(3 * hour)).to.include(nothing);
  });

  for (const [what, when, ...sent] of [
    ['before its row arrives', 'arriving', insert],
    ['before its row is answered', 'answered', insert],
    ['before the commit arrives', 'arriving', insert, 'COMMIT'],
  ] as const)
    it(`leaves stray bytes at most, and allows a retry, ${what}`, async () => {
      const { alice } = await bench.newHub('alice');
      const picture = await photo();
      const silent = bench.wire.silenceAt(when, ...sent);
      const call = unanswered(upload(alice, ['note.txt', 'a note'], ['photo.jpg', picture]));
      await silent;
      await bench.service.kill();
      await call;
      await bench.service.start();

      expect(await bench.rowsOf(alice.hubId)).to.deep.equal([]);
      expect(await bench.storedOf(alice.hubId), 'note, photo, thumbnail').to.have.length(3);
      expect(await bench.partial()).to.deep.equal([]);
      const [note, shot] = (
        await upload(alice, ['note.txt', 'a note'], ['photo.jpg', picture])
      ).map(({ nid }) => nid);
      expect(await bench.sweepIn(0), 'whose row may come yet').to.include(nothing);
      expect(await bench.storedOf(alice.hubId)).to.have.length(6);
      expect(await bench.sweepIn(3 * hour)).to.include({ ...nothing, strays: 3 });
      expect(await bench.storedOf(alice.hubId)).to.have.members([note, shot, `${shot}.thumb`]);
      expect(await bench.read(alice, note ?? '')).to.deep.equal(Buffer.from('a note'));
      expect(await bench.read(alice, shot ?? '')).to.deep.equal(picture);
      await bench.expectWhole();
    });

  it('has the files staged if the commit arrived, to be sent or swept as usual', async () => {
    const { alice, bob } = await bench.newHub('alice', 'bob');
    const picture = await photo();
    const silent = bench.wire.silenceAt('answered', insert, 'COMMIT');
    const call = unanswered(upload(alice, ['photo.jpg', picture], ['other.jpg', picture]));
    await silent;
    await bench.restart();
    await call;

    const rows = await bench.rowsOf(alice.hubId);
    expect(
      rows.map(({ state, filesize, hasThumbnail }) => ({ state, filesize, hasThumbnail })),
    ).to.deep.equal(Array(2).fill({ state: 'staged', filesize: picture.length, hasThumbnail: 1 }));
    await bench.expectWhole();
    const [sent = '', left = ''] = rows.map((row) => row.id);
    expect(await bench.read(alice, sent)).to.deep.equal(picture);
    expect(await bench.read(bob, sent)).to.equal(404);
    await refused(
      bob.chat.post({ entity_id: alice.id, message: '', attachment: [sent] }),
      'INVALID_ATTACHMENT',
    );
    const { message_id } = await alice.chat.post({
      entity_id: bob.id,
      message: '',
      attachment: [sent],
    });
    expect((await bob.chat.attachment({ message_id })).map(({ nid }) => nid)).to.deep.equal([sent]);
    expect(await bench.read(bob, sent)).to.deep.equal(picture);

    expect(await bench.sweepIn(47 * hour)).to.include(nothing);
    expect(await bench.read(alice, left)).to.deep.equal(picture);
    expect(await bench.sweepIn(49 * hour)).to.include({ ...nothing, stale: 1 });
    expect(await bench.read(alice, left)).to.equal(404);
    expect((await bench.rowsOf(alice.hubId)).map(({ id, state }) => ({ id, state }))).to.deep.equal(
      [{ id: sent, state: 'attached' }],
    );
    await bench.expectWhole();
  });

  it('has every byte of an upload with a reply', async () => {
    const { alice, bob } = await bench.newHub('alice', 'bob');
    const files = [
      ['note.txt', Buffer.from('a note')],
      ['photo.jpg', await photo()],
    ] as const;
    const big = ['big.bin', Buffer.alloc(5_000_000, 'many bytes')] as const;
    const nids = (await upload(alice, ...files, big)).map((file) => file.nid);
    await bench.service.kill();
    await bench.service.start();

    await bench.expectWhole();
    const { message_id } = await alice.chat.post({
      entity_id: bob.id,
      message: 'look',
      attachment: nids,
    });
    expect((await bob.chat.attachment({ message_id })).map(({ nid }) => nid)).to.deep.equal(nids);
    for (const [index, [name, bytes]] of [...files, big].entries())
      expect(await bench.read(bob, nids[index] ?? ''), name).to.deep.equal(bytes);
    expect(await bench.read(bob, nids[1] ?? '', 'thumb')).to.be.instanceOf(Buffer);
    expect(await bench.sweepIn(49 * hour)).to.include(nothing);
  });

  it('never has a row without bytes, whenever it is killed', async () => {
    const hub = await bench.newHub('alice', 'bob', 'carl', 'dora');
    const people = Object.values(hub);
    const picture = await photo();
    const answered: string[] = [];
    for (let round = 0; round < 3; round++) {
      const started = performance.now();
      await Promise.all(people.map((person) => uploadOne(person, 'warm.jpg', picture)));
      const tookMs = performance.now() - started;
      const calls = people.map(async (person) => {
        await sleep(Math.random() * tookMs);
        answered.push(await uploadOne(person, 'photo.jpg', picture));
      });
      const ended = Promise.allSettled(calls);
      await sleep((0.3 + Math.random()) * tookMs);
      await bench.service.kill();
      await ended;
      await bench.service.start();
      const ids = new Set((await bench.rowsOf(hub.alice.hubId)).map((row) => row.id));
      expect(
        answered.filter((id) => !ids.has(id)),
        'answered and lost',
      ).to.deep.equal([]);
      const stored = new Set(await bench.storedOf(hub.alice.hubId));
      expect(
        [...ids].filter((id) => !stored.has(id) || !stored.has(`${id}.thumb`)),
        'no bytes',
      ).to.deep.equal([]);
      await bench.sweepIn(3 * hour);
      await bench.expectWhole();
    }
    const { stale } = await bench.sweepIn(49 * hour);
    expect(stale).to.be.at.least(12 + answered.length);
    expect(await bench.storedOf(hub.alice.hubId)).to.deep.equal([]);
  });
});

describe('A service whose disk cannot store bytes', () => {
  let bench: Bench;
  before(async () => {
    bench = await startBench();
  });
  after(() => bench[Symbol.asyncDispose]());

  /** Two members and a file that was uploaded before the fault. */
  async function twoOn(on: Bench) {
    const { alice, bob } = await on.newHub('alice', 'bob');
    const nid = await uploadOne(alice, 'before.txt', 'before');

    return {
      hubId: alice.hubId,
      /** Asserts that only the upload fails, and that no row of it remains. */
      async expectRefusal(...files: (readonly [string, Buffer])[]): Promise<void> {
        const failure = await refused(upload(alice, ...files), 'UNAVAILABLE');
        expect(failure.details.join('; ')).to.contain('file');
        expect((await on.rowsOf(alice.hubId)).map(({ id }) => id)).to.deep.equal([nid]);
        await alice.chat.post({ entity_id: bob.id, message: 'still here' });
      },
      /** Asserts that everything is as before and uploads work. */
      async expectRepaired(): Promise<void> {
        expect(await on.partial()).to.deep.equal([]);
        expect(await on.storedOf(alice.hubId)).to.deep.equal([nid]);
        expect(await on.read(alice, nid)).to.deep.equal(Buffer.from('before'));
        const after = await uploadOne(alice, 'after.txt', 'after');
        expect(await on.read(alice, after)).to.deep.equal(Buffer.from('after'));
        await on.expectWhole();
      },
    };
  }

  for (const [what, nameOf] of [
    ['parts', () => 'tmp'],
    ['whole files', (hubId: string) => hubId],
  ] as const)
    for (const [state, spoil] of [
      ['a file', (place: string) => writeFile(place, '')],
      // No files can be created in /sys, even by root.
      ['not writable', (place: string) => symlink('/sys/kernel', place)],
      ['on a disk that is gone', (place: string) => symlink('/nowhere/at/all', place)],
    ] as const)
      it(`reports it, stores nothing, continues if the ${what} folder is ${state}`, async () => {
        const { hubId, expectRefusal, expectRepaired } = await twoOn(bench);
        const place = join(bench.service.files, nameOf(hubId));
        await rename(place, `${place}.away`);
        await spoil(place);
        try {
          await expectRefusal(['note.txt', Buffer.from('a note')], ['photo.jpg', await photo()]);
        } finally {
          await rm(place);
          await rename(`${place}.away`, place);
        }
        await expectRepaired();
      });

  it('reports it, stores nothing and continues when the disk is full', async function () {
    if (spawnSync('unshare', ['-rm', 'true']).status !== 0) return this.skip();
    const onSmallDisk =
      'mkdir -p "$HUBCHAT_DATA/files" && ' +
      'mount -t tmpfs -o size=1m tmpfs "$HUBCHAT_DATA/files" && exec "$@"';
    await using small = await startBench({
      within: ['unshare', '-rm', 'sh', '-c', onSmallDisk, 'sh'],
    });
    const { expectRefusal, expectRepaired } = await twoOn(small);
    await expectRefusal(
      ['small.bin', Buffer.alloc(10_000, 's')],
      ['big.bin', Buffer.alloc(2_000_000, 'b')],
    );
    await expectRefusal(
      ['big.bin', Buffer.alloc(3_000_000, 'b')],
      ['small.bin', Buffer.alloc(10_000, 's')],
    );
    await expectRepaired();
  });
});
