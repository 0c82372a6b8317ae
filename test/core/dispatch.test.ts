import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { CallError } from '../../client/index.ts';
import { type Connection, connect, type Pool } from '../../db/connection/connect.ts';
import { database, ownApp } from '../support/app.ts';
import { position } from '../support/events.ts';
import { type Member, newHub, newRoom, refused } from '../support/hub.ts';
import { untyped } from '../support/untyped.ts';
import { eventually } from '../support/wait.ts';

/** The error codes of refused calls, each once. */
const refusals = (outcomes: readonly PromiseSettledResult<unknown>[]): string[] => [
  ...new Set(
    outcomes.flatMap((outcome) =>
      outcome.status === 'rejected'
        ? [outcome.reason instanceof CallError ? outcome.reason.code : String(outcome.reason)]
        : [],
    ),
  ),
];

const answered = <T>(outcomes: readonly PromiseSettledResult<T>[]): T[] =>
  outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));

/** The whole history of a conversation, newest first. */
async function history(member: Member, entityId: string) {
  const rows = [];
  for (let page = 1; ; page++) {
    const more = await member.chat.messages({
      entity_id: entityId,
      limit: 100,
      page,
      mark_read: 0,
    });
    rows.push(...more);
    if (more.length < 100) return rows;
  }
}

