import { expect } from 'chai';
import { refusedInputs } from '../../support/caller.ts';
import { copyMessage } from '../../support/copies.ts';
import { type ForwardApp, forwardApp } from '../../support/forward.ts';
import { type Member, newHub, newRoom } from '../../support/hub.ts';
import { untyped } from '../../support/untyped.ts';

type Query = Omit<Parameters<Member['chat']['messages']>[0], 'entity_id'>;

describe('A history between two dates', () => {
  let service: ForwardApp;
  /** For tests that change nothing. */
  let shared: Awaited<ReturnType<typeof newHistory>>;
  before(async () => {
    service = await forwardApp();
    shared = await newHistory();
  });
  after(() => service[Symbol.asyncDispose]());

  /** A room with ten messages an hour apart, every other one a reply to the first. */
  async function newHistory() {
    const { members } = await newHub({ alice: 7, bob: 7 }, service.app);
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const rows: Awaited<ReturnType<Member['chat']['post']>>[] = [];
    for (let n = 0; n < 10; n++) {
      const thread = n % 2 === 1 ? { thread_id: rows[0]?.message_id } : {};
      rows.push(await alice.chat.post({ entity_id: room, message: `${n}`, ...thread }));
      service.putForward(3_600_000);
    }
    const thread_id = rows[0]?.message_id ?? '';
    const textsOf = (found: readonly { message: string }[]) =>
      found.map((row) => row.message).join('');
    return {
      ...{ alice, bob, room, rows },
      at: (n: number) => rows[n]?.ctime_ms ?? 0,
      list: async (query: Query) =>
        textsOf(await bob.chat.messages({ entity_id: room, mark_read: 0, ...query })),
      thread: async (query: Query) => textsOf(await bob.chat.thread({ thread_id, ...query })),
    };
  }

  it('starts at after_ms (inclusive) and ends at before_ms (exclusive)', async () => {
    const { at, list, thread } = shared;
    expect(await list({ after_ms: at(7) })).to.equal('987');
    expect(await list({ after_ms: at(7) + 1 })).to.equal('98');
    expect(await list({ before_ms: at(3) })).to.equal('210');
    expect(await list({ before_ms: at(3) + 1 })).to.equal('3210');
    expect(await list({ after_ms: at(3), before_ms: at(6) })).to.equal('543');
    expect(await list({ after_ms: at(3) + 1, before_ms: at(6) + 1 })).to.equal('654');
    expect(await list({ after_ms: at(4), before_ms: at(4) })).to.equal('');
    expect(await list({ after_ms: at(4), before_ms: at(4) + 1 })).to.equal('4');
    expect(await list({ after_ms: at(6), before_ms: at(3) }), 'end before start').to.equal('');
    expect(await thread({ after_ms: at(3), before_ms: at(9) })).to.equal('753');
    expect(await thread({ before_ms: at(3) })).to.equal('10');
    expect(await thread({ before_ms: at(0) })).to.equal('');
  });

  it('contains everything after time 0, and nothing after a time in the future', async () => {
    const { at, list, thread } = shared;
    for (const before_ms of [8.64e15, at(9) + 1, at(9) + 1e9]) {
      expect(await list({ before_ms })).to.equal('9876543210');
      expect(await thread({ before_ms })).to.equal('975310');
    }
    expect(await list({ after_ms: 0 })).to.equal('9876543210');
    for (const after_ms of [8.64e15, at(9) + 1]) {
      expect(await list({ after_ms })).to.equal('');
      expect(await list({ after_ms, before_ms: 8.64e15 })).to.equal('');
      expect(await thread({ after_ms })).to.equal('');
    }
    for (const before_ms of [0, 1, at(0)]) expect(await list({ before_ms })).to.equal('');
  });

  it('is the oldest page with after_ms alone, else the newest; always newest first', async () => {
    const { at, list, thread } = shared;
    expect(await list({ after_ms: at(2), limit: 3 })).to.equal('432');
    expect(await list({ after_ms: at(2), before_ms: 8.64e15, limit: 3 })).to.equal('987');
    expect(await list({ after_ms: at(2), before_ms: at(8), limit: 3 })).to.equal('765');
    expect(await list({ before_ms: at(8), limit: 3 })).to.equal('765');
    expect(await thread({ after_ms: at(2), limit: 2 })).to.equal('53');
    expect(await thread({ before_ms: at(8), limit: 2 })).to.equal('75');
  });

  it('is paged by cursor and by number between the dates, each message once', async () => {
    const { alice, at, room, list, thread } = shared;
    const dates = { after_ms: at(1), before_ms: at(8) };
    expect(await list({ ...dates, limit: 3, page: 2 })).to.equal('432');
    expect(await list({ ...dates, limit: 3, page: 3 })).to.equal('1');
    expect(await list({ ...dates, limit: 3, page: 4 })).to.equal('');
    expect(
      await list({ after_ms: at(1), limit: 4, page: 2 }),
      'following the oldest page',
    ).to.equal('8765');
    const down: string[] = [];
    for (let before: string | undefined; ; ) {
      const cursor = before === undefined ? {} : { before };
      const rows = await alice.chat.messages({ entity_id: room, ...dates, ...cursor, limit: 3 });
      down.push(...rows.map((row) => row.message));
      before = rows.at(-1)?.cursor;
      if (rows.length < 3) break;
    }
    expect(down.join('')).to.equal('7654321');
    const up: string[] = [];
    for (let after: string | undefined; ; ) {
      const cursor = after === undefined ? {} : { after };
      const rows = await alice.chat.messages({
        entity_id: room,
        after_ms: at(1),
        ...cursor,
        limit: 4,
      });
      up.unshift(...rows.map((row) => row.message));
      after = rows[0]?.cursor;
      if (rows.length < 4) break;
    }
    expect(up.join('')).to.equal('987654321');
    expect(await thread({ ...dates, limit: 2, page: 2 })).to.equal('31');
  });

  it('applies the narrower of a date and a cursor', async () => {
    const { at, rows, list } = shared;
    const id = (n: number) => rows[n]?.message_id ?? '';
    expect(await list({ before: id(4), before_ms: at(7) })).to.equal('3210');
    expect(await list({ before: id(7), before_ms: at(4) })).to.equal('3210');
    expect(await list({ after: id(4), after_ms: at(7) })).to.equal('987');
    expect(await list({ after: id(7), after_ms: at(4) })).to.equal('98');
    expect(await list({ after: id(2), before_ms: at(6) })).to.equal('543');
    expect(await list({ before: id(6), after_ms: at(3) })).to.equal('543');
  });

  it('leaves out deleted and hidden messages without shifting the dates', async () => {
    const { alice, bob, at, rows, list, thread } = await newHistory();
    await alice.chat.delete({
      option: 'all',
      messages: [rows[3]?.message_id ?? '', rows[9]?.message_id ?? ''],
    });
    await bob.chat.delete({ option: 'me', messages: [rows[5]?.message_id ?? ''] });
    expect(await list({ after_ms: at(3), before_ms: at(7) })).to.equal('64');
    expect(await list({ after_ms: at(9) })).to.equal('');
    expect(await list({ after_ms: at(8) })).to.equal('8');
    expect(await list({ before_ms: at(5) })).to.equal('4210');
    expect(await thread({ after_ms: at(1) })).to.equal('71');
  });

  it('returns each of a thousand messages of one millisecond exactly once', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 }, service.app);
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const posted = await alice.chat.post({ entity_id: room, message: 'x' });
    const at = posted.ctime_ms;
    await copyMessage(service.app.pool, posted, 999);
    const seen: number[] = [];
    for (let before: string | undefined; ; ) {
      const cursor = before === undefined ? {} : { before };
      const rows = await bob.chat.messages({
        entity_id: room,
        before_ms: at + 1,
        limit: 100,
        mark_read: 0,
        ...cursor,
      });
      seen.push(...rows.map((row) => row.ordinal));
      before = rows.at(-1)?.cursor;
      if (rows.length < 100) break;
    }
    expect(seen).to.deep.equal(Array.from({ length: 1000 }, (_, n) => 1000 - n));
    const [first] = await bob.chat.messages({
      entity_id: room,
      after_ms: at,
      limit: 1,
      mark_read: 0,
    });
    expect(first?.ordinal).to.equal(1);
    expect(await bob.chat.messages({ entity_id: room, before_ms: at })).to.deep.equal([]);
  });

  it('marks as read what it returns, and no more', async () => {
    const { at, bob, room } = await newHistory();
    await bob.chat.messages({ entity_id: room, before_ms: at(4) });
    expect(await bob.chat.to_read({ entity_id: room })).to.include({ unread: 6 });
    await bob.chat.messages({ entity_id: room, before_ms: at(2) });
    expect(await bob.chat.to_read({ entity_id: room })).to.include({ unread: 6 });
    await bob.chat.messages({ entity_id: room, after_ms: at(6), limit: 2 });
    expect(await bob.chat.to_read({ entity_id: room })).to.include({ unread: 2 });
  });

  it('rejects values that are not times in milliseconds', async () => {
    const { bob, room, rows } = shared;
    const bad = [-1, 1.5, 8.64e15 + 1, '2026-01-01', 'now', '', true, []];
    for (const name of ['before_ms', 'after_ms']) {
      await refusedInputs(
        bob,
        'chat.messages',
        bad.map((value) => [name, { entity_id: room, [name]: value }] as const),
      );
      await refusedInputs(
        bob,
        'chat.thread',
        bad.map((value) => [name, { thread_id: rows[0]?.message_id, [name]: value }] as const),
      );
    }
    const asText = { entity_id: room, before_ms: untyped('8640000000000000') };
    expect(await bob.chat.messages(asText)).to.have.length(10);
  });
});
