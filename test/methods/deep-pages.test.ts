import { expect } from 'chai';
import { maxSkippedRows } from '../../acl/language/limits.ts';
import { newId } from '../../db/rows/ids.ts';
import { numberedPage } from '../../service/actions/numbered-page.ts';
import { app } from '../support/app.ts';
import { copyMessage } from '../support/copies.ts';
import { fillNames } from '../support/fill-names.ts';
import { type Member, newHub, newRoom, refused } from '../support/hub.ts';

/** The first page of 100 rows that skips too many, and the last one that does not. */
const tooDeep = maxSkippedRows / 100 + 2;
const deepest = tooDeep - 1;

async function expectTooDeep(call: Promise<unknown>, cursor: string): Promise<void> {
  const { details } = await refused(call, 'INVALID_INPUT');
  expect(details).to.deep.equal([
    `page: skips more than ${maxSkippedRows} rows; continue from a row with ${cursor}`,
  ]);
}

/** A room with a thread of more messages than numbered pages reach. */
async function longThread(alice: Member): Promise<{ roomId: string; rootId: string }> {
  const roomId = await newRoom(alice);
  const root = await alice.chat.post({ entity_id: roomId, message: 'Root' });
  const { pool } = app();
  await copyMessage(pool, root, maxSkippedRows + 200);
  await pool.query('UPDATE messages SET root_id = ?, thread_id = ? WHERE room_id = ? AND id <> ?', [
    root.message_id,
    root.message_id,
    roomId,
    root.message_id,
  ]);
  return { roomId, rootId: root.message_id };
}

describe('A page that skips too many rows', () => {
  it('of messages and of a thread is refused, and read from a cursor', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    const { roomId, rootId } = await longThread(alice);
    for (const list of [
      (part: object) => alice.chat.messages({ entity_id: roomId, limit: 100, ...part }),
      (part: object) => alice.chat.thread({ thread_id: rootId, limit: 100, ...part }),
    ]) {
      const rows = await list({ page: deepest });
      expect(rows).to.have.lengthOf(100);
      await expectTooDeep(list({ page: tooDeep }), 'before');
      await expectTooDeep(list({ page: 9000 }), 'before');
      await expectTooDeep(list({ page: 1_000_000, before_ms: Date.now() + 1000 }), 'before');
      const next = await list({ before: rows.at(-1)?.message_id, page: tooDeep });
      expect(next[0]?.ordinal).to.equal((rows.at(-1)?.ordinal ?? 0) - 1);
    }
  });

  it('of members is refused, and read from a cursor', async () => {
    const { id, members } = await newHub({ alice: 7 });
    const { alice } = members;
    const users = Array.from({ length: maxSkippedRows + 200 }, () => newId());
    const { pool } = app();
    await pool.query('INSERT INTO users (id, firstname, lastname, search, created_ms) VALUES ?', [
      users.map((user) => [user, 'Ann', 'Test', 'ann test', 0]),
    ]);
    await pool.query('INSERT INTO members (hub_id, user_id, privilege, joined_ms) VALUES ?', [
      users.map((user) => [id, user, 7, 0]),
    ]);
    await fillNames(pool);
    const rows = await alice.hub.members({ page: deepest, limit: 100, key: 'ann' });
    expect(rows).to.have.lengthOf(100);
    await expectTooDeep(alice.hub.members({ page: tooDeep, limit: 100, key: 'ann' }), 'after');
    await expectTooDeep(alice.hub.members({ page: 1_000_000 }), 'after');
    expect(await alice.hub.members({ after: rows.at(-1)?.cursor, limit: 5 })).to.have.lengthOf(5);
  });

  it('is empty beyond the end of a list', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    const page = 1_000_000;
    const entity_id = await newRoom(alice);
    const root = await alice.chat.post({ entity_id, message: 'Root' });
    expect(await alice.chat.messages({ entity_id, page })).to.deep.equal([]);
    expect(await alice.chat.thread({ thread_id: root.message_id, page })).to.deep.equal([]);
    expect(await alice.chat.chat_rooms({ page })).to.deep.equal([]);
    expect(await alice.chat.contact_rooms({ page })).to.deep.equal([]);
    expect(await alice.chat.share_rooms({ page })).to.deep.equal([]);
    expect(await alice.hub.members({ page })).to.deep.equal([]);
  });

  it('is never read by a list', async () => {
    const parts: { offset: number; limit: number }[] = [];
    const list = async (part: { offset: number; limit: number }) => {
      parts.push(part);
      return ['row'];
    };
    const tooFar = numberedPage({ offset: maxSkippedRows + 1, limit: 45 }, 'before', list);
    const refusal = await tooFar.catch((error: unknown) => error);
    expect(refusal).to.include({ code: 'INVALID_INPUT' });
    expect(
      await numberedPage({ offset: maxSkippedRows, limit: 45 }, 'before', list),
    ).to.have.lengthOf(1);
    expect(parts).to.deep.equal([
      { offset: maxSkippedRows, limit: 1 },
      { offset: maxSkippedRows, limit: 45 },
    ]);
  });
});
