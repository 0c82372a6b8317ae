import { expect } from 'chai';
import { refusedInputs } from '../../support/caller.ts';
import { type Member, newHub, refused } from '../../support/hub.ts';
import { send, systemSend, textsOf } from './support.ts';

/** Alice has sent this many messages to Bob: 1, 2, … */
async function correspondence(count: number) {
  const hub = await newHub({ alice: 7, bob: 7, carol: 7, admin: 31 });
  const { alice, bob } = hub.members;
  const ids: string[] = [];
  for (let n = 1; n <= count; n++) ids.push(await send(alice, `${n}`, bob));
  return { hub, ...hub.members, ids };
}

type Page = Awaited<ReturnType<Member['messaging']['page']>>;
const shown = ({ page, count, more_before, more_after, items }: Page) => [
  page,
  count,
  more_before,
  more_after,
  textsOf(items).join(' '),
];

describe('A page of messages', () => {
  it('returns the total, its page number, and whether there are pages on either side', async () => {
    const { bob } = await correspondence(5);
    const page = async (page: number, rows = 2) => shown(await bob.messaging.page({ rows, page }));
    expect(await page(1)).to.deep.equal([1, 5, false, true, '5 4']);
    expect(await page(2)).to.deep.equal([2, 5, true, true, '3 2']);
    expect(await page(3)).to.deep.equal([3, 5, true, false, '1']);
    expect(await page(4)).to.deep.equal([4, 5, true, false, '']);
    expect(await page(1_000_000)).to.deep.equal([1_000_000, 5, true, false, '']);
    expect(await page(1, 5)).to.deep.equal([1, 5, false, false, '5 4 3 2 1']);
    expect(shown(await bob.messaging.page())).to.deep.equal([1, 5, false, false, '5 4 3 2 1']);
    expect(shown(await bob.messaging.page({ rows: 0, page: 2 }))).to.deep.equal([
      2,
      5,
      true,
      true,
      '4',
    ]);
    expect((await bob.messaging.page({ rows: 1000 })).items).to.have.length(5);
  });

  it('of an empty box is an empty page', async () => {
    const { carol } = await correspondence(1);
    expect(shown(await carol.messaging.page())).to.deep.equal([1, 0, false, false, '']);
  });

  it('is turned by its context, which contains the original query', async () => {
    const { alice, bob } = await correspondence(5);
    const asked = {
      rows: 2,
      sort: { created_ms: 1 } as const,
      criteria: { 'content.text': { $ne: '3' } },
    };
    const first = await bob.messaging.page(asked);
    expect(shown(first)).to.deep.equal([1, 4, false, true, '1 2']);
    const second = await bob.messaging.page_offset({ context: first.context, offset: 1 });
    expect(shown(second)).to.deep.equal([2, 4, true, false, '4 5']);
    expect(
      shown(await bob.messaging.page_offset({ context: second.context, offset: -1 })),
    ).to.deep.equal(shown(first));
    expect(
      shown(await bob.messaging.page_offset({ context: second.context, offset: 0 })),
    ).to.deep.equal(shown(second));
    await send(alice, '6', bob);
    expect(
      shown(await bob.messaging.page_offset({ context: first.context, offset: 2 })),
    ).to.deep.equal([3, 5, true, false, '6']);
  });

  it('is the first for numbers below it, and empty beyond the end', async () => {
    const { bob } = await correspondence(3);
    const { context } = await bob.messaging.page({ rows: 2 });
    for (const offset of [-1, -5, -1_000_000])
      expect(shown(await bob.messaging.page_offset({ context, offset }))).to.deep.equal([
        1,
        3,
        false,
        true,
        '3 2',
      ]);
    const beyond = await bob.messaging.page_offset({ context, offset: 7 });
    expect(shown(beyond)).to.deep.equal([8, 3, true, false, '']);
    expect(
      shown(await bob.messaging.page_offset({ context: beyond.context, offset: -6 })),
    ).to.deep.equal([2, 3, true, false, '1']);
    const far = await bob.messaging.page_offset({ context, offset: 1_000_000 });
    expect(
      shown(await bob.messaging.page_offset({ context: far.context, offset: 1_000_000 })),
    ).to.deep.equal([...[2_000_001, 3, true, false, '']]);
    await refusedInputs(bob, 'messaging.page_offset', [
      ['offset', { context }],
      ['offset', { context, offset: 1.5 }],
      ['offset', { context, offset: 1_000_001 }],
      ['context', { offset: 1 }],
      ['context', { context: 'x'.repeat(100_001), offset: 1 }],
    ]);
  });

  it('accepts only contexts returned here, to this caller, by the same method', async () => {
    const { hub, bob, carol, admin } = await correspondence(2);
    const { context } = await bob.messaging.page({ rows: 1 });
    const [text = '', mac = ''] = context.split('.');
    const opened = JSON.parse(Buffer.from(text, 'base64url').toString());
    const forged = (change: object) =>
      `${Buffer.from(JSON.stringify({ ...opened, ...change })).toString('base64url')}.${mac}`;
    const bad = [
      ...[
        '',
        '.',
        'x',
        'invalidContext',
        'x.y',
        text,
        `.${mac}`,
        `${text}.`,
        `${text}.${mac.slice(0, -2)}`,
        `x${context}`,
      ],
      ...[
        forged({ user: carol.id, ownerId: carol.id }),
        forged({ whose: 'sys' }),
        forged({ ownerId: undefined }),
        forged({}),
      ],
      ...['eyJzZWFyY2hDcml0ZXJpYSI6e319', `${text}.${'A'.repeat(43)}`, '😀.😀', '\u0000'],
    ];
    for (const one of bad.filter((one) => one !== context)) {
      const { details } = await refused(
        bob.messaging.page_offset({ context: one, offset: 1 }),
        'INVALID_CONTEXT',
      );
      expect(details[0]).to.match(/^context: /);
    }
    await refused(carol.messaging.page_offset({ context, offset: 1 }), 'INVALID_CONTEXT');
    await refused(admin.messaging.sys_page_offset({ context, offset: 1 }), 'INVALID_CONTEXT');
    const whole = await admin.messaging.sys_page({ rows: 1 });
    await refused(
      admin.messaging.page_offset({ context: whole.context, offset: 1 }),
      'INVALID_CONTEXT',
    );
    expect(
      await hub.operator.messaging.sys_page_offset({ context: whole.context, offset: 1 }),
    ).to.deep.include({
      page: 2,
    });
    const other = await newHub({});
    const theirs = (await other.operator.messaging.sys_page()).context;
    await refused(
      hub.operator.messaging.sys_page_offset({ context: theirs, offset: 1 }),
      'INVALID_CONTEXT',
    );
    expect(shown(await bob.messaging.page_offset({ context, offset: 1 }))).to.deep.equal([
      2,
      2,
      true,
      false,
      '1',
    ]);
  });

  it('has a context of at most 10,000 characters: longer criteria are rejected', async () => {
    const { bob } = await correspondence(2);
    const asked = (length: number) => ({
      rows: 1,
      criteria: { 'content.text': { $ne: 'x'.repeat(length) } },
    });
    const { details } = await refused(bob.messaging.page(asked(8000)), 'INVALID_CRITERIA');
    expect(details).to.deep.equal(['criteria: too long']);
    const { context } = await bob.messaging.page(asked(6500));
    expect(context.length).to.be.within(8000, 10_000);
    expect(shown(await bob.messaging.page_offset({ context, offset: 1 }))).to.deep.equal([
      2,
      2,
      true,
      false,
      '1',
    ]);
  });

  it('contains only the caller’s messages, whatever the criteria', async () => {
    const { hub, bob, carol, alice } = await correspondence(1);
    const theirs = await systemSend(hub.operator, 'theirs', carol);
    for (const criteria of [
      { owner_id: carol.id },
      { message_id: theirs },
      { $or: [{ owner_id: carol.id }, { 'content.text': 'theirs' }] },
      { owner_id: { $ne: bob.id } },
      { $nor: [{ owner_id: bob.id }] },
    ])
      expect((await bob.messaging.page({ criteria })).count).to.equal(0);
    expect(textsOf((await bob.messaging.page({ criteria: { $or: [{}] } })).items)).to.deep.equal([
      '1',
    ]);
    expect((await alice.messaging.page({ criteria: { box: 'inbox' } })).count).to.equal(0);
  });
});

