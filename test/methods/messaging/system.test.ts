import { expect } from 'chai';
import { clientOf, refusedInputs } from '../../support/caller.ts';
import { position, synced } from '../../support/events.ts';
import { type Member, newHub, refused } from '../../support/hub.ts';
import { expectSyncedAs, keyOf, narrowed, receivedBy } from '../channel/support.ts';
import { boxed, countsOf, rowsOf, send, system, systemSend, textsOf } from './support.ts';

describe('messaging.sys_send', () => {
  it('sends from the system to any number of members, into their inboxes only', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    await alice.contact.block({ entity_id: bob.id });
    const others = [];
    for (let n = 0; n < 6; n++) others.push(await hub.join(`member${n}`));
    const to_ids = [alice, bob, ...others].map((one) => one.id);
    const seq = await position(alice);
    const devices = [await alice.device(), await alice.device()];
    const content = { subject: 's', text: 'News' };
    const from = { name: 'Administrator', pic: 'https://pics.example/admin' };
    const sent = await hub.operator.messaging.sys_send({
      to_ids: [...to_ids, 'nobody'],
      content,
      from,
    });
    expect(sent).to.deep.equal({ requested: 9, actual: 8, message_id: sent.message_id });
    const [item] = await boxed(alice);
    expect(item).to.deep.include({
      message_id: sent.message_id,
      content,
      to_ids,
      box: 'inbox',
      is_read: 0,
    });
    expect(item?.from).to.deep.equal({ ...from, id: null });
    for (const device of devices) {
      const event = await device.next('messaging.send');
      expect(event).to.deep.include({ seq: seq + 1, stream: alice.id, actor_id: '', data: item });
      await expectSyncedAs(device, alice, seq);
      device.close();
    }
    expect(await rowsOf(hub)).to.deep.equal({ mail: 1, entries: 8 });
    const plain = await (await keyOf(hub)).messaging.sys_send({
      to_ids: [bob.id],
      text: 'x',
      from: { name: '' },
    });
    expect((await boxed(bob, { message_id: plain.message_id }))[0]?.from).to.deep.equal({
      id: null,
      name: '',
      pic: null,
    });
  });

  it('takes an echoId, and requires recipients, a sender’s name and content', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    const base = { to_ids: [alice.id], text: 'Hi', from: system, echoId: 'key' };
    const sending = () => hub.operator.messaging.sys_send(base);
    const [one, other] = await Promise.all([sending(), sending(), sending()]);
    expect(one).to.deep.equal(other);
    await refused(hub.operator.messaging.sys_send({ ...base, text: 'Ho' }), 'ECHO_ID_CONFLICT');
    await refused(
      hub.operator.messaging.sys_send({ ...base, from: { name: 'Another' } }),
      'ECHO_ID_CONFLICT',
    );
    await refused(
      hub.operator.messaging.sys_send({ to_ids: ['nobody'], text: 'x', from: system }),
      'INVALID_RECIPIENT',
    );
    const large = { content: { x: 'x'.repeat(65_536) }, to_ids: [alice.id], from: system };
    await refused(hub.operator.messaging.sys_send(large), 'TOO_LARGE');
    const { key: token } = await hub.operator.key.create({ name: 'k', permission: 31 });
    await refusedInputs({ token, hubId: hub.id }, 'messaging.sys_send', [
      ['from', { to_ids: [alice.id], text: 'x' }],
      ['from', { to_ids: [alice.id], text: 'x', from: null }],
      ['from.name', { to_ids: [alice.id], text: 'x', from: {} }],
      ['id', { to_ids: [alice.id], text: 'x', from: { id: alice.id, name: 'x' } }],
      ['content', { to_ids: [alice.id], from: system }],
      ['to_ids', { to_ids: [], text: 'x', from: system }],
    ]);
    expect(await countsOf(alice)).to.deep.equal([1, 1, 0]);
  });
});

