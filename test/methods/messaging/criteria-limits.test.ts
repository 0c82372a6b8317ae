import { expect } from 'chai';
import { type Member, newHub, refused } from '../../support/hub.ts';
import { filled } from './support.ts';

describe('Criteria', () => {
  let alice: Member;
  before(async () => {
    alice = await filled();
  });

  it('are rejected when invalid, with the reason', async () => {
    let deep: Record<string, unknown> = { 'content.n': 1 };
    for (let n = 0; n < 9; n++) deep = { $and: [deep] };
    let negated: Record<string, unknown> = { $gt: 1 };
    for (let n = 0; n < 9; n++) negated = { $not: negated };
    const many = <T>(value: T) => Array.from({ length: 101 }, () => value);
    for (const criteria of [
      ...[
        { $where: '1' },
        { $expr: {} },
        { $text: 'x' },
        { $or: [] },
        { $and: {} },
        { $nor: 'x' },
        { $or: ['x'] },
        { $or: [null] },
      ],
      ...[
        { 'content.n': { $type: 1 } },
        { 'content.n': { $elemMatch: {} } },
        { 'content.n': { $gt: 1, b: 2 } },
        { n: { $where: 1 } },
      ],
      ...[
        { 'content.n': { $in: 5 } },
        { 'content.n': { $nin: 'x' } },
        { 'content.n': { $gt: null } },
        { 'content.n': { $lt: [1] } },
      ],
      ...[
        { 'content.n': { $gt: true } },
        { 'content.n': { $exists: 'no' } },
        { 'content.n': { $lte: {} } },
        { 'content.text': { $options: 'i' } },
      ],
      ...[
        deep,
        { 'content.n': negated },
        { $or: many({ 'content.n': 1 }) },
        { 'content.n': { $in: many(1) } },
      ],
      ...[{ $or: many({ 'content.text': { $regex: 'x' } }) }, { $or: many({}) }],
      ...[
        '(a+)+',
        'a|b',
        '[a-z]',
        'a{2}',
        'a+',
        'a?',
        'a*',
        'a.b',
        '\\d',
        '\\bx',
        '^*',
        'a$b',
        'a^b',
        '(?=x)',
        'a\\',
      ].map(($regex) => ({ 'content.text': { $regex } })),
      ...['a\\\\.', '\\.*x', 'x'.repeat(201), 7, null, ['x']].map(($regex) => ({
        'content.text': { $regex },
      })),
      ...['x', 'm', 'ii', 7, ''.padEnd(50, 'i')].map(($options) => ({
        'content.text': { $regex: 'x', $options },
      })),
    ]) {
      const { details, status } = await refused(
        alice.messaging.page({ criteria }),
        'INVALID_CRITERIA',
      );
      expect(details[0], JSON.stringify(criteria)).to.match(/^criteria: /);
      expect(status).to.equal(400);
    }
    const full = Array.from({ length: 100 }, (_, n) => n);
    expect(
      (await alice.messaging.page({ criteria: { 'content.n': { $in: full } } })).count,
    ).to.equal(4);
  });

  it('never become SQL: neither field names nor values', async () => {
    const attacks = [
      ...[
        "' OR '1'='1",
        '" OR 1=1 --',
        '1) OR (1=1',
        "'); DROP TABLE mail; --",
        '\\',
        "\\' OR 1=1 --",
        '?',
        ':x',
        '%',
      ],
      ...[
        'content.a"."b',
        "content.a' OR '1'='1",
        'content.$',
        'content.$.k',
        'content.*',
        'content.k[*]',
        'content.k"',
        'content."k"',
      ],
      ...[
        'e.box',
        'm.content',
        '1',
        'box = box OR box',
        'owner_id`',
        '\u0000',
        '😀',
        'content.😀',
        'content.__proto__',
      ],
    ];
    const has = async (criteria: Record<string, unknown>) =>
      (await alice.messaging.page({ criteria })).count;
    for (const text of attacks) {
      // Each matches nothing, so all of them do not either; one that is true or breaks out of its
      // place matches all entries.
      const fields = ['content.text', 'message_id', 'from.name', 'to_ids', 'box'];
      const $or = [
        { [text]: 1 },
        { [text]: { $gt: 0 } },
        ...fields.flatMap((field) => [{ [field]: text }, { [field]: { $in: [text] } }]),
        { 'content.text': { $gt: text, $lt: text } },
        { 'content.text': { [text]: 1 } },
      ];
      expect(await has({ $or }), text).to.equal(0);
    }
    expect(await has({ 'content.text': { $regex: "' OR 1=1 --" } })).to.equal(0);
    expect(await has({})).to.equal(10);
  });

  it('match any text exactly as it was sent', async () => {
    const { bob } = (await newHub({ bob: 7 })).members;
    const given = [
      'é',
      '\\',
      '"',
      "'",
      '\n',
      '\t',
      '\u0000',
      '\u2028',
      '😀',
      '한국어',
      '%',
      '_',
      'a\\"b',
      '</script>',
      ' ',
      '',
    ];
    for (const text of given) await bob.messaging.send({ to_ids: [bob.id], content: { text } });
    for (const text of given) {
      const { items } = await bob.messaging.page({
        criteria: { box: 'inbox', 'content.text': text },
      });
      expect(
        items.map(({ content }) => content.text),
        JSON.stringify(text),
      ).to.deep.equal([text]);
    }
  });

  it('match, compare and order texts of any length', async () => {
    const { bob } = (await newHub({ bob: 7 })).members;
    const long = 'é'.repeat(30_000);
    const text = { z: `${long}z`, a: `${long}a`, short: 'd' };
    for (const one of Object.values(text))
      await bob.messaging.send({ to_ids: [bob.id], content: { text: one } });
    const found = async (condition: object) => {
      const criteria = { box: 'inbox', 'content.text': condition };
      const { items } = await bob.messaging.page({ criteria, sort: { 'content.text': 1 } });
      return items.map(({ content }) => Object.values(text).indexOf(content.text as string));
    };
    expect(await found({ $regex: '^éé.*z$' })).to.deep.equal([0]);
    expect(await found({ $gt: 'e' })).to.have.members([0, 1]);
    expect(await found({ $exists: true })).to.have.ordered.members([
      2,
      ...(await found({ $gt: 'e' })),
    ]);
  });
});
