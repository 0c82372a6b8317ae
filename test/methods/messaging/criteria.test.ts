import { expect } from 'chai';
import { type Member, newHub } from '../../support/hub.ts';
import { expectMet, filled, send, systemSend } from './support.ts';

describe('The criteria of a page', () => {
  let alice: Member;
  before(async () => {
    alice = await filled();
  });

  it('compare message fields: equal, unequal, in, not in', () =>
    expectMet(alice, [
      [{}, 'abcde'],
      [{ 'content.text': 'Hello World' }, 'a'],
      [{ 'content.text': 'hello world' }, ''],
      [{ 'content.text': { $eq: 'Hello World' } }, 'a'],
      [{ 'content.text': { $ne: 'Hello World' } }, 'bcde'],
      [{ 'content.n': 5 }, 'a'],
      [{ 'content.n': '5' }, 'e'],
      [{ 'content.n': 2.5 }, 'c'],
      [{ 'content.n': { $in: [5, 10, 'x'] } }, 'ab'],
      [{ 'content.n': { $in: [] } }, ''],
      [{ 'content.n': { $nin: [5, 10] } }, 'cde'],
      [{ 'content.n': { $nin: [] } }, 'abcde'],
      [{ 'content.flag': true }, 'a'],
      [{ 'content.flag': false }, 'b'],
      [{ 'content.flag': { $ne: true } }, 'bcde'],
      [{ 'content.flag': 1 }, ''],
      [{ 'content.text': 'a.b (c) "q" \\ \'s\' é' }, 'd'],
    ]));

  it('match values in lists and in nested fields', () =>
    expectMet(alice, [
      [{ 'content.tags': 'x' }, 'ae'],
      [{ 'content.tags': 'y' }, 'ab'],
      [{ 'content.tags': { $in: ['x', 'z'] } }, 'ae'],
      [{ 'content.tags': { $ne: 'y' } }, 'cde'],
      [{ 'content.list': 2 }, 'e'],
      [{ 'content.deep.er.v': 1 }, 'c'],
      [{ 'content.deep.er': { v: 1 } }, 'c'],
      [{ 'content.with space': 1 }, 'e'],
      [{ 'content.with-dash': 2 }, 'e'],
    ]));

  it('match null for null or missing fields', () =>
    expectMet(alice, [
      [{ 'content.none': null }, 'abcde'],
      [{ 'content.text': null }, 'e'],
      [{ 'content.text': { $ne: null } }, 'abcd'],
      [{ 'content.deep.er.v': null }, 'abde'],
      [{ 'content.n': { $in: [null, 5] } }, 'a'],
      [{ 'content.text': { $exists: true } }, 'abcd'],
      [{ 'content.text': { $exists: false } }, 'e'],
      [{ 'content.none': { $exists: true } }, 'd'],
      [{ 'content.none': { $exists: 0 } }, 'abce'],
      [{ 'from.pic': { $exists: true } }, ''],
      [{ 'from.id': null }, ''],
      [{ 'from.pic': null }, 'abcde'],
    ]));

  it('order numbers as numbers and text as text, and no other type', () =>
    expectMet(alice, [
      [{ 'content.n': { $gt: 5 } }, 'b'],
      [{ 'content.n': { $gte: 5 } }, 'ab'],
      [{ 'content.n': { $lt: 2.5 } }, 'd'],
      [{ 'content.n': { $lte: 2.5 } }, 'cd'],
      [{ 'content.n': { $gt: -10, $lt: 6 } }, 'acd'],
      [{ 'content.n': { $gte: '5' } }, 'e'],
      [{ 'content.text': { $gte: 'a' } }, 'bd'],
      [{ 'content.text': { $lt: 'a' } }, 'ac'],
      [{ 'content.tags': { $gt: 'a' } }, 'e'],
      [{ 'content.flag': { $gt: 0 } }, ''],
      [{ 'content.none': { $gt: 0 } }, ''],
      [{ 'content.nothing': { $lte: 0 } }, ''],
    ]));

  it('combine and negate: and, or, nor, not', () =>
    expectMet(alice, [
      [{ 'content.n': 5, 'content.flag': true }, 'a'],
      [{ 'content.n': 5, 'content.flag': false }, ''],
      [{ $and: [{ 'content.tags': 'y' }, { 'content.n': { $gt: 5 } }] }, 'b'],
      [{ $or: [{ 'content.n': 5 }, { 'content.n': 10 }] }, 'ab'],
      [{ $or: [{ 'content.n': 5 }, { 'content.nothing': 1 }], 'content.flag': true }, 'a'],
      [{ $nor: [{ 'content.n': 5 }, { 'content.n': 10 }] }, 'cde'],
      [{ $nor: [{ 'content.nothing': 1 }] }, 'abcde'],
      [{ 'content.n': { $not: { $gt: 3 } } }, 'cde'],
      [{ 'content.n': { $not: { $not: { $gt: 3 } } } }, 'ab'],
      [{ 'content.text': { $not: { $regex: 'hello', $options: 'i' } } }, 'cde'],
      [{ $nor: [{ $or: [{ $and: [{ 'content.n': 5 }] }] }] }, 'bcde'],
    ]));

  it('match patterns: prefix, suffix, wildcards and escapes', () =>
    expectMet(alice, [
      [{ 'content.text': { $regex: 'ello' } }, 'ab'],
      [{ 'content.text': { $regex: '^hello' } }, 'b'],
      [{ 'content.text': { $regex: '^HELLO', $options: 'i' } }, 'ab'],
      [{ 'content.text': { $regex: 'there$' } }, 'b'],
      [{ 'content.text': { $regex: '^Hello World$' } }, 'a'],
      [{ 'content.text': { $regex: '^H.*d$' } }, 'a'],
      [{ 'content.text': { $regex: '' } }, 'abcd'],
      [{ 'content.text': { $regex: '100%' } }, 'c'],
      [{ 'content.text': { $regex: '%' } }, 'c'],
      [{ 'content.text': { $regex: '_' } }, 'c'],
      [{ 'content.text': { $regex: 'a\\.b \\(c\\)' } }, 'd'],
      [{ 'content.text': { $regex: '^a\\.' } }, 'd'],
      [{ 'content.text': { $regex: '\\\\' } }, 'd'],
      [{ 'content.text': { $regex: '\\$' } }, ''],
      [{ 'content.n': { $regex: '5' } }, 'e'],
      [{ 'content.tags': { $regex: 'x' } }, 'e'],
      [{ 'content.nothing': { $regex: 'x' } }, ''],
      [{ created_ms: { $regex: '1' } }, ''],
    ]));

  it('accept fields of an entry and of its message', async () => {
    const hub = await newHub({ Homer: 7, bob: 7, carol: 7 });
    const { Homer, bob, carol } = hub.members;
    const one = await send(Homer, '1', bob, carol);
    const two = await send(Homer, '2', bob);
    const three = await systemSend(hub.operator, '3', bob);
    await bob.messaging.mark_read({ box: 'inbox', message_ids: [two] });
    await hub.operator.messaging.sys_update({ message_id: three, text: '3' + '!' });
    const [{ created_ms = 0 } = {}] = (await bob.messaging.page({ criteria: { message_id: one } }))
      .items;
    const cases: [Record<string, unknown>, string][] = [
      [{ message_id: one }, '1'],
      [{ message_id: { $in: [one, two] } }, '12'],
      [{ box: 'inbox' }, '123!'],
      [{ box: 'sent' }, ''],
      [{ box: { $in: ['sent', 'é', '😀'] } }, ''],
      [{ is_read: true }, '2'],
      [{ is_read: 1 }, '2'],
      [{ is_read: false }, '13!'],
      [{ is_read: 'true' }, ''],
      [{ version: { $gt: 1 } }, '2'],
      [{ message_version: 2 }, '3!'],
      [{ created_ms }, '1'],
      [
        {
          created_ms: { $gte: created_ms },
          sent_ms: { $gte: created_ms },
          updated_ms: { $gte: created_ms },
        },
        '123!',
      ],
      [{ message_created_ms: { $lt: created_ms } }, ''],
      [{ message_updated_ms: { $exists: true } }, '123!'],
      [{ 'from.id': Homer.id }, '12'],
      [{ 'from.id': null }, '3!'],
      [{ 'from.id': { $ne: null } }, '12'],
      [{ 'from.name': 'Homer Test' }, '12'],
      [{ 'from.name': 'homer test' }, ''],
      [{ 'from.name': { $regex: '^homer', $options: 'i' } }, '12'],
      [{ 'from.name': { $gte: 'B' } }, '12'],
      [{ to_ids: bob.id }, '123!'],
      [{ to_ids: carol.id }, '1'],
      [{ to_ids: { $in: [carol.id, 'x'] } }, '1'],
      [{ to_ids: { $ne: carol.id } }, '23!'],
      [{ to_ids: { $gt: 'a' } }, ''],
      [{ owner_id: bob.id }, '123!'],
    ];
    for (const [criteria, texts] of cases) {
      const { items, count } = await bob.messaging.page({ criteria, sort: { 'content.text': 1 } });
      expect(items.map(({ content }) => content.text).join(''), JSON.stringify(criteria)).to.equal(
        texts,
      );
      expect(count).to.equal(items.length);
    }
  });

  it('match only null for unknown fields, without an error', () =>
    expectMet(alice, [
      [{ $or: [{ 'message.message.from': 'A' }, { 'message.message.to': 'B' }] }, ''],
      [{ nothing: null }, 'abcde'],
      [{ nothing: { $exists: false } }, 'abcde'],
      [{ nothing: { $ne: 1 } }, 'abcde'],
      [{ content: { k: 'a' } }, ''],
      [{ 'content.': 'x' }, ''],
      [{ 'content.a..b': 'x' }, ''],
      [{ constructor: 1 }, ''],
      [{ toString: { $exists: true } }, ''],
    ]));
});
