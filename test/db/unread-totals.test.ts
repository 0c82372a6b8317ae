import { expect } from 'chai';
import { KeptTotal, UnreadTotals } from '../../db/connection/unread-totals.ts';

const counts = (...rows: [string, number][]) => new Map(rows);

/** The total of a member of two rooms with 2 and 3 unread messages. */
function loaded(): KeptTotal {
  const kept = new KeptTotal(2);
  expect(kept.answer(kept.ask(), counts(['a', 2], ['b', 3]), [])).to.equal(5);
  return kept;
}

describe('Kept totals of unread messages', () => {
  it('read all rooms once, then only those that have changed', () => {
    const kept = new KeptTotal(2);
    const first = kept.ask();
    expect(first.roomIds).to.equal(undefined);
    expect(kept.answer(first, counts(['a', 2], ['b', 3]), ['a'])).to.equal(3);
    expect(kept.ask().roomIds).to.deep.equal([]);
    kept.change('b', false);
    kept.change('elsewhere', false);
    const next = kept.ask();
    expect(next.roomIds).to.deep.equal(['b']);
    expect(kept.answer(next, counts(['b', 4]), ['a'])).to.equal(4);
    expect(kept.ask().roomIds).to.deep.equal([]);
  });

  it('notice rooms that the member joins and leaves', () => {
    const kept = loaded();
    kept.change('c', true);
    kept.change('a', true);
    expect(kept.answer(kept.ask(), counts(['c', 1]), [])).to.equal(4);
    kept.change('a', false);
    expect(kept.ask().roomIds).to.deep.equal([]);
    expect(kept.answer(kept.ask(), counts(), ['c'])).to.equal(3);
  });

  it('read again what changes while they are read', () => {
    const kept = loaded();
    kept.change('a', false);
    const question = kept.ask();
    kept.change('a', false);
    expect(kept.answer(question, counts(['a', 7]), []), 'as it was read').to.equal(10);
    expect(kept.ask().roomIds).to.deep.equal(['a']);
    expect(kept.answer(kept.ask(), counts(['a', 8]), [])).to.equal(11);
    const all = new KeptTotal(2);
    const loading = all.ask();
    all.change('b', false);
    expect(all.answer(loading, counts(['a', 2], ['b', 3]), [])).to.equal(5);
    expect(all.ask().roomIds).to.deep.equal(['b']);
  });

  it('keep what was read last when answers overtake each other', () => {
    const kept = loaded();
    kept.change('a', false);
    const early = kept.ask();
    kept.change('a', false);
    const later = kept.ask();
    expect(kept.answer(later, counts(['a', 9]), [])).to.equal(12);
    expect(kept.answer(early, counts(['a', 8]), [])).to.equal(12);
    expect(kept.answer(kept.ask(), counts(), [])).to.equal(12);
    const all = new KeptTotal(2);
    const one = all.ask();
    all.change('a', false);
    const two = all.ask();
    expect(all.answer(one, counts(['a', 1]), [])).to.equal(1);
    expect(all.answer(two, counts(['a', 2]), [])).to.equal(2);
    expect(all.ask().roomIds).to.deep.equal(['a']);
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
