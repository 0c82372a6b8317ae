import { expect } from 'chai';
import { app } from '../../support/app.ts';
import { writeHistory } from '../../support/history.ts';
import { newHub, newRoom } from '../../support/hub.ts';
import { inOrder } from '../../support/locked.ts';
import { watchStatements } from '../../support/statements.ts';
import { expectUnread, post } from './support.ts';

/** More messages than are counted while the room is locked. */
const many = 1200;

/** A room in which Alice and Bob have posted in turn; both have read everything. */
async function longRoom() {
  const { members, id } = await newHub({ alice: 7, bob: 7 });
  const { alice, bob } = members;
  const room = await newRoom(alice, bob);
  const ids = await writeHistory(room, [alice, bob], many);
  await alice.chat.acknowledge({ message_id: ids.at(-1) ?? '' });
  return { hubId: id, alice, bob, room, ids };
}

describe('chat.mark_unread far back', () => {
  it('counts by an index alone, before it locks anything', async () => {
    const { alice, room, ids } = await longRoom();
    const sent = watchStatements(app(), /COUNT\(\*\) FROM messages/);
    const reply = await alice.chat.mark_unread({ message_id: ids[9] ?? '' });
    expect(reply.unread).to.equal((many - 10) / 2 + 1);
    const [packet = ''] = sent.filter((sql) => sql.includes('FOR UPDATE'));
    expect(packet.indexOf('COUNT(*)')).to.be.above(0);
    expect(packet.indexOf('COUNT(*)')).to.be.below(packet.indexOf('FOR UPDATE'));
    const [plan] = await app().pool.query(
      `EXPLAIN FORMAT=JSON SELECT COUNT(*) FROM messages m FORCE INDEX (messages_author)
       WHERE m.hub_id = ? AND m.room_id = ? AND m.author_id = ? AND m.ordinal > ?`,
      [alice.hubId, room, alice.id, 9],
    );
    // MariaDB and MySQL 8, and MySQL 9.
    expect(JSON.stringify(plan)).to.match(/using_index\W+true|covering\W+true|Covering index/);
    await expectUnread(alice, room, (many - 10) / 2 + 1, 9);
  });

  it('subtracts deleted and hidden messages once, by both authors', async () => {
    const { alice, bob, room, ids } = await longRoom();
    const [own = '', theirs = '', ownHidden = '', theirsHidden = ''] = ids.slice(100);
    await alice.chat.delete({ option: 'me', messages: [ownHidden, theirsHidden] });
    await alice.chat.delete({ option: 'all', messages: [own] });
    await bob.chat.delete({ option: 'all', messages: [theirs] });
    const reply = await alice.chat.mark_unread({ message_id: ids[9] ?? '' });
    expect(reply.unread).to.equal((many - 10) / 2 + 1 - 2);
    await expectUnread(alice, room, reply.unread, 9);
    await bob.chat.acknowledge({ message_id: ids.at(-1) ?? '' });
    const ofBob = await bob.chat.mark_unread({ message_id: ids[9] ?? '' });
    expect(ofBob.unread).to.equal((many - 10) / 2 - 1);
    await expectUnread(bob, room, ofBob.unread, 9);
  });

  it('counts what changes while it waits for the room', async () => {
    const { alice, bob, room, ids } = await longRoom();
    const [posted, deleted, marked] = await inOrder(
      ['SELECT 1 FROM rooms WHERE id = ? FOR UPDATE', [room]],
      () => post(bob, room),
      () => bob.chat.delete({ option: 'all', messages: [ids[501] ?? ''] }),
      () => alice.chat.mark_unread({ message_id: ids[9] ?? '' }),
    );
    expect([posted?.status, deleted?.status]).to.deep.equal(['fulfilled', 'fulfilled']);
    const unread = (many - 10) / 2 + 1;
    expect(marked).to.have.nested.property('value.unread', unread + 1 - 1);
    await expectUnread(alice, room, unread, 9);
    const [, again] = await inOrder(
      ['SELECT 1 FROM rooms WHERE id = ? FOR UPDATE', [room]],
      () => post(bob, room),
      () => alice.chat.mark_unread({ message_id: ids[7] ?? '' }),
    );
    expect(again).to.have.nested.property('value.unread', unread + 1 + 1);
    await expectUnread(alice, room, unread + 2, 7);
  });
});
