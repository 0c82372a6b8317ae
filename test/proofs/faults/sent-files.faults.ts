import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { CallError } from '../../../client/index.ts';
import { transact } from '../../../db/connection/transaction.ts';
import { freeStale } from '../../../db/rows/messages/attachments.ts';
import { eventually } from '../../support/wait.ts';
import {
  type Bench,
  type Bytes,
  hour,
  nothing,
  type Person,
  photo,
  unanswered,
  upload,
  uploadOne,
  withBench,
} from './bench.ts';
import { chatterOn } from './chatter.ts';

/** The longest wait for background work, in ms. */
const soonMs = 5000;

describe('A service that is killed while files are sent and deleted', () => {
  let bench: Bench;
  withBench((started) => {
    bench = started;
  });

  const fileOf = async (hubId: string, nid: string) => {
    const row = (await bench.rowsOf(hubId)).find(({ id }) => id === nid);
    return row && { state: row.state, links: row.links };
  };

  async function messagesOf(hubId: string, echoId: string): Promise<string[]> {
    const [rows] = await bench.pool.query(
      'SELECT id FROM messages WHERE hub_id = ? AND echo_id = ?',
      [hubId, echoId],
    );
    return (rows as { id: string }[]).map((row) => row.id);
  }

  /** A post to be made, with an uploaded file. */
  async function prepare(author: Person, reader: Person, echoId: string, bytes: Bytes) {
    const nid = await uploadOne(author, 'file', bytes);
    const params = { entity_id: reader.id, message: 'look', attachment: [nid], echoId };
    return {
      author,
      reader,
      nid,
      bytes: Buffer.from(bytes),
      params,
      post: () => author.chat.post(params),
    };
  }

  type Prepared = Awaited<ReturnType<typeof prepare>>;

  /**
   * Whatever the outcome of the post, a retry succeeds, and then exactly one message has the file.
   * Returns the first outcome.
   */
  async function expectOnce(
    { author, reader, nid, bytes, params, post }: Prepared,
    answered?: string,
  ) {
    const { hubId } = author;
    const left = await fileOf(hubId, nid);
    const wasMade = left?.links === 1;
    expect(left).to.deep.equal(
      wasMade ? { state: 'attached', links: 1 } : { state: 'staged', links: 0 },
    );
    expect(await messagesOf(hubId, params.echoId)).to.have.length(wasMade ? 1 : 0);
    if (answered !== undefined) expect(wasMade, 'answered and lost').to.equal(true);

    const { message_id } = await post();
    expect((await post()).message_id).to.equal(message_id);
    if (answered !== undefined) expect(message_id).to.equal(answered);
    expect(await fileOf(hubId, nid)).to.deep.equal({ state: 'attached', links: 1 });
    expect(await messagesOf(hubId, params.echoId)).to.deep.equal([message_id]);
    expect((await reader.chat.attachment({ message_id })).map((file) => file.nid)).to.deep.equal([
      nid,
    ]);
    expect(await bench.read(reader, nid)).to.deep.equal(bytes);
    return wasMade;
  }

  it('attaches a file to at most one message when killed, to one after a retry', async () => {
    const hubs = [];
    for (let n = 0; n < 4; n++) hubs.push(await bench.newHub('alice', 'bob'));
    const picture = await photo();
    for (let round = 0; round < 6; round++) {
      const posts: Prepared[] = [];
      for (const [n, { alice, bob }] of hubs.entries())
        posts.push(
          await prepare(
            alice,
            bob,
            `round-${round}`,
            n % 2 ? picture : `file ${n} of round ${round}`,
          ),
        );
      const started = performance.now();
      await Promise.all(
        hubs.map(({ alice, bob }) => alice.chat.post({ entity_id: bob.id, message: 'warm' })),
      );
      const tookMs = performance.now() - started;
      const ended = Promise.allSettled(
        posts.map(({ post }) => sleep(Math.random() * 15).then(post)),
      );
      await sleep(Math.random() * (15 + 2 * tookMs));
      await bench.service.kill();
      const outcomes = await ended;
      await bench.service.start();
      for (const [n, post] of posts.entries()) {
        const outcome = outcomes[n];
        if (outcome?.status === 'rejected')
          expect(outcome.reason, 'it was cut').to.not.be.instanceOf(CallError);
        await expectOnce(
          post,
          outcome?.status === 'fulfilled' ? outcome.value.message_id : undefined,
        );
      }
    }
    expect(await bench.sweepIn(3 * hour)).to.include(nothing);
    await bench.expectWhole();
  });

  for (const [what, when, wasMade] of [
    ['does not arrive', 'arriving', false],
    ['is not answered', 'answered', true],
  ] as const)
    it(`replies to a retried post when the commit ${what}`, async () => {
      const { alice, bob } = await bench.newHub('alice', 'bob');
      const post = await prepare(alice, bob, 'once', 'a note');
      const silent = bench.wire.silenceAt(when, 'INSERT INTO `message_attachments`', 'COMMIT');
      const call = unanswered(post.post());
      await silent;
      await bench.restart();
      await call;
      expect(await expectOnce(post)).to.equal(wasMade);
    });

  it('removes bytes of deleted messages if it was killed after the reply', async () => {
    const { alice, bob, carl } = await bench.newHub('alice', 'bob', 'carl');
    const picture = await photo();
    const nids = (await upload(alice, ['note.txt', 'a note'], ['photo.jpg', picture])).map(
      (file) => file.nid,
    );
    const { message_id } = await alice.chat.post({
      entity_id: bob.id,
      message: '',
      attachment: nids,
    });
    const kept = await uploadOne(alice, 'kept.jpg', picture);
    const { message_id: original } = await alice.chat.post({
      entity_id: bob.id,
      message: '',
      attachment: [kept],
    });
    await alice.chat.forward({ entities: [carl.id], nodes: { messages: [original] } });

    // The job that removes bytes is delayed.
    await bench.wire.silenceAt('arriving', "WHERE state = 'freed'");
    await alice.chat.delete({ option: 'all', messages: [message_id, original] });
    await bench.service.kill();
    for (const nid of nids)
      expect(await fileOf(alice.hubId, nid)).to.deep.equal({ state: 'freed', links: 0 });
    expect(await bench.storedOf(alice.hubId), 'two files, two thumbnails, a note').to.have.length(
      5,
    );

    await bench.service.start();
    for (const person of [alice, bob])
      for (const nid of nids)
        expect(await bench.read(person, nid), 'still stored, but readable by no one').to.equal(404);
    await eventually(async () => (await bench.rowsOf(alice.hubId)).length === 1, soonMs);
    expect(await bench.storedOf(alice.hubId)).to.have.members([kept, `${kept}.thumb`]);
    expect(await bench.read(carl, kept)).to.deep.equal(picture);
    expect(await bench.read(bob, kept)).to.equal(404);
    await bench.expectWhole();
    expect(bench.service.log).to.deep.equal([]);
  });

  it('forgets the rows whose bytes it had removed when it was killed', async () => {
    const { alice, bob } = await bench.newHub('alice', 'bob');
    const nids = (await upload(alice, ['note.txt', 'a note'], ['photo.jpg', await photo()])).map(
      (file) => file.nid,
    );
    const { message_id } = await alice.chat.post({
      entity_id: bob.id,
      message: '',
      attachment: nids,
    });
    const silent = bench.wire.silenceAt('arriving', 'delete from `attachments`');
    await alice.chat.delete({ option: 'all', messages: [message_id] });
    await silent;
    await bench.service.kill();
    expect(await bench.storedOf(alice.hubId)).to.deep.equal([]);
    for (const nid of nids)
      expect(await fileOf(alice.hubId, nid)).to.deep.equal({ state: 'freed', links: 0 });

    await bench.service.start();
    for (const nid of nids) expect(await bench.read(bob, nid)).to.equal(404);
    await eventually(async () => (await bench.rowsOf(alice.hubId)).length === 0, soonMs);
    expect(bench.service.log).to.deep.equal([]);
    expect(await bench.sweepIn(49 * hour)).to.include(nothing);
  });

  it('resumes an interrupted sweep: stale files freed, some bytes removed', async () => {
    const { alice, bob } = await bench.newHub('alice', 'bob');
    const picture = await photo();
    const files = await upload(
      alice,
      ['1.jpg', picture],
      ['2.jpg', picture],
      ['3.jpg', picture],
      ['4.txt', 'a note'],
    );
    const [untouched, half, gone, sent = ''] = files.map((file) => file.nid);
    await alice.chat.post({ entity_id: bob.id, message: '', attachment: [sent] });
    await bench.service.kill();
    expect(await transact(bench.pool, (tx) => freeStale(tx, Date.now() + hour, 100))).to.equal(3);
    for (const [id = '', variant] of [
      [half, 'file'],
      [gone, 'file'],
      [gone, 'thumb'],
    ] as const)
      await bench.removeStored({ hubId: alice.hubId, id, variant });
    expect(await bench.storedOf(alice.hubId)).to.have.members([
      untouched,
      `${untouched}.thumb`,
      `${half}.thumb`,
      sent,
    ]);

    await bench.service.start();
    expect(await bench.read(alice, untouched ?? '')).to.equal(404);
    await eventually(async () => (await bench.rowsOf(alice.hubId)).length === 1, soonMs);
    expect(await bench.storedOf(alice.hubId)).to.deep.equal([sent]);
    expect(bench.service.log).to.deep.equal([]);
    expect(await bench.removeFreed()).to.equal(0);
    expect(await bench.sweepIn(49 * hour)).to.include(nothing);
    await bench.expectWhole();
  });

  it('removes what it can when a file cannot be removed, and that one later', async () => {
    const { alice } = await bench.newHub('alice');
    const nids = (await upload(alice, ['1.txt', 'one'], ['2.txt', 'two'], ['3.txt', 'three'])).map(
      (file) => file.nid,
    );
    const stuck = nids[1] ?? '';
    const place = join(bench.service.files, alice.hubId, stuck.slice(-2), stuck);
    await rm(place);
    await mkdir(join(place, 'in the way'), { recursive: true });
    for (const nid of nids) await alice.chat.upload_remove({ nid });
    await eventually(async () => (await bench.rowsOf(alice.hubId)).length === 1, soonMs);
    expect(await fileOf(alice.hubId, stuck)).to.deep.equal({ state: 'freed', links: 0 });
    expect(await bench.storedOf(alice.hubId)).to.deep.equal([]);

    await rm(place, { recursive: true });
    await eventually(async () => (await bench.rowsOf(alice.hubId)).length === 0, soonMs);
    await bench.expectWhole();
    // It logged the error and continues.
    expect(bench.service.log.splice(0)).to.have.length.above(0);
    await uploadOne(alice, '4.txt', 'four');
  });

  it('keeps exactly what its replies confirmed through ten random kills', async () => {
    const picture = await photo();
    const authors = await Promise.all([1, 2, 3].map(async () => chatterOn(bench, picture)));
    let isOver = false;
    let steps = 0;
    const working = authors.map(async (author) => {
      while (!isOver) {
        await author.step();
        steps += 1;
      }
    });
    const worked = Promise.all(working);
    for (let kills = 0; kills < 10; kills++) {
      // Measured by work done, not by time, so that slow machines kill at the same point.
      const enough = steps + 2 + Math.floor(Math.random() * 8);
      await Promise.race([worked, eventually(() => steps >= enough)]);
      await bench.restart();
    }
    isOver = true;
    await worked;

    await bench.sweepIn(3 * hour);
    await bench.expectWhole();
    for (const author of authors) await author.expectKept();
    await bench.sweepIn(49 * hour);
    await bench.expectWhole();
    for (const { hubId } of authors)
      expect((await bench.rowsOf(hubId)).filter((row) => row.state !== 'attached')).to.deep.equal(
        [],
      );
    expect(bench.service.log).to.deep.equal([]);
  });
});
