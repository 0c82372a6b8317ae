import { expect } from 'chai';
import { lockDatabase, lockName } from '../../../db/connection/process-lock.ts';
import type { App } from '../../../service/app.ts';
import { ownApp } from '../../support/app.ts';
import { type Member, newHub, newRoom, raw, refused } from '../../support/hub.ts';
import { bearer, outcome, request } from '../../support/request.ts';
import { openDevice } from '../../support/socket.ts';
import { type StoppableDatabase, startStoppable } from '../../support/stopped.ts';
import { eventually } from '../../support/wait.ts';

const answerMs = { call: 1000, job: 2000 };
/** A call meets at most one wait of `answerMs.call`; the rest is for slow machines. */
const atMostMs = 6000;

interface Posted {
  status: number;
  retryAfter: string | null;
  tookMs: number;
}

const post = async (
  { token, hubId }: Member,
  entity_id: string,
  echoId: string,
  app: App,
): Promise<Posted> => {
  const startedMs = performance.now();
  const body = { entity_id, message: echoId, echoId };
  const { status, headers } = await raw('chat.post', { token, hubId, body }, app);
  return { status, retryAfter: headers.get('retry-after'), tookMs: performance.now() - startedMs };
};

/** All events of a member after a seq, as "seq name". */
async function logged(member: Member, since: number): Promise<string[]> {
  const { events, more, seq } = await member.chat.sync({ since, limit: 1000 });
  const lines = events.map((event) => `${event.seq} ${event.name}`);
  return more ? [...lines, ...(await logged(member, seq))] : lines;
}

/** All texts of a conversation. */
async function textsIn(member: Member, room: string): Promise<string[]> {
  const texts: string[] = [];
  for (let since = 0; ; ) {
    const { events, more, seq } = await member.chat.sync({ since, limit: 1000 });
    for (const { name, room_id, data } of events)
      if (name === 'chat.post' && room_id === room && 'message' in data)
        texts.push(String(data.message));
    if (!more) return texts;
    since = seq;
  }
}

describe('A database that is stopped, not dead', () => {
  let database: StoppableDatabase;
  let service: App & AsyncDisposable;
  before(async () => {
    database = await startStoppable();
    const off = { LIMIT_USER_CALLS: '0', LIMIT_HUB_CALLS: '0' };
    service = await ownApp(off, undefined, database.address, { answerMs });
  });
  after(async () => {
    database.goOn();
    await service[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
  });

  it('leaves no post without an answer, and none lost, doubled or out of order', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, dana: 7, erin: 7 }, service);
    const { alice, bob, ...others } = members;
    const authors = [alice, ...Object.values(others)];
    const room = await newRoom(alice, bob, ...Object.values(others));
    using device = await bob.device();
    const { ready } = device;
    const answered: string[] = [];
    let count = 0;

    /** Posts until a post fails; returns that one. */
    async function keepPosting(author: Member) {
      for (;;) {
        const echoId = `post ${++count}`;
        const posted = await post(author, room, echoId, service);
        if (posted.status !== 200) return { author, echoId, ...posted };
        answered.push(echoId);
      }
    }

    for (let round = 0; round < 2; round++) {
      const before = answered.length;
      const writing = Promise.all([...authors, ...authors].map(keepPosting));
      await eventually(() => answered.length > before + 40 + round);
      database.stop();
      const failed = await writing;
      for (const { status, retryAfter, tookMs } of failed) {
        expect([status, retryAfter]).to.deep.equal([503, '1']);
        expect(tookMs).to.be.below(atMostMs);
      }
      database.goOn();
      for (const { author, echoId } of failed) {
        await eventually(async () => (await post(author, room, echoId, service)).status === 200);
        answered.push(echoId);
      }
    }

    const texts = await textsIn(bob, room);
    expect([...texts].sort()).to.deep.equal([...answered].sort());
    expect((await bob.chat.to_read({ entity_id: room })).unread).to.equal(answered.length);
    const log = await logged(bob, ready.seq);
    await eventually(() => device.received.length >= log.length);
    expect(device.received.map(({ seq, name }) => `${seq} ${name}`)).to.deep.equal(log);
  });

  it('does not take the database from the process that has it', async () => {
    const { pool } = service;
    const holder = async () => {
      const sql = `SELECT IS_USED_LOCK(${lockName}) AS holder`;
      const [row] = await pool.roundTrips.ask([{ sql, params: [] }], 'call').catch(() => []);
      return (row as { holder: number | null }[] | undefined)?.[0]?.holder;
    };
    const patience = { waitSeconds: 5, checkEveryMs: 20, answerMs: 200 };
    const lock = await lockDatabase(database.address, patience);
    const first = await holder();
    database.stop();
    // It takes longer to be given up than the lock's connection.
    expect(await holder()).to.equal(undefined);
    database.goOn();
    const isLost = lock.lost.then(() => true);
    const isRenewed = eventually(async () => ![first, null, undefined].includes(await holder()));
    expect(await Promise.race([isLost, isRenewed])).to.equal(undefined);
    await lock.release();
  });

  it('keeps nothing else waiting either, and is asked again as soon as it goes on', async () => {
    const { members } = await newHub({ alice: 7 }, service);
    const { alice } = members;
    const { token, hubId } = alice;
    const { url } = service;
    database.stop();
    const startedMs = performance.now();
    const nid = '/-/file/0192a1b0-0000-7000-8000-000000000000';
    const headers = { ...bearer(alice), 'x-hub-id': hubId };
    const [list, file, ready, socket] = await Promise.all([
      raw('chat.chat_rooms', { token, hubId, body: {} }, service),
      request(nid, { verb: 'GET', headers }, url),
      request('/-/readyz', { verb: 'GET' }, url),
      openDevice({ url, token, hubId }).then(
        () => 'ready',
        ({ message }: Error) => message,
      ),
    ]);
    for (const reply of [list, file, ready])
      expect(outcome(reply)).to.deep.equal([503, 'UNAVAILABLE']);
    expect(socket).to.equal('UNAVAILABLE');
    expect(performance.now() - startedMs).to.be.below(atMostMs);

    // By now it is known that nothing answers.
    const secondMs = performance.now();
    const refusal = await refused(alice.chat.count_all({}), 'UNAVAILABLE');
    expect(refusal.retryAfter).to.equal(1);
    expect(performance.now() - secondMs).to.be.below(answerMs.call);

    database.goOn();
    await eventually(() => alice.chat.count_all({}).then(Boolean, () => false));
  });
});
