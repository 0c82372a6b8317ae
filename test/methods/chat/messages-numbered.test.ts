import { expect } from 'chai';
import { app } from '../../support/app.ts';
import { writeHistory } from '../../support/history.ts';
import { type Member, newHub, newRoom } from '../../support/hub.ts';
import { randomIntegers } from '../../support/random.ts';
import { rowsReadFor } from '../../support/rows-read.ts';

/** Ordinals of messages, the newest first. */
type Ordinals = readonly number[];

const many = 600;
const all: Ordinals = Array.from({ length: many }, (_, n) => many - n);

/** A room of many messages, of which the oldest have expired. */
async function longRoom(expiredAt = 0) {
  const { members, id: hubId } = await newHub({ alice: 7, bob: 7 });
  const { alice, bob } = members;
  const room = await newRoom(alice, bob);
  const ids = await writeHistory(room, [alice, bob], many);
  await app().pool.query('UPDATE rooms SET expired_at = ? WHERE hub_id = ? AND id = ?', [
    expiredAt,
    hubId,
    room,
  ]);
  return { alice, bob, room, ids };
}

type Room = Awaited<ReturnType<typeof longRoom>>;

/** Deletes messages for all, those of each author by themselves. */
async function deleteForAll({ alice, bob, ids }: Room, ordinals: Ordinals) {
  for (const [index, author] of [bob, alice].entries())
    await remove(
      author,
      ids,
      'all',
      ordinals.filter((ordinal) => ordinal % 2 === index),
    );
}

async function remove(by: Member, ids: string[], option: 'all' | 'me', ordinals: Ordinals) {
  const messages = ordinals.map((ordinal) => ids[ordinal - 1] ?? '');
  for (let n = 0; n < messages.length; n += 100)
    await by.chat.delete({ option, messages: messages.slice(n, n + 100) });
}

/** Compares pages with what remains of all messages, which are in the order of the pages. */
async function expectPages(reader: Member, room: string, left: Ordinals, afterMs?: number) {
  for (const limit of [7, 45])
    for (const page of [2, 4, 40, Math.ceil(left.length / limit), 200]) {
      const rows = await reader.chat.messages({
        entity_id: room,
        ...(afterMs === undefined ? {} : { after_ms: afterMs }),
        page,
        limit,
        mark_read: 0,
      });
      const part = left.slice((page - 1) * limit, page * limit);
      const newestFirst = afterMs === undefined ? part : part.toReversed();
      const found = rows.map(({ ordinal }) => ordinal);
      expect(found, `page ${page} of ${limit}`).to.deep.equal(newestFirst);
    }
}

/** Compares the pages of both members and of both directions. */
async function expectAll({ alice, bob, room }: Room, deleted: Ordinals, hidden: Ordinals) {
  const gone = new Set([...deleted, ...hidden]);
  const ofAlice = all.filter((ordinal) => !gone.has(ordinal));
  await expectPages(alice, room, ofAlice);
  await expectPages(alice, room, ofAlice.toReversed(), 1);
  await expectPages(
    bob,
    room,
    all.filter((ordinal) => !deleted.includes(ordinal)),
  );
}

describe('chat.messages, numbered pages', () => {
  it('skip messages, but neither deleted nor hidden ones', async () => {
    const room = await longRoom();
    const pick = randomIntegers(1);
    const deleted: number[] = [];
    const hidden: number[] = [];
    for (const share of [100, 10, 3]) {
      const isNew = (ordinal: number) => !deleted.includes(ordinal) && !hidden.includes(ordinal);
      const some = all.filter((ordinal) => isNew(ordinal) && pick(share) === 0);
      const forAll = some.filter(() => pick(2) === 0);
      const forMe = some.filter((ordinal) => !forAll.includes(ordinal));
      await deleteForAll(room, forAll);
      await remove(room.alice, room.ids, 'me', forMe);
      deleted.push(...forAll);
      hidden.push(...forMe);
      await expectAll(room, deleted, hidden);
    }
  });

  it('skip messages beside many that are removed together', async () => {
    const room = await longRoom();
    const runs = [all.slice(0, 20), all.slice(46, 49), all.slice(300, 450)];
    for (const [index, run] of runs.entries()) {
      await deleteForAll(room, run);
      await expectAll(room, runs.slice(0, index + 1).flat(), []);
    }
  });

  it('end where messages have expired', async () => {
    const expiredAt = 200;
    const room = await longRoom(expiredAt);
    const hidden = [590, 400, 202, 201];
    await remove(
      room.alice,
      room.ids,
      'me',
      hidden.filter((ordinal) => ordinal > expiredAt),
    );
    await expectAll(
      room,
      all.filter((ordinal) => ordinal <= expiredAt),
      hidden,
    );
  });

  it('read as many rows far from the newest message as near it', async () => {
    const { alice, room, ids } = await longRoom();
    await alice.chat.delete({ option: 'me', messages: ids.slice(-5) });
    const rowsOf = (page: number) => {
      const read = () => alice.chat.messages({ entity_id: room, page, limit: 10, mark_read: 0 });
      return rowsReadFor(app().pool, read);
    };
    await rowsOf(6);
    const [near, far] = [await rowsOf(6), await rowsOf(55)];
    expect(far).to.be.at.most(near + 20);
  });
});
