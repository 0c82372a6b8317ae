import { expect } from 'chai';
import { KeptTotal, type RoomUnread, UnreadTotals } from '../../db/connection/unread-totals.ts';

const counts = (...rows: [string, number][]) =>
  new Map<string, RoomUnread>(rows.map(([id, unread]) => [id, { unread, kind: 'share' }]));

/** Answers a question; returns the sum of groups. */
const answer = (kept: KeptTotal, ...[question, found, except]: Parameters<KeptTotal['answer']>) =>
  kept.answer(question, found, except).share;

/** The total of a member of two rooms with 2 and 3 unread messages. */
function loaded(): KeptTotal {
  const kept = new KeptTotal(2);
  expect(answer(kept, kept.ask(), counts(['a', 2], ['b', 3]), [])).to.equal(5);
  return kept;
}

describe('Kept totals of unread messages', () => {
  it('read all rooms once, then only those that have changed', () => {
    const kept = new KeptTotal(2);
    const first = kept.ask();
    expect(first.roomIds).to.equal(undefined);
    expect(answer(kept, first, counts(['a', 2], ['b', 3]), ['a'])).to.equal(3);
    expect(kept.ask().roomIds).to.deep.equal([]);
    kept.change('b', false);
    kept.change('elsewhere', false);
    const next = kept.ask();
    expect(next.roomIds).to.deep.equal(['b']);
    expect(answer(kept, next, counts(['b', 4]), ['a'])).to.equal(4);
    expect(kept.ask().roomIds).to.deep.equal([]);
  });

  it('notice rooms that the member joins and leaves', () => {
    const kept = loaded();
    kept.change('c', true);
    kept.change('a', true);
    expect(answer(kept, kept.ask(), counts(['c', 1]), [])).to.equal(4);
    kept.change('a', false);
    expect(kept.ask().roomIds).to.deep.equal([]);
    expect(answer(kept, kept.ask(), counts(), ['c'])).to.equal(3);
  });

  it('read again what changes while they are read', () => {
    const kept = loaded();
    kept.change('a', false);
    const question = kept.ask();
    kept.change('a', false);
    expect(answer(kept, question, counts(['a', 7]), []), 'as it was read').to.equal(10);
    expect(kept.ask().roomIds).to.deep.equal(['a']);
    expect(answer(kept, kept.ask(), counts(['a', 8]), [])).to.equal(11);
    const all = new KeptTotal(2);
    const loading = all.ask();
    all.change('b', false);
    expect(answer(all, loading, counts(['a', 2], ['b', 3]), [])).to.equal(5);
    expect(all.ask().roomIds).to.deep.equal(['b']);
  });

  it('keep what was read last when answers overtake each other', () => {
    const kept = loaded();
    kept.change('a', false);
    const early = kept.ask();
    kept.change('a', false);
    const later = kept.ask();
    expect(answer(kept, later, counts(['a', 9]), [])).to.equal(12);
    expect(answer(kept, early, counts(['a', 8]), [])).to.equal(12);
    expect(answer(kept, kept.ask(), counts(), [])).to.equal(12);
    const all = new KeptTotal(2);
    const one = all.ask();
    all.change('a', false);
    const two = all.ask();
    expect(answer(all, one, counts(['a', 1]), [])).to.equal(1);
    expect(answer(all, two, counts(['a', 2]), [])).to.equal(2);
    expect(all.ask().roomIds).to.deep.equal(['a']);
  });

  it('sum by kind, and count the rooms that have unread messages', () => {
    const kept = new KeptTotal(4);
    const rooms = new Map<string, RoomUnread>([
      ['a', { unread: 2, kind: 'direct' }],
      ['b', { unread: 3, kind: 'share' }],
      ['c', { unread: 4, kind: 'archived' }],
      ['d', { unread: 0, kind: 'share' }],
    ]);
    const sums = { direct: 2, share: 3, archived: 4, heads: 3 };
    expect(kept.answer(kept.ask(), rooms)).to.deep.equal(sums);
    kept.change('b', true);
    const archived = new Map([['b', { unread: 3, kind: 'archived' } as const]]);
    const question = kept.ask();
    kept.change('b', true);
    const moved = { direct: 2, share: 0, archived: 7, heads: 3 };
    expect(kept.answer(question, archived), 'as it was read').to.deep.equal(moved);
    expect(kept.answer(kept.ask(), archived)).to.deep.equal(moved);
    expect(kept.answer(kept.ask(), counts(), ['a', 'd'])).to.deep.equal({
      ...moved,
      direct: 0,
      heads: 2,
    });
  });

  it('are of members of many rooms only, and not kept where changes may be unknown', () => {
    const totals = new UnreadTotals();
    totals.keep('hub', 'few', totals.leastRooms - 1);
    totals.keep('hub', 'many', totals.leastRooms);
    expect(totals.find('hub', 'few')).to.equal(undefined);
    expect(totals.find('hub', 'many')).to.equal(totals.find('hub', 'many'));
    totals.pause('hub');
    totals.keep('hub', 'many', 1000);
    expect(totals.find('hub', 'many')).to.equal(undefined);
    totals.keep('other', 'many', 1000);
    expect(totals.find('other', 'many')).to.be.instanceOf(KeptTotal);
  });

  it('are limited: those that were not used for longest go', () => {
    const totals = new UnreadTotals();
    for (let n = 0; n < 40; n++) totals.keep('hub', `user ${n}`, 10_000);
    const found = Array.from({ length: 40 }, (_, n) => totals.find('hub', `user ${n}`));
    expect(found.filter(Boolean)).to.have.length(30);
    expect(found.at(-1)).to.be.instanceOf(KeptTotal);
    for (let n = 0; n < 400; n++) totals.keep('small', `user ${n}`, 500);
    const some = Array.from({ length: 400 }, (_, n) => totals.find('small', `user ${n}`));
    expect(some.filter(Boolean).length).to.be.at.most(300);
  });
});
