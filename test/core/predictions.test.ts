import { expect } from 'chai';
import { connect, type Pool } from '../../db/connection/connect.ts';
import { hashOf } from '../../db/rows/hash.ts';
import { get as getFile } from '../methods/files/support.ts';
import { app, database } from '../support/app.ts';
import { clientOf } from '../support/caller.ts';
import { upload } from '../support/files.ts';
import { type Member, memberOf, newHub, newRoom, refused } from '../support/hub.ts';
import { bearer, call } from '../support/request.ts';

/*
 * Callers are predicted from their earlier calls. Each right is withdrawn here as another process
 * would: by another connection, of which the service learns nothing.
 */
describe('A predicted caller', () => {
  let beside: Pool;
  before(() => {
    beside = connect(database(), 1);
  });
  after(() => beside.end());

  const change = async (sql: string, ...params: unknown[]): Promise<void> => {
    const [result] = await beside.query(sql, params);
    expect((result as { affectedRows: number }).affectedRows, sql).to.be.above(0);
  };

  /** A reading and a writing call, each of which the caller has made before. */
  async function callsOf(caller: Pick<Member, 'chat'>, entity_id: string) {
    const calls = [
      () => caller.chat.messages({ entity_id }),
      () => caller.chat.post({ entity_id, message: 'Hi' }),
      () => caller.chat.post({ entity_id, message: 'Hi', echoId: `${Math.random()}` }),
      () => caller.chat.count_all(),
    ];
    for (const call of calls) await call();
    return calls;
  }

  it('is refused once the session has ended', async () => {
    const { members, id } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    for (const [end, ...params] of [
      ["UPDATE sessions SET ended_as = 'revoked' WHERE token_hash = ?"],
      ['UPDATE sessions SET expires_ms = ? WHERE token_hash = ?', 1],
      ['DELETE FROM sessions WHERE token_hash = ?'],
    ] as const) {
      const caller = await memberOf(app(), alice.id, id);
      const calls = await callsOf(caller, bob.id);
      await change(end, ...params, hashOf(caller.token));
      for (const call of calls) await refused(call(), 'NOT_AUTHENTICATED');
    }
    expect(await alice.chat.count_all()).to.be.an('object');
  });

  it('is refused once the key is revoked', async () => {
    const { members, id } = await newHub({ owner: 63, bob: 7 });
    const { owner, bob } = members;
    const given = { name: 'Bot', permission: 7, user_id: owner.id };
    const { key, key_id } = await owner.key.create(given);
    const calls = await callsOf(clientOf(key, id), bob.id);
    await change('UPDATE `keys` SET revoked_ms = 1 WHERE id = ?', key_id);
    for (const call of calls) await refused(call(), 'NOT_AUTHENTICATED');
  });

  it('marks as read with a key, which takes two readings', async () => {
    const { members, id } = await newHub({ owner: 63, bob: 7 });
    const { owner, bob } = members;
    const { key } = await owner.key.create({ name: 'Bot', permission: 7, user_id: owner.id });
    const bot = clientOf(key, id);
    for (const unread of [1, 2]) {
      for (let posts = 0; posts < unread; posts++)
        await bob.chat.post({ entity_id: owner.id, message: 'Hi' });
      await bot.chat.messages({ entity_id: bob.id });
      expect((await bot.chat.count_all()).total_cnt).to.equal(0);
    }
  });

  it('is refused once a privilege is gone, and allowed once it is given', async () => {
    const { members, id } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const setPrivilege = (privilege: number) =>
      change(
        'UPDATE members SET privilege = ? WHERE hub_id = ? AND user_id = ?',
        privilege,
        id,
        alice.id,
      );
    const [, post] = await callsOf(alice, bob.id);
    await setPrivilege(3);
    await refused(post?.() as Promise<unknown>, 'PERMISSION_DENIED');
    await alice.hub.info();
    await setPrivilege(7);
    await post?.();
  });

  it('is refused once the membership of the hub has ended', async () => {
    const { members, id } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const calls = await callsOf(alice, bob.id);
    await change('UPDATE members SET privilege = 0 WHERE hub_id = ? AND user_id = ?', id, alice.id);
    for (const call of calls) await refused(call(), 'PERMISSION_DENIED');
  });

  it('is refused where the peer has left the hub', async () => {
    const { members, id } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const [, post] = await callsOf(alice, bob.id);
    await change('UPDATE members SET privilege = 0 WHERE hub_id = ? AND user_id = ?', id, bob.id);
    await refused(post?.() as Promise<unknown>, 'INVALID_CONTACT');
  });

  it('is refused in a room after it was taken out of it', async () => {
    const { members, id } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const [read, post, repeat] = await callsOf(bob, room);
    await change(
      'DELETE FROM participants WHERE hub_id = ? AND room_id = ? AND user_id = ?',
      id,
      room,
      bob.id,
    );
    await refused(read?.() as Promise<unknown>, 'ROOM_NOT_FOUND');
    await refused(post?.() as Promise<unknown>, 'INVALID_CONTACT');
    await refused(repeat?.() as Promise<unknown>, 'INVALID_CONTACT');
  });

  it('is refused across a block in both directions', async () => {
    const { members, id } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const [, post] = await callsOf(alice, bob.id);
    const [, back] = await callsOf(bob, alice.id);
    await change('INSERT INTO blocks VALUES (?, ?, ?, 1)', id, bob.id, alice.id);
    await refused(post?.() as Promise<unknown>, 'INVALID_CONTACT');
    await refused(back?.() as Promise<unknown>, 'INVALID_CONTACT');
  });

  it('is refused together with others who are not', async () => {
    const { members, id } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const stolen = await memberOf(app(), alice.id, id);
    for (const caller of [alice, stolen, carol]) await callsOf(caller, bob.id);
    await change('DELETE FROM sessions WHERE token_hash = ?', hashOf(stolen.token));
    const callers = Array.from({ length: 30 }, (_, n) => [alice, stolen, carol][n % 3] as Member);
    const outcomes = await Promise.allSettled(
      callers.map((caller) => caller.chat.post({ entity_id: bob.id, message: 'together' })),
    );
    const posted = outcomes.map(({ status }) => status === 'fulfilled');
    expect(posted).to.deep.equal(callers.map((caller) => caller !== stolen));
  });

  it('gets no file once session, membership or place in the room have ended', async () => {
    for (const end of ['session', 'membership', 'room'] as const) {
      const { members } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      const room = await newRoom(alice, bob);
      const { nid } = await upload(alice, 'a.txt', 'text');
      await alice.chat.post({ entity_id: room, message: 'a file', attachment: [nid] });
      const read = () => getFile(bob, nid).then(({ status, text }) => [status, text.slice(0, 4)]);
      for (let times = 0; times < 2; times++) expect(await read()).to.deep.equal([200, 'text']);
      const [sql, param] = {
        session: ['DELETE FROM sessions WHERE token_hash = ?', hashOf(bob.token)] as const,
        membership: ['UPDATE members SET privilege = 0 WHERE user_id = ?', bob.id] as const,
        room: ['DELETE FROM participants WHERE user_id = ?', bob.id] as const,
      }[end];
      await change(sql, param);
      const [status, text] = await read();
      expect(status, end).to.equal(end === 'session' ? 401 : 404);
      expect(text).not.to.equal('text');
    }
  });

  it('has the name that the user has now', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    await callsOf(alice, bob.id);
    await change("UPDATE users SET firstname = 'Alicia' WHERE id = ?", alice.id);
    const { entity } = await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    expect(entity.firstname).to.equal('Alicia');
  });

  it('enters the hub that the host leads to now', async () => {
    const one = await newHub({ alice: 7 });
    const other = await newHub({});
    const headers = { ...bearer(one.members.alice), host: one.host };
    const status = async () => (await call('chat.count_all', { headers })).status;
    expect([await status(), await status()]).to.deep.equal([200, 200]);
    await change('UPDATE hosts SET hub_id = ? WHERE host = ?', other.id, one.host);
    expect(await status()).to.equal(403);
  });
});