describe('messaging.sys_get and sys_page', () => {
  it('return the system’s messages, of all owners or of one, without read marks', async () => {
    const hub = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = hub.members;
    const one = await systemSend(hub.operator, 'one', bob);
    const two = await systemSend(hub.operator, 'two', bob, carol);
    await send(alice, 'private', bob);
    await bob.messaging.mark_read({ box: 'inbox', message_ids: [one] });
    const got = await hub.operator.messaging.sys_get({ message_ids: [two, 'nothing', one] });
    expect([got.requested, got.actual, textsOf(got.items)]).to.deep.equal([3, 2, ['two', 'one']]);
    expect(got.items[1]).to.have.all.keys(
      ...[
        'message_id',
        'message_version',
        'message_created_ms',
        'message_updated_ms',
        'from',
        'to_ids',
        'sent_ms',
        'content',
      ],
    );
    expect(await hub.operator.messaging.sys_get({ message_ids: ['nothing'] })).to.deep.include({
      actual: 0,
      items: [],
    });
    expect(await hub.operator.messaging.sys_get({ message_ids: [] })).to.deep.include({
      requested: 0,
      actual: 0,
    });

    const page = async (params: object) => {
      const { items, count } = await hub.operator.messaging.sys_page({
        sort: { created_ms: 1, owner_id: 1 },
        ...params,
      });
      expect(items).to.have.length(count);
      return items.map((item) => `${item.content.text} ${item.box} ${item.is_read}`);
    };
    expect(await page({})).to.deep.equal(['one inbox 1', 'two inbox 0', 'two inbox 0']);
    expect(await page({ owner_id: bob.id })).to.deep.equal(['one inbox 1', 'two inbox 0']);
    expect(await page({ owner_id: alice.id })).to.deep.equal([]);
    expect(await page({ owner_id: 'nobody' })).to.deep.equal([]);
    expect(await page({ criteria: { 'from.id': alice.id } })).to.deep.equal([]);
    expect(await page({ criteria: { owner_id: carol.id } })).to.deep.equal(['two inbox 0']);
    await refused(hub.operator.messaging.sys_page({ criteria: { $where: 1 } }), 'INVALID_CRITERIA');
  });

  it('keep to one owner when the page is turned, for the system of that hub', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    for (const text of ['1', '2', '3']) await systemSend(hub.operator, text, alice, bob);
    const key = await keyOf(hub);
    const { context } = await hub.operator.messaging.sys_page({ owner_id: bob.id, rows: 2 });
    for (const client of [hub.operator, key]) {
      const next = await client.messaging.sys_page_offset({ context, offset: 1 });
      expect([next.count, next.page, next.items.map((item) => item.owner_id)]).to.deep.equal([
        3,
        2,
        [bob.id],
      ]);
    }
    await refused(alice.messaging.page_offset({ context, offset: 0 }), 'INVALID_CONTEXT');
  });
});

