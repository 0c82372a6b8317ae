import { expect } from 'chai';
import { app } from '../../support/app.ts';
import { position } from '../../support/events.ts';
import { type Member, newHub, newRoom } from '../../support/hub.ts';
import { bearer, call } from '../../support/request.ts';

const mebibyte = 1024 * 1024;

/** Reads every page after `since` as it is sent; returns the numbers of events on each page. */
async function pagesOf({ token, hubId }: Member, since: number): Promise<number[][]> {
  const pages: number[][] = [];
  for (let from = since; ; ) {
    const { text, body } = await call('chat.sync', {
      headers: { ...bearer({ token }), 'x-hub-id': hubId },
      body: JSON.stringify({ since: from, limit: 1000 }),
    });
    const { events, seq, more } = body.data;
    expect(events.length).to.be.at.least(1);
    if (events.length > 1) expect(Buffer.byteLength(text)).to.be.at.most(mebibyte);
    pages.push(events.map((event: { seq: number }) => event.seq));
    if (!more) return pages;
    expect(seq).to.equal(pages.at(-1)?.at(-1));
    from = seq;
  }
}

/** Asserts that the pages are full and hold every event once. */
async function expectPages(reader: Member, start: number, posted: readonly number[]) {
  const pages = await pagesOf(reader, start);
  expect(pages.flat()).to.deep.equal([...posted].sort((a, b) => a - b));
  expect(pages.length).to.be.within(2, 6);
}

const postAll = async (author: Member, count: number, params: object, to: Member) => {
  const posts = Array.from({ length: count }, () =>
    author.chat.post({ entity_id: to.id, message: '', ...params }),
  );
  return (await Promise.all(posts)).map((post) => post.seq);
};

describe('A page of chat.sync has at most 1 MiB', () => {
  it('with characters that JSON writes as six bytes', async () => {
    const { alice, bob } = (await newHub({ alice: 7, bob: 7 })).members;
    const start = await position(bob);
    const posted = await postAll(alice, 40, { message: `${'\u0001'.repeat(9999)}x` }, bob);
    await expectPages(bob, start, posted);
  });

  it('with characters of four bytes', async () => {
    const { alice, bob } = (await newHub({ alice: 7, bob: 7 })).members;
    const start = await position(bob);
    const posted = await postAll(alice, 60, { message: '😀'.repeat(10_000) }, bob);
    await expectPages(bob, start, posted);
  });

  it('with short replies that quote a long message', async () => {
    const { alice, bob } = (await newHub({ alice: 7, bob: 7 })).members;
    const { message_id: thread_id } = await alice.chat.post({
      entity_id: bob.id,
      message: '😀'.repeat(10_000),
    });
    const start = await position(bob);
    const posted = await postAll(alice, 60, { message: 'short', thread_id }, bob);
    await expectPages(bob, start, posted);
  });

  it('with edits of a long message', async () => {
    const { alice, bob } = (await newHub({ alice: 7, bob: 7 })).members;
    const { message_id } = await alice.chat.post({ entity_id: bob.id, message: 'first' });
    const start = await position(bob);
    const edited: number[] = [];
    for (let n = 0; n < 40; n++) {
      await alice.chat.edit({ message_id, message: `${'😀'.repeat(9000)}${n}` });
      edited.push(start + n + 1);
    }
    await expectPages(bob, start, edited);
  });

  it('with messages of boxes', async () => {
    const { alice, bob } = (await newHub({ alice: 7, bob: 7 })).members;
    const start = await position(bob);
    for (let n = 0; n < 30; n++)
      await alice.messaging.send({ to_ids: [bob.id], content: { text: 'x'.repeat(60_000) } });
    const pages = await pagesOf(bob, start);
    expect(pages.flat()).to.have.length(30);
    expect(pages.length).to.be.within(2, 4);
  });

  it('with rooms of many users', async () => {
    const { alice, bob } = (await newHub({ alice: 7, bob: 7 })).members;
    const room = await newRoom(alice, bob);
    const start = await position(bob);
    const user_ids = Array.from({ length: 1000 }, () => crypto.randomUUID());
    const data = { room_id: room, user_ids, owner_ids: [alice.id], member_count: 1002 };
    const rows = Array.from({ length: 60 }, (_, n) => [
      ...[bob.hubId, start + n + 1, 'room.add', room, alice.id, room, start + n],
      ...[JSON.stringify({ ...data, users: [] }), Date.now()],
    ]);
    await app().pool.query(
      `INSERT INTO events (hub_id, seq, name, room_id, actor_id, stream, prev_seq, data, created_ms)
       VALUES ?`,
      [rows],
    );
    await app().pool.query('UPDATE hubs SET seq = ? WHERE id = ?', [start + 60, bob.hubId]);
    const pages = await pagesOf(bob, start);
    expect(pages.flat()).to.have.length(60);
    const { events } = await bob.chat.sync({ since: start, limit: 1 });
    expect(events[0]?.data).to.deep.equal(data);
  });
});
