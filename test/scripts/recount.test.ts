import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { recount } from '../../scripts/recount.ts';
import { purgeMessages } from '../../service/jobs/retention.ts';
import { app, database } from '../support/app.ts';
import { urlOf } from '../support/database.ts';
import { type Member, newHub, newRoom, refused } from '../support/hub.ts';
import { jobsOn } from '../support/jobs.ts';

/** Recounts one hub; returns the output and what still differs. */
async function counted(hubId: string, fix = false): Promise<{ drift: number; said: string }> {
  const lines: string[] = [];
  const drift = await recount(app().pool, { hub: hubId, fix }, (line) => void lines.push(line));
  return { drift, said: lines.join('\n') };
}

const spoil = (sql: string, ...params: unknown[]) => app().pool.query(sql, params);

/**
 * A room with read, deleted, hidden, reacted and own messages, and pointers before and after them.
 */
async function busyRoom(
  alice: Member,
  bob: Member,
  carol: Member,
): Promise<{ room: string; ids: string[] }> {
  const room = await newRoom(alice, bob, carol);
  const ids: string[] = [];
  for (const [n, author] of [alice, bob, carol, alice, bob, carol].entries())
    ids.push((await author.chat.post({ entity_id: room, message: `Message ${n}` })).message_id);
  await alice.chat.delete({ option: 'all', messages: [ids[3] as string] });
  await bob.chat.delete({ option: 'me', messages: [ids[2] as string] });
  await carol.chat.react({ message_id: ids[0] as string, emoji: '👍' });
  for (const member of [alice, bob])
    await member.chat.mark_unread({ message_id: ids[0] as string });
  return { room, ids };
}