describe('messaging.sys_update', () => {
  it('replaces the content for all owners and publishes to all their devices', async () => {
    const hub = await newHub({ alice: 7, bob: 7, carol: 7, dan: 7 });
    const { alice, bob, carol, dan } = hub.members;
    const message_id = await systemSend(hub.operator, 'one', alice, bob, carol);
    await carol.messaging.delete({ box: 'inbox', message_ids: [message_id] });
    await bob.messaging.mark_read({ box: 'inbox', message_ids: [message_id] });
    const devices = [await alice.device(), await bob.device(), await bob.device()];
    const silent = [await carol.device(), await dan.device()];
    const content = { text: 'two', n: 1 };
    const done = await hub.operator.messaging.sys_update({ message_id, version: 1, content });
    expect(done).to.deep.equal({ requested: 1, actual: 1, message_id });
    const [shared] = (await hub.operator.messaging.sys_get({ message_ids: [message_id] })).items;
    expect(shared).to.deep.include({
      message_version: 2,
      content,
      from: { id: null, name: system.name, pic: null },
    });
    expect(shared?.message_updated_ms).to.be.at.least(shared?.message_created_ms ?? Number.NaN);
    for (const [index, device] of devices.entries()) {
      const owner = index === 0 ? alice : bob;
      const event = await device.next('messaging.sys_update');
      expect(event).to.deep.include({
        stream: owner.id,
        entity_id: owner.id,
        actor_id: '',
        data: shared,
      });
      await expectSyncedAs(device, owner);
      device.close();
    }
    for (const device of silent) {
      const owner = device === silent[0] ? carol : dan;
      expect(await receivedBy(device, owner, alice)).to.deep.equal([]);
      device.close();
    }
    const [item] = await boxed(bob);
    expect(item).to.deep.include({ content, message_version: 2, version: 2, is_read: 1 });
  });

  it('requires the current version, or -1 for any; unknown ids are counted, no error', async () => {
    const hub = await newHub({ alice: 7 });
    const message_id = await systemSend(hub.operator, 'v1', hub.members.alice);
    const update = (text: string, version?: number) =>
      hub.operator.messaging.sys_update({
        message_id,
        text,
        ...(version === undefined ? {} : { version }),
      });
    for (const version of [0, 2]) await refused(update('no', version), 'VERSION_MISMATCH');
    await update('v2', 1);
    await refused(update('no', 1), 'VERSION_MISMATCH');
    await update('v3', -1);
    await update('v4');
    const outcomes = await Promise.allSettled([update('a', 4), update('b', 4), update('c', 4)]);
    expect(outcomes.filter((one) => one.status === 'fulfilled')).to.have.length(1);
    const unknown = { requested: 1, actual: 0, message_id: 'nothing' };
    expect(
      await hub.operator.messaging.sys_update({ message_id: 'nothing', text: 'x' }),
    ).to.deep.equal(unknown);
    const seq = await position(hub.members.alice);
    const [{ content } = { content: {} }] = await boxed(hub.members.alice);
    const again = { message_id, version: 5, content };
    expect(await hub.operator.messaging.sys_update(again)).to.deep.include({ actual: 1 });
    expect(await position(hub.members.alice)).to.equal(seq);
    await refused(hub.operator.messaging.sys_update({ message_id }), 'INVALID_INPUT');
    await refused(
      hub.operator.messaging.sys_update({ message_id, text: 'x', content: {} }),
      'INVALID_INPUT',
    );
    await refused(
      hub.operator.messaging.sys_update({ message_id, content: { x: 'x'.repeat(65_536) } }),
      'TOO_LARGE',
    );
  });
});

describe('messaging.sys_delete', () => {
  it('deletes messages for all their owners and publishes to all their devices', async () => {
    const hub = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = hub.members;
    const sendTo = (text: string, ...to: Member[]) => systemSend(hub.operator, text, ...to);
    const [one, two] = [await sendTo('secret 1', alice, bob), await sendTo('secret 2', alice)];
    const kept = await sendTo('kept', alice, bob);
    using device = await bob.device();
    using own = await alice.device();
    using outside = await carol.device();
    const done = await hub.operator.messaging.sys_delete({
      message_ids: [one, two, one, 'nothing'],
    });
    expect(done).to.deep.equal({ requested: 4, actual: 2 });
    const event = await device.next('messaging.sys_delete');
    expect(event).to.deep.include({
      stream: bob.id,
      actor_id: '',
      data: { message_id: one, deleted: 1 },
    });
    const gone = [
      await own.next('messaging.sys_delete'),
      await own.next('messaging.sys_delete'),
    ].map(({ data }) => data.message_id);
    expect(gone).to.have.members([one, two]);
    await expectSyncedAs(own, alice);
    expect(await receivedBy(outside, carol, alice)).to.deep.equal([]);
    expect(textsOf(await boxed(bob))).to.deep.equal(['kept']);
    expect([await countsOf(alice), await countsOf(bob)]).to.deep.equal([
      [1, 1, 0],
      [1, 1, 0],
    ]);
    expect(await rowsOf(hub)).to.deep.equal({ mail: 1, entries: 2 });
    for (const member of [alice, bob])
      expect(JSON.stringify(await synced(member))).to.not.contain('secret');
    await refused(bob.messaging.get({ box: 'inbox', message_ids: [one] }), 'MESSAGE_NOT_FOUND');
    expect(await hub.operator.messaging.sys_delete({ message_ids: [one] })).to.deep.equal({
      requested: 1,
      actual: 0,
    });

    await hub.operator.messaging.sys_update({ message_id: kept, text: 'kept!' });
    for (const version of [0, 1, 3])
      await refused(
        hub.operator.messaging.sys_delete({ message_ids: [kept], version }),
        'VERSION_MISMATCH',
      );
    expect(
      await hub.operator.messaging.sys_delete({ message_ids: [kept], version: 2 }),
    ).to.deep.include({ actual: 1 });
    expect(await rowsOf(hub)).to.deep.equal({ mail: 0, entries: 0 });
  });

  it('applies once for concurrent calls, also while owners mark and delete', async () => {
    const hub = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = hub.members;
    for (let round = 0; round < 8; round++) {
      const message_ids = [await systemSend(hub.operator, `${round}`, alice, bob, carol)];
      const remove = () => hub.operator.messaging.sys_delete({ message_ids });
      const [one, other] = await Promise.all([
        remove(),
        remove(),
        bob.messaging.mark_read({ box: 'inbox', message_ids }),
        carol.messaging.delete({ box: 'inbox', message_ids }),
        hub.operator.messaging.sys_update({ message_id: message_ids[0] ?? '', text: 'changed' }),
      ]);
      expect(one.actual + other.actual).to.equal(1);
      expect(await rowsOf(hub)).to.deep.equal({ mail: 0, entries: 0 });
    }
  });
});