describe('The order of a page', () => {
  it('follows the given fields, the first taking precedence; ignores unknown ones', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    for (const content of [
      { t: 'a', n: 10, k: 'x' },
      { t: 'b', n: 9, k: 'y' },
      { t: 'c', n: 1.5, k: 'x' },
      { t: 'd', n: -3, k: 'y' },
      { t: 'e', k: 'x' },
    ])
      await alice.messaging.send({ to_ids: [alice.id], content });
    const by = async (sort: Record<string, 1 | -1>) =>
      (await alice.messaging.page({ criteria: { box: 'inbox' }, sort })).items
        .map(({ content }) => content.t)
        .join('');
    expect(await by({})).to.equal('abcde');
    expect(await by({ created_ms: -1 })).to.equal('edcba');
    expect(await by({ 'content.t': -1 })).to.equal('edcba');
    expect(await by({ 'content.n': 1 }), 'numbers as numbers').to.equal('edcba');
    expect(await by({ 'content.n': -1 })).to.equal('abcde');
    expect(await by({ 'content.k': 1, 'content.t': -1 })).to.equal('ecadb');
    expect(await by({ 'content.k': -1, 'content.t': 1 })).to.equal('bdace');
    expect(await by({ 'from.name': 1, 'content.t': -1 })).to.equal('edcba');
    expect(
      await by({ nothing: 1, 'content.none': -1, 'message.mbCr': 1, 'content.t': 1 }),
    ).to.equal('abcde');
    expect(
      await by({ is_read: 1, owner_id: 1, box: 1, version: 1, to_ids: 1, message_id: -1 }),
    ).to.equal('edcba');
  });

  it('is stable for equal values, so pages neither repeat nor omit messages', async () => {
    const { bob } = await correspondence(9);
    const seen: unknown[] = [];
    for (let page = 1; page <= 5; page++)
      seen.push(
        ...textsOf((await bob.messaging.page({ rows: 2, page, sort: { is_read: 1 } })).items),
      );
    expect(seen.sort()).to.deep.equal(['1', '2', '3', '4', '5', '6', '7', '8', '9']);
  });

  it('is rejected when invalid', async () => {
    const { bob } = await correspondence(1);
    await refusedInputs(bob, 'messaging.page', [
      ['sort', { sort: 'created_ms' }],
      ['sort', { sort: ['created_ms'] }],
      ['sort', { sort: { created_ms: 0 } }],
      ['sort', { sort: { created_ms: 'DESC' } }],
      ['sort', { sort: { created_ms: '1; DROP TABLE mail' } }],
      ['rows', { rows: 'many' }],
      ['rows', { rows: -1 }],
      ['page', { page: 0 }],
      ['page', { page: 1_000_001 }],
      ['criteria', { criteria: 'x' }],
      ['criteria', { criteria: [] }],
      ['owner_id', { owner_id: bob.id }],
    ]);
    const many = Object.fromEntries(
      Array.from({ length: 1000 }, (_, n) => [`content.f${n}`, 1 as const]),
    );
    await refused(bob.messaging.page({ sort: many }), 'INVALID_CRITERIA');
    for (const field of [
      '1',
      'created_ms DESC, 1',
      'created_ms) --',
      'content.a"b',
      "content.a'b",
      'content.',
      '__proto__',
    ])
      expect((await bob.messaging.page({ sort: { [field]: 1 } })).count, field).to.equal(1);
  });
});