describe('npm run recount', () => {
  it('finds no drift in a correct hub', async () => {
    const { members, id } = await newHub({ alice: 7, bob: 7, carol: 7 });
    await busyRoom(members.alice, members.bob, members.carol);
    await members.alice.chat.post({ entity_id: members.bob.id, message: 'Hello' });
    expect(await counted(id)).to.deep.equal({ drift: 0, said: '1 hubs, 2 rooms: drift 0' });
  });

  const faults: readonly (readonly [what: string, sql: string])[] = [
    ['a removal that is missing', "DELETE FROM removals WHERE room_id = ? AND user_id = ''"],
    [
      'a removal too many',
      "INSERT INTO removals SELECT hub_id, id, '', 5, 0 FROM rooms WHERE id = ?",
    ],
    ['a bound of removals', 'UPDATE rooms SET removed_at = 0 WHERE id = ?'],
    ['a bound of own messages', 'UPDATE participants SET posted_at = 0 WHERE room_id = ?'],
    ['a number of own messages', 'UPDATE participants SET own_after = 7 WHERE room_id = ?'],
    ['a bound of hidden messages', 'UPDATE participants SET hidden_at = 0 WHERE room_id = ?'],
    ['the last ordinal', 'UPDATE rooms SET last_ordinal = 9 WHERE id = ?'],
    ['the number of members', 'UPDATE rooms SET member_count = 7 WHERE id = ?'],
    [
      'a number of reactions',
      'UPDATE messages SET reaction_count = 2 WHERE room_id = ? AND ordinal = 1',
    ],
    [
      'a number of files',
      'UPDATE messages SET attachment_count = 1 WHERE room_id = ? AND ordinal = 1',
    ],
  ];
  describe('in one room', () => {
    let id: string;
    let room: string;
    let alice: Member;
    let unspoilt: unknown;
    before(async () => {
      const hub = await newHub({ alice: 7, bob: 7, carol: 7 });
      ({ id } = hub);
      ({ alice } = hub.members);
      ({ room } = await busyRoom(alice, hub.members.bob, hub.members.carol));
      unspoilt = await alice.chat.chat_room_info({ key: room });
    });

    for (const [what, sql] of faults)
      it(`finds ${what}, reports the room, and repairs it on request`, async () => {
        await spoil(sql, room);
        const found = await counted(id);
        expect(found.drift, found.said).to.be.above(0);
        expect(found.said).to.contain(`hub ${id} room ${room}: `);
        expect((await counted(id)).drift, 'looking mends nothing').to.equal(found.drift);
        expect((await counted(id, true)).drift).to.equal(0);
        expect((await counted(id)).drift).to.equal(0);
        expect(await alice.chat.chat_room_info({ key: room })).to.deep.equal(unspoilt);
      });
  });

  it('finds and repairs the number of members of a hub', async () => {
    const { members, id, operator } = await newHub({ alice: 7, bob: 7, gone: 7 });
    await operator.hub.remove_member({ user_id: members.gone.id });
    expect((await counted(id)).drift).to.equal(0);
    await spoil('UPDATE hubs SET member_count = 5 WHERE id = ?', id);
    const { drift, said } = await counted(id);
    expect([drift, said.split('\n')[0]]).to.deep.equal([
      1,
      `hub ${id}: member_count is stored as 5, counted 2`,
    ]);
    expect((await counted(id, true)).drift).to.equal(0);
    expect((await operator.hub.info()).member_count).to.equal(2);
  });

  describe('in one room with expired, purged and forgotten messages', () => {
    let id: string;
    let room: string;
    let look: () => Promise<unknown>;
    let seen: unknown;
    before(async () => {
      const { members, operator, ...hub } = await newHub({ alice: 7, bob: 7, carol: 7 });
      const { alice, bob, carol } = members;
      ({ id } = hub);
      ({ room } = await busyRoom(alice, bob, carol));
      look = () =>
        Promise.all([
          ...[alice, bob, carol].map((member) => member.chat.chat_room_info({ key: room })),
          bob.chat.messages({ entity_id: room, mark_read: 0 }),
        ]);
      // Three messages, one of them hidden by a member; a later one was deleted.
      const age = `UPDATE messages SET created_ms = created_ms - 20 * 86400000
                   WHERE room_id = ? AND ordinal <= 3`;
      await spoil(age, room);
      await operator.setting.patch({ message_retention_days: 10 });
      seen = await look();
      expect(await counted(id)).to.deep.include({ drift: 0 });
      await purgeMessages(jobsOn(app().pool));
      expect(await counted(id)).to.deep.include({ drift: 0 });
      await spoil('DELETE FROM messages WHERE room_id = ? AND ordinal <= 2', room);
      expect(await counted(id)).to.deep.include({ drift: 0 });
    });

    for (const [what, sql] of [
      ...faults.filter(([what]) => !/reactions|files|hidden|number of own/.test(what)),
      [
        'the last ordinal, where nothing is left of the first messages',
        'UPDATE rooms SET last_ordinal = 0 WHERE id = ?',
      ],
    ] as const)
      it(`finds and repairs ${what}`, async () => {
        await spoil(sql, room);
        expect((await counted(id)).drift).to.be.above(0);
        expect((await counted(id, true)).drift).to.equal(0);
        expect((await counted(id)).drift).to.equal(0);
        expect(await look()).to.deep.equal(seen);
      });
  });

  it('has a last ordinal in a room without any message row', async () => {
    const { members, id, operator } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const { room } = await busyRoom(alice, bob, carol);
    await spoil(
      'UPDATE messages SET created_ms = created_ms - 20 * 86400000 WHERE room_id = ?',
      room,
    );
    await operator.setting.patch({ message_retention_days: 10 });
    await purgeMessages(jobsOn(app().pool));
    await spoil('DELETE FROM messages WHERE room_id = ?', room);
    expect((await counted(id)).drift).to.equal(0);
    await spoil('UPDATE rooms SET last_ordinal = 0 WHERE id = ?', room);
    expect((await counted(id, true)).drift).to.equal(0);
    expect(await alice.chat.post({ entity_id: room, message: 'the seventh' })).to.include({
      ordinal: 7,
    });
    expect(await bob.chat.count_all()).to.include({ total_cnt: 1 });
    expect((await counted(id)).drift).to.equal(0);
  });

  it('checks one hub on request, and rejects an unknown one', async () => {
    const [one, other] = [
      await newHub({ alice: 7, bob: 7, carol: 7 }),
      await newHub({ alice: 7, bob: 7, carol: 7 }),
    ];
    const { room } = await busyRoom(other.members.alice, other.members.bob, other.members.carol);
    await spoil('UPDATE rooms SET member_count = 7 WHERE id = ?', room);
    expect((await counted(one.id, true)).drift).to.equal(0);
    expect((await counted(other.id)).drift).to.equal(1);
    expect((await counted(other.id, true)).drift).to.equal(0);
    const unknown = await counted('00000000-0000-7000-8000-000000000000').catch(
      (error: Error) => error.message,
    );
    expect(unknown).to.match(/^The hub .* does not exist/);
    await refused(one.members.alice.chat.chat_room_info({ key: room }), 'ROOM_NOT_FOUND');
  });

  it('is a command that exits with 1 while there is drift', async () => {
    const driftingHub = async () => {
      const { members, id } = await newHub({ alice: 7, bob: 7, carol: 7 });
      const { alice, bob, carol } = members;
      await spoil(
        'UPDATE rooms SET member_count = 7 WHERE id = ?',
        await newRoom(alice, bob, carol),
      );
      return id;
    };
    const DATABASE_URL = urlOf(database());
    const run = (...args: string[]) =>
      promisify(execFile)(process.execPath, ['--import=tsx', 'scripts/recount.ts', ...args], {
        cwd: new URL('../..', import.meta.url),
        env: { ...process.env, DATABASE_URL },
      }).then(
        ({ stdout }) => ({ code: 0, stdout }),
        (error: { code: number; stdout: string }) => ({ code: error.code, stdout: error.stdout }),
      );
    const [left, mended] = await Promise.all([
      run('--hub', await driftingHub()),
      run('--fix', '--hub', await driftingHub()),
    ]);
    expect(left.code).to.equal(1);
    expect(left.stdout).to.contain('drift 1');
    expect(mended.stdout)
      .to.contain('member_count is stored as 7, counted 3')
      .and.to.contain('drift 0');
    expect(mended.code).to.equal(0);
  });
});