describe('The system’s calls', () => {
  it('are refused to members, strangers, foreign keys, narrow tokens; admins may', async () => {
    const hub = await newHub({ viewer: 3, alice: 7, moderator: 15, admin: 31 });
    const { viewer, alice, moderator, admin } = hub.members;
    const other = await newHub({ other: 63 });
    const { key } = await other.operator.key.create({ name: 'k', permission: 63 });
    const message_id = await systemSend(hub.operator, 'x', alice);
    const { context } = await admin.messaging.sys_page();
    const refusedOnes = [
      ...[
        viewer,
        alice,
        moderator,
        clientOf(other.members.other.token, hub.id),
        clientOf(key, hub.id),
      ],
      ...[
        await keyOf(hub, 15),
        await narrowed(admin, 'chat:1on1Message:add', 'chat:1on1Message:view'),
      ],
    ];
    const callsOf = (client: typeof hub.operator) => [
      () => client.messaging.sys_send({ to_ids: [alice.id], text: 'x', from: system }),
      () => client.messaging.sys_send_bulk({ text: 'x', from: system }),
      () => client.messaging.sys_bulk({ message_id }),
      () => client.messaging.sys_get({ message_ids: [message_id] }),
      () => client.messaging.sys_page(),
      () => client.messaging.sys_page_offset({ context, offset: 0 }),
      () => client.messaging.sys_update({ message_id, text: 'changed' }),
      () => client.messaging.sys_delete({ message_ids: [message_id] }),
    ];
    for (const client of refusedOnes)
      for (const call of callsOf(client)) await refused(call(), 'PERMISSION_DENIED');
    expect(textsOf(await boxed(alice))).to.deep.equal(['x']);
    const [sys_send, , , get, page, offset, update, remove] = callsOf(admin);
    for (const call of [sys_send, get, page, offset, update, remove]) await call?.();
    expect((await boxed(alice)).map((item) => item.from)).to.deep.equal([
      { id: null, name: 'Administrator', pic: null },
    ]);
  });

  it('and boxes of another hub read, change and delete nothing of this hub', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    const other = await newHub({ bob: 7 });
    const message_id = await systemSend(hub.operator, 'x', alice);
    await other.operator.hub.add_member({ user_id: alice.id, privilege: 7 });
    const { messaging } = other.operator;
    expect(await messaging.sys_get({ message_ids: [message_id] })).to.deep.include({ actual: 0 });
    expect((await messaging.sys_page({ owner_id: alice.id })).count).to.equal(0);
    expect(await messaging.sys_update({ message_id, text: 'changed' })).to.deep.include({
      actual: 0,
    });
    expect(await messaging.sys_delete({ message_ids: [message_id] })).to.deep.include({
      actual: 0,
    });
    await refused(messaging.sys_bulk({ message_id }), 'MESSAGE_NOT_FOUND');
    const there = clientOf(alice.token, other.id);
    expect((await there.messaging.counts()).inbox.total).to.equal(0);
    await refused(
      there.messaging.get({ box: 'inbox', message_ids: [message_id] }),
      'MESSAGE_NOT_FOUND',
    );
    expect(textsOf(await boxed(alice))).to.deep.equal(['x']);
  });
});
