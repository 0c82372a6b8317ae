import { expect } from 'chai';
import { expectRefused, newApplication } from '../../support/braincloud.ts';

const pages = {
  pagination: { rowsPerPage: 1, pageNumber: 1 },
  searchCriteria: {},
  sortCriteria: { mbCr: 1 },
};

describe('The messaging of brainCloud’s client', () => {
  it('sends, counts, reads and deletes', async () => {
    const { player } = await newApplication();
    await using ann = await player('Ann');
    await using bob = await player('Bob');
    const content = { subject: 'Chat and messaging features are here!', text: 'Hi' };
    const sent = await ann.get('messaging', 'sendMessage', [bob.id], content);
    expect(sent).to.deep.include({ requested: 1, actual: 1 });
    const simple = await ann.get('messaging', 'sendMessageSimple', [bob.id], 'plain');
    expect(await ann.get('messaging', 'getMessageboxes')).to.deep.equal({
      items: ['inbox', 'sent'],
    });
    const none = { total: 0, unread: 0 };
    expect(await ann.get('messaging', 'getMessageCounts')).to.deep.equal({
      inbox: none,
      sent: { total: 2, unread: 0 },
    });
    expect(await bob.get('messaging', 'getMessageCounts')).to.deep.equal({
      inbox: { total: 2, unread: 2 },
      sent: none,
    });

    const got = await bob.get('messaging', 'getMessages', 'inbox', [sent.msgId, 'unknown'], true);
    expect(got).to.include({ requested: 2, actual: 1 });
    const [item] = got.items;
    expect(item).to.deep.include({
      msgbox: 'inbox',
      msgId: sent.msgId,
      read: false,
      mbVer: 1,
      msgVer: 1,
    });
    expect(item.message).to.deep.equal({
      from: { id: ann.id, name: '' },
      to: [bob.id],
      sentAt: item.message.sentAt,
      content,
    });
    expect(item.message.sentAt <= item.msgCr && item.msgCr <= item.mbCr).to.equal(true);

    const marked = await bob.get('messaging', 'markMessagesRead', 'inbox', [sent.msgId]);
    expect(marked).to.deep.equal({ requested: 1, actual: 1 });
    expect(await bob.get('messaging', 'markMessagesRead', 'inbox', [sent.msgId])).to.deep.equal(
      marked,
    );
    expect((await bob.get('messaging', 'getMessageCounts')).inbox).to.deep.equal({
      total: 2,
      unread: 1,
    });

    // Each owner has a separate entry.
    expect(await ann.get('messaging', 'deleteMessages', 'sent', [sent.msgId])).to.deep.equal(
      marked,
    );
    expect(
      (await bob.get('messaging', 'getMessages', 'inbox', [sent.msgId], false)).actual,
    ).to.equal(1);
    const both = await bob.get('messaging', 'deleteMessages', 'inbox', [sent.msgId, simple.msgId]);
    expect(both).to.deep.equal({ requested: 2, actual: 2 });
    expect((await bob.get('messaging', 'getMessageCounts')).inbox).to.deep.equal(none);
  });

  it('pages through a box in both directions', async () => {
    const { player } = await newApplication();
    await using ann = await player('Ann');
    for (const text of ['one', 'two', 'three'])
      await ann.get('messaging', 'sendMessageSimple', [ann.id], text);
    const inbox = { ...pages, searchCriteria: { msgbox: 'inbox' } };
    const { context, results } = await ann.get('messaging', 'getMessagesPage', inbox);
    expect(results).to.include({ count: 3, page: 1, moreAfter: true, moreBefore: false });
    const turn = async (by: number, from = context) =>
      ann.get('messaging', 'getMessagesPageOffset', from, by);
    const textOf = (page: { results: { items: { message: { content: object } }[] } }) =>
      page.results.items.map((it) => it.message.content);
    expect(textOf({ results })).to.deep.equal([{ text: 'one' }]);
    const next = await turn(1);
    expect(next.results).to.include({ count: 3, page: 2, moreAfter: true, moreBefore: true });
    expect(textOf(next)).to.deep.equal([{ text: 'two' }]);
    expect(textOf(await turn(1, next.context))).to.deep.equal([{ text: 'three' }]);
    expect((await turn(4)).results).to.deep.include({ page: 5, items: [], moreAfter: false });
    expect((await turn(-4)).results).to.include({ page: 1 });
    const all = await ann.get('messaging', 'getMessagesPage', {
      searchCriteria: { 'message.content.text': 'two' },
    });
    expect(all.results.items.map((it: { msgbox: string }) => it.msgbox).sort()).to.deep.equal([
      'inbox',
      'sent',
    ]);
  });

  it('searches by the fields of an item, and by no others', async () => {
    const { player } = await newApplication();
    await using ann = await player('Ann');
    await using bob = await player('Bob');
    await ann.get('messaging', 'sendMessage', [bob.id], { subject: 'A', text: 'from Ann', n: 5 });
    await bob.get('messaging', 'sendMessage', [bob.id, ann.id], { subject: 'B', text: 'from Bob' });
    const count = async (searchCriteria: object) =>
      (await bob.get('messaging', 'getMessagesPage', { searchCriteria })).results.count;
    expect(await count({})).to.equal(3);
    expect(await count({ 'message.from.id': ann.id })).to.equal(1);
    expect(await count({ 'message.to': ann.id })).to.equal(2);
    expect(await count({ 'message.content.subject': { $in: ['A', 'C'] } })).to.equal(1);
    expect(await count({ msgbox: 'inbox', read: false })).to.equal(2);
    expect(await count({ 'message.content.n': { $gt: 4 } })).to.equal(1);
    expect(
      await count({ $or: [{ 'message.message.from': ann.id }, { 'message.message.to': bob.id }] }),
    ).to.equal(0);
    // A name of ours that brainCloud does not have is not a field.
    expect(await count({ owner_id: bob.id })).to.equal(0);
    expect(await count({ box: 'inbox' })).to.equal(0);
    const wrong = (context: unknown) => bob.call('messaging', 'getMessagesPage', context);
    expectRefused(await wrong({ searchCriteria: { $where: '1' } }), 400, 40384);
    expectRefused(await wrong({ sortCriteria: { mbCr: 2 } }), 400, 40386);
    expectRefused(await wrong('InvalidContext'), 400, 40359);
    expectRefused(await wrong(undefined), 400, 40358);
  });

  it('refuses a context that is invented, another user’s or modified', async () => {
    const { player } = await newApplication();
    await using ann = await player('Ann');
    await using bob = await player('Bob');
    const { context } = await ann.get('messaging', 'getMessagesPage', pages);
    const turn = (one: typeof ann, given: string) =>
      one.call('messaging', 'getMessagesPageOffset', given, 1);
    expectRefused(await turn(ann, 'invalidContext'), 400, 40383);
    expectRefused(await turn(bob, context), 400, 40383);
    expectRefused(await turn(ann, `A${context}`), 400, 40383);
  });

  it('ignores unknown ids', async () => {
    const { player } = await newApplication();
    await using ann = await player('Ann');
    const ids = ['invalidMsgId'];
    expect(await ann.get('messaging', 'deleteMessages', 'inbox', ids)).to.deep.equal({
      requested: 1,
      actual: 0,
    });
    expect(await ann.get('messaging', 'markMessagesRead', 'inbox', ids)).to.deep.equal({
      requested: 1,
      actual: 0,
    });
    expectRefused(await ann.call('messaging', 'getMessages', 'inbox', ids, false), 400, 40595);
    const nothing = { requested: 0, actual: 0 };
    expect(await ann.get('messaging', 'getMessages', 'inbox', [], false)).to.deep.equal({
      ...nothing,
      items: [],
    });
    expect(await ann.get('messaging', 'deleteMessages', 'inbox', [])).to.deep.equal(nothing);
    expect(await ann.get('messaging', 'markMessagesRead', 'inbox', [])).to.deep.equal(nothing);
    expectRefused(await ann.call('messaging', 'getMessages', 'outbox', ids, false), 400, 40660);
  });

  it('sends to known recipients, up to a limit', async () => {
    const { player } = await newApplication();
    await using ann = await player('Ann');
    const send = (to: unknown, content: unknown = { msg: 'missed call' }) =>
      ann.call('messaging', 'sendMessage', to, content);
    expect((await send([ann.id, 'nobody'])).data).to.include({ requested: 2, actual: 1 });
    expectRefused(await send(['nobody']), 400, 40660);
    expectRefused(await send([1, 2, 3, 4, 5, 6].map((n) => `nobody${n}`)), 400, 40621);
    expectRefused(await send([]), 400, 40660);
    expectRefused(await send([ann.id], 'no object'), 400, 40359);
    expectRefused(await ann.call('messaging', 'sendMessage', [ann.id], undefined), 400, 40358);
    expectRefused(await send([ann.id], { text: 'x'.repeat(70_000) }), 400, 40600);
  });
});
