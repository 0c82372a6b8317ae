import { expect } from 'chai';
import { clientOf, refusedInputs } from '../../support/caller.ts';
import { namesOf, position, synced } from '../../support/events.ts';
import { newHub, raw, refused } from '../../support/hub.ts';
import { expectSyncedAs, narrowed, receivedBy } from '../channel/support.ts';
import { boxed, countsOf, rowsOf, send, textsOf } from './support.ts';

describe('messaging.boxes and counts', () => {
  it('name the two boxes and count the caller’s messages', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    expect(await alice.messaging.boxes()).to.deep.equal(['inbox', 'sent']);
    const none = { total: 0, unread: 0 };
    expect(await alice.messaging.counts()).to.deep.equal({ inbox: none, sent: none });
    for (const text of ['1', '2']) await send(alice, text, bob);
    const third = await send(alice, '3', alice, bob);
    await bob.messaging.mark_read({ box: 'inbox', message_ids: [third] });
    const two = { total: 3, unread: 2 };
    expect(await bob.messaging.counts()).to.deep.equal({ inbox: two, sent: none });
    expect(await alice.messaging.counts()).to.deep.equal({
      inbox: { total: 1, unread: 1 },
      sent: { total: 3, unread: 0 },
    });
  });

  it('and all other box calls are refused to viewers, strangers and narrowed tokens', async () => {
    const hub = await newHub({ viewer: 3, alice: 7 });
    const { viewer, alice } = hub.members;
    const { other } = (await newHub({ other: 63 })).members;
    const about: { box: 'inbox'; message_ids: string[] } = { box: 'inbox', message_ids: [] };
    for (const client of [
      viewer,
      clientOf(other.token, hub.id),
      await narrowed(alice, 'chat:roomMessage:add'),
    ]) {
      await refused(client.messaging.boxes(), 'PERMISSION_DENIED');
      await refused(client.messaging.counts(), 'PERMISSION_DENIED');
      await refused(client.messaging.get(about), 'PERMISSION_DENIED');
      await refused(client.messaging.mark_read(about), 'PERMISSION_DENIED');
      await refused(client.messaging.delete(about), 'PERMISSION_DENIED');
      await refused(client.messaging.page(), 'PERMISSION_DENIED');
      await refused(client.messaging.page_offset({ context: 'x', offset: 0 }), 'PERMISSION_DENIED');
    }
    expect((await raw('messaging.counts', { hubId: hub.id })).body.error).to.equal(
      'NOT_AUTHENTICATED',
    );
    const looking = await narrowed(alice, 'chat:1on1Message:view');
    expect(await looking.messaging.mark_read(about)).to.deep.equal({ requested: 0, actual: 0 });
    await refused(looking.messaging.delete(about), 'PERMISSION_DENIED');
  });
});