describe('the dispatcher', () => {
  let pool: Pool;
  before(() => {
    pool = connect(database(), 4);
  });
  after(() => pool.end());

  /** Runs work on the database beside the service, in a transaction that stays open meanwhile. */
  async function beside(work: (connection: Connection) => Promise<void>): Promise<void> {
    const connection = await pool.getConnection();
    await connection.query('START TRANSACTION');
    await work(connection).finally(() =>
      connection.query('COMMIT').finally(() => connection.release()),
    );
  }

  describe('when a transaction fails at COMMIT', () => {
    const poison = 'poison';
    before(() =>
      pool.query(
        `CREATE TRIGGER poisoned BEFORE INSERT ON echoes FOR EACH ROW
         BEGIN
           IF NEW.echo_key LIKE '${poison}%' THEN
             SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'poisoned';
           END IF;
         END`,
      ),
    );
    after(() => pool.query('DROP TRIGGER poisoned'));

    it('stores and publishes nothing, and takes no sequence number', async () => {
      const { members } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      const source = await alice.chat.post({ entity_id: bob.id, message: 'source' });
      const room = await newRoom(alice, bob);
      using device = await bob.device();
      const seq = await position(alice);
      const call = { entity_id: room, message: 'Hi', echoId: poison };
      const error = await refused(alice.chat.post(call), 'INTERNAL_ERROR');
      expect(error.message + error.details.join(), 'nothing of the inside').to.not.contain(
        'poison',
      );
      const nodes = { messages: [source.message_id] };
      await refused(
        alice.chat.forward({ entities: [room], nodes, echoId: poison }),
        'INTERNAL_ERROR',
      );
      await refused(
        alice.room.create({ name: 'Room', user_ids: [bob.id], echoId: poison }),
        'INTERNAL_ERROR',
      );
      expect(await position(alice)).to.equal(seq);
      expect(await bob.chat.messages({ entity_id: room })).to.deep.equal([]);
      expect(await bob.chat.share_rooms()).to.have.length(1);
      const next = await alice.chat.post({ ...call, echoId: 'sound' });
      expect(next).to.include({ seq: seq + 1, ordinal: 1 });
      await device.next('chat.post');
      expect(device.received.map((event) => event.seq)).to.deep.equal([seq + 1]);
    });

    it('does not affect calls of the same batch', async () => {
      const { members } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      const outcomes = await Promise.allSettled(
        Array.from({ length: 30 }, (_, n) =>
          alice.chat.post({
            entity_id: bob.id,
            message: `${n}`,
            echoId: n % 10 === 5 ? `${poison} ${n}` : `key ${n}`,
          }),
        ),
      );
      expect(refusals(outcomes)).to.deep.equal(['INTERNAL_ERROR']);
      const posted = answered(outcomes).map((reply) => reply.message_id);
      expect(posted).to.have.length(27);
      const rows = await history(bob, alice.id);
      expect(rows.map((row) => row.message_id)).to.have.members(posted);
      expect(rows.map((row) => row.ordinal).reverse()).to.deep.equal(rows.map((_, n) => n + 1));
    });
  });

  it('retries transparently after a lock wait timeout', async () => {
    await using own = await ownApp();
    own.pool.pool.on('acquire', (connection) => {
      connection.query('SET SESSION innodb_lock_wait_timeout = 1', () => {});
    });
    const { members } = await newHub({ alice: 7, bob: 7 }, own);
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const seq = await position(alice);
    let calls: Promise<unknown> = Promise.resolve();
    await beside(async (connection) => {
      await connection.query('SELECT id FROM rooms WHERE id = ? FOR UPDATE', [room]);
      calls = Promise.all([
        alice.chat.post({ entity_id: room, message: 'Hi' }),
        bob.room.update({ entity_id: room, name: 'Renamed' }),
      ]);
      await sleep(1300);
    });
    await calls;
    expect(await position(alice)).to.equal(seq + 2);
    expect(await bob.chat.messages({ entity_id: room })).to.have.length(1);
  });

  it('retries transparently after a deadlock', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const seq = await position(alice);
    let post: Promise<unknown> = Promise.resolve();
    await beside(async (connection) => {
      // It has more changes, so the other transaction is rolled back.
      await connection.query('UPDATE users SET firstname = firstname, created_ms = created_ms + 1');
      await connection.query('UPDATE hubs SET created_ms = created_ms + 1 WHERE id = ?', [
        alice.hubId,
      ]);
      post = alice.chat.post({ entity_id: room, message: 'Hi' });
      await sleep(150);
      await connection.query('SELECT id FROM rooms WHERE id = ? FOR UPDATE', [room]);
    });
    await post;
    expect(await position(alice)).to.equal(seq + 1);
    expect(await bob.chat.messages({ entity_id: room })).to.have.length(1);
  });

  it('survives lost connections: replies hold, and echoIds resolve unknown outcomes', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob, carol);
    await bob.chat.post({ entity_id: room, message: 'Hi' });
    let isOn = true;
    const post = (member: Member, n: number, keyed: boolean) => {
      const message = `${member.id} ${n} ${keyed}`;
      return member.chat.post({
        entity_id: room,
        message,
        ...(keyed ? { echoId: `key ${n}` } : {}),
      });
    };
    const outcomes: {
      member: Member;
      n: number;
      keyed: boolean;
      outcome: PromiseSettledResult<{ message_id: string }>;
    }[] = [];
    const writers = [alice, bob, carol, alice].map(async (member, w) => {
      for (let n = w * 10_000; isOn; n++) {
        const keyed = w % 2 === 0;
        const [outcome] = await Promise.allSettled([post(member, n, keyed)]);
        outcomes.push({ member, n, keyed, outcome });
      }
    });
    for (let round = 0; round < 6; round++) {
      await sleep(80);
      const [rows] = await pool.query(
        `SELECT id FROM information_schema.processlist
         WHERE db = DATABASE() AND id <> CONNECTION_ID()`,
      );
      for (const { id } of rows as { id: number }[])
        await pool.query('KILL ?', [id]).catch(() => {});
    }
    await sleep(80);
    isOn = false;
    await Promise.all(writers);

    const results = outcomes.map((one) => one.outcome);
    expect(refusals(results).filter((code) => code !== 'UNAVAILABLE')).to.deep.equal([]);
    const rows = await history(alice, room);
    const stored = rows.map((row) => row.message_id);
    expect(new Set(rows.map((row) => row.message)).size, 'no text twice').to.equal(rows.length);
    expect(stored).to.include.members(answered(results).map((reply) => reply.message_id));
    for (const { member, n, keyed, outcome } of outcomes.filter((one) => one.keyed)) {
      const again = await post(member, n, keyed);
      if (outcome.status === 'fulfilled')
        expect(again.message_id).to.equal(outcome.value.message_id);
    }
    const after = await history(alice, room);
    expect(new Set(after.map((row) => row.message)).size).to.equal(after.length);
    const { events } = await alice.chat.sync({ since: 0, limit: 1000 });
    const numbers = events.flatMap((event) => (event.name === 'chat.post' ? [event.seq] : []));
    expect(numbers, 'and the sequence has no gap').to.deep.equal(
      numbers.map((_, n) => (numbers[0] ?? 0) + n),
    );
  });

  describe('when the connection breaks at COMMIT', () => {
    /**
     * A service that loses its connection instead of the outcome of its next COMMIT, which is
     * executed or never arrives.
     */
    async function withLostCommit(isDone: boolean) {
      const own = await ownApp();
      const lost = Object.assign(new Error('lost'), {
        code: 'PROTOCOL_CONNECTION_LOST',
        fatal: true,
      });
      const state = { isArmed: false };
      type Callback = (error: Error | null) => void;
      own.pool.pool.on('acquire', (connection) => {
        const { query }: { query: (...given: unknown[]) => unknown } = untyped(connection);
        const lose = (...given: unknown[]) => {
          const [statement, ...rest] = given as [{ sql?: string }, ...unknown[]];
          if (!state.isArmed || !/INSERT INTO .*;\nCOMMIT$/is.test(statement.sql ?? ''))
            return query.apply(connection, given);
          state.isArmed = false;
          const callback = rest.at(-1) as Callback;
          return query.apply(connection, [
            ...(isDone ? [statement, rest[0]] : ['ROLLBACK']),
            () => callback(lost),
          ]);
        };
        Object.assign(connection, { query: lose });
      });
      const { members } = await newHub({ alice: 7, bob: 7 }, own);
      await members.alice.chat.post({ entity_id: members.bob.id, message: 'first' });
      state.isArmed = true;
      return { ...members, own, state };
    }

    for (const isDone of [true, false]) {
      const what = isDone ? 'that was executed' : 'that never arrived';
      it(`returns a post with echoId, created once, for a COMMIT ${what}`, async () => {
        const { alice, bob, own, state } = await withLostCommit(isDone);
        await using _ = own;
        using device = await bob.device();
        const reply = await alice.chat.post({
          entity_id: bob.id,
          message: 'once',
          echoId: 'a-key',
        });
        expect(state.isArmed).to.equal(false);
        expect((await device.next('chat.post')).seq).to.equal(reply.seq);
        const rows = await history(bob, alice.id);
        expect(rows.map((row) => row.message)).to.deep.equal(['once', 'first']);
        expect(rows[0]).to.include({ message_id: reply.message_id, ordinal: 2, seq: reply.seq });
        expect(await position(alice)).to.equal(reply.seq);
        await alice.chat.post({ entity_id: bob.id, message: 'next' });
        await device.next('chat.post');
        expect(device.received.map((event) => event.seq)).to.deep.equal([reply.seq, reply.seq + 1]);
      });

      it(`reports an unknown outcome, without a retry, for a COMMIT ${what}`, async () => {
        const { alice, bob, own } = await withLostCommit(isDone);
        await using _ = own;
        using device = await bob.device();
        const error = await refused(
          alice.chat.post({ entity_id: bob.id, message: 'once' }),
          'UNAVAILABLE',
        );
        expect(error.details).to.deep.equal(['outcome unknown']);
        expect(await history(bob, alice.id)).to.have.length(isDone ? 2 : 1);
        const next = await alice.chat.post({ entity_id: bob.id, message: 'next' });
        expect(next.ordinal).to.equal(isDone ? 3 : 2);
        await eventually(() => device.received.at(-1)?.seq === next.seq);
        expect(device.received, 'published if and only if stored').to.have.length(isDone ? 2 : 1);
      });
    }
  });

  describe('when a permission is withdrawn during calls that need it', () => {
    /** How long after the start of the calls it is withdrawn, in ms; a round for each. */
    const delays = [0, 1, 2, 4, 7, 11];

    it('accepts nothing of a removed participant after the removal', async () => {
      const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
      const { alice, bob, carol } = members;
      for (const delayMs of delays) {
        const room = await newRoom(alice, bob, carol);
        const source = await bob.chat.post({ entity_id: room, message: 'first' });
        const nodes = { messages: [source.message_id] };
        const [own, others] = await Promise.all([
          Promise.allSettled(
            Array.from({ length: 4 }, (_, n) => [
              bob.chat.post({ entity_id: room, message: `${n}` }),
              bob.chat.forward({ entities: [room], nodes }),
            ]).flat(),
          ),
          Promise.allSettled(
            Array.from({ length: 4 }, (_, n) =>
              carol.chat.post({ entity_id: room, message: `${n}` }),
            ),
          ),
          sleep(delayMs).then(() => alice.room.remove({ entity_id: room, user_id: bob.id })),
        ]);
        expect(refusals(others), 'who is in is not disturbed').to.deep.equal([]);
        for (const code of refusals(own))
          expect(code).to.be.oneOf(['INVALID_CONTACT', 'INVALID_RECIPIENT', 'INVALID_MESSAGES']);
        const { events } = await alice.chat.sync({ since: source.seq, limit: 1000 });
        const removal =
          events.find((event) => event.name === 'room.remove' && event.room_id === room)?.seq ?? 0;
        const late = events.filter((event) => event.actor_id === bob.id && event.seq > removal);
        expect(removal).to.be.above(0);
        expect(late).to.deep.equal([]);
        await refused(bob.chat.post({ entity_id: room, message: 'late' }), 'INVALID_CONTACT');
      }
    });

    /** Eight direct posts, with the permission withdrawn after `delayMs`; `start` precedes them. */
    async function postsDuring(
      delayMs: number,
      author: Member,
      reader: Member,
      withdraw: () => Promise<unknown>,
    ) {
      const post = (message: string) => author.chat.post({ entity_id: reader.id, message });
      const start = (await post('first')).seq;
      const [own] = await Promise.all([
        Promise.allSettled(Array.from({ length: 8 }, (_, n) => post(`${n}`))),
        sleep(delayMs).then(withdraw),
      ]);
      return { start, own };
    }

    it('accepts nothing across a block after the block', async () => {
      const { members } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      for (const delayMs of delays) {
        const { start, own } = await postsDuring(delayMs, bob, alice, () =>
          alice.contact.block({ entity_id: bob.id }),
        );
        expect(refusals(own).filter((code) => code !== 'INVALID_CONTACT')).to.deep.equal([]);
        const { events } = await alice.chat.sync({ since: start, limit: 1000 });
        expect(events.at(-1)?.name).to.equal('contact.block');
        await alice.contact.unblock({ entity_id: bob.id });
      }
    });

    it('accepts nothing of members without write or outside the hub', async () => {
      const { members, operator } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      for (const [round, delayMs] of delays.entries()) {
        const { start, own } = await postsDuring(delayMs, bob, alice, () =>
          round % 2 === 0
            ? operator.hub.set_privilege({ user_id: bob.id, privilege: 3 })
            : operator.hub.remove_member({ user_id: bob.id }),
        );
        expect(refusals(own).filter((code) => code !== 'PERMISSION_DENIED')).to.deep.equal([]);
        const [{ events }, end] = [await alice.chat.sync({ since: start }), await position(alice)];
        // The number after the last message belongs to the withdrawal.
        expect(end).to.equal((events.at(-1)?.seq ?? start) + 1);
        await operator.hub.add_member({ user_id: bob.id });
      }
    });

    it('does not affect others, however many leave at once', async () => {
      const { members, crowd } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      const leavers = await crowd(20);
      const rooms = await Promise.all(leavers.map((leaver) => newRoom(alice, leaver)));
      const outcomes = await Promise.allSettled([
        ...leavers.map((leaver, n) =>
          leaver.room.remove({ entity_id: rooms[n] as string, user_id: leaver.id }),
        ),
        ...Array.from({ length: 20 }, (_, n) =>
          bob.chat.post({ entity_id: alice.id, message: `${n}` }),
        ),
      ]);
      expect(refusals(outcomes)).to.deep.equal([]);
      await eventually(
        async () => (await alice.room.info({ entity_id: rooms[0] as string })).member_count === 1,
      );
      expect(await history(alice, bob.id)).to.have.length(20);
    });
  });
});