describe('messaging.get', () => {
  it('returns messages of one box in the requested order, skipping unknown ids', async () => {
    const hub = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = hub.members;
    const [one, two] = [await send(alice, 'one', bob), await send(alice, 'two', bob)];
    const theirs = await send(alice, 'theirs', carol);
    const message_ids = [two, 'nothing', one, theirs];
    const got = await bob.messaging.get({ box: 'inbox', message_ids });
    expect([got.requested, got.actual, textsOf(got.items)]).to.deep.equal([4, 2, ['two', 'one']]);
    expect(got.items).to.deep.equal((await boxed(bob)).reverse());
    const sent = await alice.messaging.get({ box: 'sent', message_ids });
    expect(textsOf(sent.items)).to.deep.equal(['two', 'one', 'theirs']);
    expect(await bob.messaging.get({ box: 'inbox', message_ids: [] })).to.deep.equal({
      requested: 0,
      actual: 0,
      items: [],
    });
  });

  it('fails with MESSAGE_NOT_FOUND if all are unknown or of another box or owner', async () => {
    const hub = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = hub.members;
    const other = await newHub({ dan: 7 });
    const foreign = await send(other.members.dan, 'x', other.members.dan);
    const mine = await send(alice, 'x', bob);
    for (const id of [foreign, 'nothing', '', "' OR 1=1 --", '*'])
      for (const box of ['inbox', 'sent'] as const)
        await refused(bob.messaging.get({ box, message_ids: [id] }), 'MESSAGE_NOT_FOUND');
    await refused(bob.messaging.get({ box: 'sent', message_ids: [mine] }), 'MESSAGE_NOT_FOUND');
    await refused(
      carol.messaging.get({ box: 'inbox', message_ids: [mine], mark_read: 1 }),
      'MESSAGE_NOT_FOUND',
    );
    expect(await countsOf(bob)).to.deep.equal([1, 1, 0]);
    await refusedInputs(bob, 'messaging.get', [
      ['box', { message_ids: [mine] }],
      ['box', { box: 'outbox', message_ids: [mine] }],
      ['message_ids', { box: 'inbox' }],
      ['message_ids', { box: 'inbox', message_ids: mine }],
      ['message_ids', { box: 'inbox', message_ids: Array.from({ length: 101 }, () => mine) }],
      ['mark_read', { box: 'inbox', message_ids: [mine], mark_read: 2 }],
    ]);
  });

  it('with mark_read returns messages in their previous state and marks them', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const message_ids = [await send(alice, 'one', bob), await send(alice, 'two', bob)];
    using device = await bob.device();
    const get = async (mark_read: 0 | 1) =>
      (await bob.messaging.get({ box: 'inbox', message_ids, mark_read })).items.map((one) => [
        one.is_read,
        one.version,
      ]);
    const [unread, read] = [[0, 1] as const, [1, 2] as const];
    expect(await get(0)).to.deep.equal([unread, unread]);
    expect(await get(1)).to.deep.equal([unread, unread]);
    expect(await get(1)).to.deep.equal([read, read]);
    const { data } = await device.next('messaging.mark_read');
    expect(data).to.deep.equal({ box: 'inbox', message_ids });
    expect(namesOf(await receivedBy(device, bob, alice))).to.deep.equal(['messaging.mark_read']);
    expect(await countsOf(bob)).to.deep.equal([2, 0, 0]);
  });
});

describe('messaging.mark_read', () => {
  it('marks unread ones, publishes once to own devices, and counts existing ones', async () => {
    const hub = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = hub.members;
    const [one, two] = [await send(alice, 'one', bob, carol), await send(alice, 'two', bob)];
    const seq = await position(bob);
    const devices = [await bob.device(), await bob.device()];
    using senders = await alice.device();
    const mark = (...message_ids: string[]) =>
      bob.messaging.mark_read({ box: 'inbox', message_ids });
    expect(await mark(one, 'nothing')).to.deep.equal({ requested: 2, actual: 1 });
    expect(await mark(one), 'those that match, changed or not').to.deep.equal({
      requested: 1,
      actual: 1,
    });
    expect(await mark(one, two)).to.deep.equal({ requested: 2, actual: 2 });
    expect(await mark('nothing')).to.deep.equal({ requested: 1, actual: 0 });
    expect(await mark()).to.deep.equal({ requested: 0, actual: 0 });
    for (const device of devices) {
      const published = [
        await device.next('messaging.mark_read'),
        await device.next('messaging.mark_read'),
      ];
      expect(published.map((event) => event.data.message_ids)).to.deep.equal([[one], [two]]);
      expect(published[0]).to.deep.include({ seq: seq + 1, stream: bob.id, actor_id: bob.id });
      await expectSyncedAs(device, bob, seq);
      device.close();
    }
    expect(await receivedBy(senders, alice, carol)).to.deep.equal([]);
    const [marked] = await boxed(bob);
    expect(marked).to.deep.include({ is_read: 1, version: 2, message_version: 1 });
    expect(marked?.updated_ms).to.be.at.least(marked?.created_ms ?? Number.NaN);
    expect(await countsOf(carol)).to.deep.equal([1, 1, 0]);
  });

  it('of one id twice, or by two concurrent calls, marks it once', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const id = await send(alice, 'one', bob);
    const mark = () => bob.messaging.mark_read({ box: 'inbox', message_ids: [id, id] });
    for (const done of await Promise.all([mark(), mark(), mark()]))
      expect(done).to.deep.equal({ requested: 2, actual: 1 });
    const published = (await synced(bob)).filter((event) => event.name === 'messaging.mark_read');
    expect(published.map((event) => event.data.message_ids)).to.deep.equal([[id]]);
    expect((await boxed(bob))[0]?.version).to.equal(2);
  });

  it('counts sent messages, but changes and publishes nothing', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const id = await send(alice, 'one', alice, bob);
    const seq = await position(alice);
    expect(await alice.messaging.mark_read({ box: 'sent', message_ids: [id] })).to.deep.equal({
      requested: 1,
      actual: 1,
    });
    expect(await position(alice)).to.equal(seq);
    expect((await boxed(alice, { box: 'sent' }))[0]).to.deep.include({ is_read: 0, version: 1 });
    expect(await countsOf(alice)).to.deep.equal([1, 1, 1]);
  });
});

describe('messaging.delete', () => {
  it('deletes from the own box only; the shared row goes with the last owner', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const id = await send(alice, 'secret', alice, bob);
    using device = await alice.device();
    using other = await bob.device();
    const seq = await position(alice);
    const remove = (member: typeof alice, box: 'inbox' | 'sent') =>
      member.messaging.delete({ box, message_ids: [id] });
    expect(await remove(alice, 'sent')).to.deep.equal({ requested: 1, actual: 1 });
    const event = await device.next('messaging.delete');
    expect(event).to.deep.include({
      seq: seq + 1,
      stream: alice.id,
      data: { box: 'sent', message_ids: [id] },
    });
    expect((await boxed(alice)).map((one) => one.box)).to.deep.equal(['inbox']);
    expect(await remove(alice, 'sent')).to.deep.equal({ requested: 1, actual: 0 });
    expect(await remove(alice, 'inbox')).to.deep.include({ actual: 1 });
    expect(await receivedBy(other, bob, alice)).to.deep.equal([]);
    expect(textsOf(await boxed(bob))).to.deep.equal(['secret']);
    expect(await rowsOf(hub)).to.deep.equal({ mail: 1, entries: 1 });
    expect(JSON.stringify(await synced(alice))).to.not.contain('secret');
    await remove(bob, 'inbox');
    expect(await rowsOf(hub)).to.deep.equal({ mail: 0, entries: 0 });
    expect(await countsOf(bob)).to.deep.equal([0, 0, 0]);
    const published = (await synced(bob)).filter((one) => one.name === 'messaging.send');
    expect(published.map((one) => one.data)).to.deep.equal([{ message_id: id, deleted: 1 }]);
  });

  it('counts deleted messages only, for repeated, foreign and unknown ids', async () => {
    const hub = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = hub.members;
    const [one, two] = [await send(alice, 'one', bob), await send(alice, 'two', carol)];
    const message_ids = [one, one, two, 'nothing', ''];
    expect(await carol.messaging.delete({ box: 'sent', message_ids })).to.deep.equal({
      requested: 5,
      actual: 0,
    });
    expect(await bob.messaging.delete({ box: 'inbox', message_ids })).to.deep.equal({
      requested: 5,
      actual: 1,
    });
    const published = (await synced(bob)).filter((event) => event.name === 'messaging.delete');
    expect(published.map((event) => event.data.message_ids)).to.deep.equal([[one]]);
    expect(textsOf(await boxed(carol))).to.deep.equal(['two']);
    expect(await countsOf(alice)).to.deep.equal([0, 0, 2]);
  });

  it('by all owners concurrently leaves no rows', async () => {
    const hub = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = hub.members;
    for (let round = 0; round < 10; round++) {
      const message_ids = [await send(alice, `${round}`, bob, carol)];
      const done = await Promise.all([
        alice.messaging.delete({ box: 'sent', message_ids }),
        bob.messaging.delete({ box: 'inbox', message_ids }),
        carol.messaging.delete({ box: 'inbox', message_ids }),
      ]);
      expect(done.map((one) => one.actual)).to.deep.equal([1, 1, 1]);
      expect(await rowsOf(hub)).to.deep.equal({ mail: 0, entries: 0 });
    }
  });
});
