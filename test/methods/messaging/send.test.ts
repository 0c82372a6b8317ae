import { expect } from 'chai';
import { ownApp } from '../../support/app.ts';
import { clientOf, refusedInputs } from '../../support/caller.ts';
import { position, synced } from '../../support/events.ts';
import { newHub, refused } from '../../support/hub.ts';
import { atOnce, expectSyncedAs, narrowed, receivedBy } from '../channel/support.ts';
import { boxed, countsOf, rowsOf, send, systemSend, textsOf } from './support.ts';

describe('messaging.send', () => {
  it('puts one message into the inbox of each recipient and the sender’s sent box', async () => {
    const hub = await newHub({ alice: 7, bob: 7, carol: 7, dan: 7 });
    const { alice, bob, carol, dan } = hub.members;
    await alice.user.update({ picture_url: 'https://pics.example/alice' });
    const content = { subject: 'Hello', text: 'Hi 👋', deep: { list: [1, null, 'ä'] } };
    const to_ids = [carol.id, bob.id];
    const sent = await alice.messaging.send({ to_ids, content });
    expect(sent).to.deep.equal({ requested: 2, actual: 2, message_id: sent.message_id });
    const [own] = await boxed(alice);
    const { created_ms, message_created_ms, sent_ms } = own ?? {};
    expect(own).to.deep.equal({
      ...{
        message_id: sent.message_id,
        message_version: 1,
        message_created_ms,
        message_updated_ms: message_created_ms,
      },
      from: { id: alice.id, name: 'alice Test', pic: 'https://pics.example/alice' },
      ...{ to_ids, sent_ms, content, owner_id: alice.id, box: 'sent', is_read: 0, version: 1 },
      ...{ created_ms, updated_ms: created_ms },
    });
    for (const member of [bob, carol])
      expect(await boxed(member)).to.deep.equal([{ ...own, owner_id: member.id, box: 'inbox' }]);
    expect(await boxed(dan)).to.deep.equal([]);
    expect([await countsOf(alice), await countsOf(bob)]).to.deep.equal([
      [0, 0, 1],
      [1, 1, 0],
    ]);
    expect(await rowsOf(hub)).to.deep.equal({ mail: 1, entries: 3 });
  });

  it('publishes to sender and recipients, each for their own box, and to no other', async () => {
    const hub = await newHub({ alice: 7, bob: 7, carol: 7, owner: 63 });
    const { alice, bob, carol, owner } = hub.members;
    const seq = await position(alice);
    const devices = [
      await alice.device(),
      await alice.device(),
      await bob.device(),
      await bob.device(),
    ];
    using third = await carol.device();
    const outside = await owner.device();
    const message_id = await send(alice, 'secret', bob, carol);
    const owners = [alice, alice, bob, bob, carol];
    for (const [index, device] of [...devices, third].entries()) {
      const member = owners[index] ?? alice;
      const event = await device.next('messaging.send');
      expect(event).to.deep.include({
        room_id: null,
        stream: member.id,
        entity_id: member.id,
        actor_id: alice.id,
      });
      expect(event.data).to.deep.equal((await boxed(member))[0]);
      expect(event.data).to.deep.include({ message_id, box: member === alice ? 'sent' : 'inbox' });
      await expectSyncedAs(device, member, seq);
    }
    expect(await receivedBy(outside, owner, bob)).to.deep.equal([]);
    expect(JSON.stringify(await synced(owner))).to.not.contain('secret');
    for (const device of [...devices, outside]) device.close();
  });

  it('to oneself is in both boxes', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    using device = await alice.device();
    const sent = await alice.messaging.send({ to_ids: [alice.id, alice.id], text: 'note' });
    expect([sent.requested, sent.actual]).to.deep.equal([1, 1]);
    expect((await boxed(alice)).map((one) => [one.box, one.is_read])).to.have.deep.members([
      ['inbox', 0],
      ['sent', 0],
    ]);
    expect(await countsOf(alice)).to.deep.equal([1, 1, 1]);
    const boxes = [await device.next('messaging.send'), await device.next('messaging.send')].map(
      (event) => event.data,
    );
    expect(boxes.map((data) => 'box' in data && data.box)).to.have.members(['inbox', 'sent']);
    await expectSyncedAs(device, alice);
  });

  it('skips non-members, removed and blocked users; fails if none remain', async () => {
    const hub = await newHub({ alice: 7, bob: 7, blocked: 7, blocker: 7, gone: 7 });
    const other = await newHub({ stranger: 7 });
    const { alice, bob, blocked, blocker, gone } = hub.members;
    await alice.contact.block({ entity_id: blocked.id });
    await blocker.contact.block({ entity_id: alice.id });
    await hub.operator.hub.remove_member({ user_id: gone.id });
    const unreachable = [blocked.id, blocker.id, gone.id, other.members.stranger.id, 'nothing'];
    for (const id of [...unreachable, '', "' OR 1=1"])
      await refused(alice.messaging.send({ to_ids: [id], text: 'x' }), 'INVALID_RECIPIENT');
    const { details } = await refused(
      alice.messaging.send({ to_ids: unreachable, text: 'x' }),
      'INVALID_RECIPIENT',
    );
    expect(details[0]).to.match(/^to_ids: /);
    expect(await rowsOf(hub)).to.deep.equal({ mail: 0, entries: 0 });
    const sent = await alice.messaging.send({
      to_ids: [...unreachable.slice(0, 4), bob.id],
      text: 'x',
    });
    expect(sent).to.deep.include({ requested: 5, actual: 1 });
    expect((await boxed(bob))[0]?.to_ids).to.deep.equal([bob.id]);
    expect(await boxed(other.members.stranger)).to.deep.equal([]);
    await alice.contact.unblock({ entity_id: blocked.id });
    expect(await alice.messaging.send({ to_ids: [blocked.id], text: 'x' })).to.deep.include({
      actual: 1,
    });
  });

  it('goes to up to five members, or the configured limit', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    const ids: string[] = [];
    for (let n = 0; n < 6; n++) ids.push((await hub.join(`member${n}`)).id);
    const { details, status } = await refused(
      alice.messaging.send({ to_ids: ids, text: 'x' }),
      'RECIPIENT_LIMIT',
    );
    expect([details, status]).to.deep.equal([['to_ids: at most 5'], 400]);
    expect(await rowsOf(hub)).to.deep.equal({ mail: 0, entries: 0 });
    const five = ids.slice(1);
    expect(await alice.messaging.send({ to_ids: [...five, ...five], text: 'x' })).to.deep.include({
      actual: 5,
    });
    await using endless = await ownApp({ LIMIT_RECIPIENTS: '0' });
    const sent = await clientOf(alice.token, hub.id, endless.url).messaging.send({
      to_ids: ids,
      text: 'x',
    });
    expect(sent).to.deep.include({ requested: 6, actual: 6 });
  });

  it('takes text or an object of up to 64 KiB, and rejects anything else', async () => {
    const hub = await newHub({ viewer: 3, alice: 7, bob: 7 });
    const { viewer, alice, bob } = hub.members;
    const to_ids = [bob.id];
    await refusedInputs(alice, 'messaging.send', [
      ['content', { to_ids }],
      ['content', { to_ids, text: 'x', content: {} }],
      ['content', { to_ids, content: 'x' }],
      ['content', { to_ids, content: ['x'] }],
      ['content', { to_ids, content: null }],
      ['text', { to_ids, text: 'x'.repeat(10_001) }],
      ['text', { to_ids, text: '\ud800' }],
      ['to_ids', { text: 'x' }],
      ['to_ids', { to_ids: [], text: 'x' }],
      ['to_ids', { to_ids: bob.id, text: 'x' }],
      ['to_ids', { to_ids: [7], text: 'x' }],
      ['to_ids', { to_ids: Array.from({ length: 1001 }, () => bob.id), text: 'x' }],
      ['echoId', { to_ids, text: 'x', echoId: 'ä' }],
      ['from', { to_ids, text: 'x', from: { name: 'Homer' } }],
    ]);
    const sized = (bytes: number) => ({ pad: 'x'.repeat(bytes - '{"pad":""}'.length) });
    await refused(alice.messaging.send({ to_ids, content: sized(64 * 1024 + 1) }), 'TOO_LARGE');
    await refused(viewer.messaging.send({ to_ids, text: 'x' }), 'PERMISSION_DENIED');
    const looking = await narrowed(alice, 'chat:room:view', 'chat:1on1Message:view');
    await refused(looking.messaging.send({ to_ids, text: 'x' }), 'PERMISSION_DENIED');
    expect(await rowsOf(hub)).to.deep.equal({ mail: 0, entries: 0 });
    await alice.messaging.send({ to_ids, content: sized(64 * 1024) });
    await alice.messaging.send({ to_ids, content: { msg: 'missed call' } });
    await alice.messaging.send({ to_ids, content: {} });
    await (await narrowed(alice, 'chat:1on1Message:add')).messaging.send({
      to_ids,
      text: "a\u0000b'; --",
    });
    expect(textsOf(await boxed(bob))).to.deep.equal([
      undefined,
      undefined,
      undefined,
      "a\u0000b'; --",
    ]);
  });

  it('rejects content that criteria could not match: too deep or not Unicode', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    const nested = (depth: number): Record<string, unknown> =>
      depth === 1 ? { k: 1 } : { d: nested(depth - 1) };
    const to_ids = [alice.id];
    const listed = { d: [[[nested(28)]]] };
    for (const content of [
      nested(31),
      nested(3000),
      listed,
      { a: 'x\ud800' },
      { a: [{ b: '\udc00' }] },
      { '\ud800': 1 },
    ]) {
      const sending = alice.messaging.send({ to_ids, content });
      expect((await refused(sending, 'INVALID_INPUT')).details[0]).to.match(/^content: /);
    }
    await alice.messaging.send({ to_ids, content: { ...nested(30), k: 'found', a: '😀' } });
    const deep = `content.${'d.'.repeat(29)}k`;
    for (const criteria of [
      { [deep]: { $gt: 0 } },
      { 'content.k': { $regex: '^f' } },
      { 'content.a': '😀' },
    ])
      expect(
        await boxed(alice, { ...criteria, box: 'inbox' }),
        JSON.stringify(criteria),
      ).to.have.length(1);
  });

  it('skips recipients who are removed or block the sender concurrently', async () => {
    const hub = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = hub.members;
    const remove = () => hub.operator.hub.remove_member({ user_id: bob.id });
    const block = () => carol.contact.block({ entity_id: alice.id });
    const bySystem = () => systemSend(hub.operator, 'x', bob);
    for (const calls of [
      [remove, () => send(alice, 'x', bob)],
      [block, () => send(alice, 'x', carol)],
      [remove, bySystem],
    ]) {
      const [, late] = await atOnce<unknown>(hub, ...calls);
      expect(late).to.have.nested.property('reason.code', 'INVALID_RECIPIENT');
      await hub.operator.hub.add_member({ user_id: bob.id, privilege: 7 });
    }
    expect(await rowsOf(hub)).to.deep.equal({ mail: 0, entries: 0 });
  });

  it('is not for keys or the operator, which send as the system', async () => {
    const hub = await newHub({ bob: 7 });
    const { key } = await hub.operator.key.create({ name: 'k', permission: 31 });
    for (const client of [hub.operator, clientOf(key, hub.id)]) {
      await refused(
        client.messaging.send({ to_ids: [hub.members.bob.id], text: 'x' }),
        'PERMISSION_DENIED',
      );
      await refused(client.messaging.counts(), 'PERMISSION_DENIED');
      await refused(client.messaging.page(), 'PERMISSION_DENIED');
      await refused(client.messaging.get({ box: 'inbox', message_ids: [] }), 'PERMISSION_DENIED');
    }
  });
});

describe('The echoId of a message', () => {
  it('returns the same message when repeated, even if it was deleted since', async () => {
    const hub = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = hub.members;
    const again = () =>
      alice.messaging.send({ to_ids: [carol.id, bob.id], text: 'Hi', echoId: 'key' });
    const sent = await again();
    expect(sent).to.deep.include({ requested: 2, actual: 2, echoId: 'key' });
    expect(await again()).to.deep.equal(sent);
    const turned = { to_ids: [bob.id, carol.id, bob.id], content: { text: 'Hi' }, echoId: 'key' };
    expect(await alice.messaging.send(turned)).to.deep.equal(sent);
    await carol.contact.block({ entity_id: alice.id });
    expect(await again()).to.deep.equal(sent);
    await bob.messaging.delete({ box: 'inbox', message_ids: [sent.message_id] });
    await hub.operator.hub.remove_member({ user_id: bob.id });
    expect(await again()).to.deep.equal(sent);
    expect(await countsOf(alice)).to.deep.equal([0, 0, 1]);
    expect((await synced(alice)).filter((event) => event.name === 'messaging.send')).to.have.length(
      1,
    );
  });

  it('conflicts with other content, is per sender, and ignores digits', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const base = { to_ids: [bob.id], text: 'Hi', echoId: 'key' };
    await alice.messaging.send(base);
    await refused(alice.messaging.send({ ...base, text: 'Ho' }), 'ECHO_ID_CONFLICT');
    await refused(
      alice.messaging.send({ ...base, to_ids: [alice.id, bob.id] }),
      'ECHO_ID_CONFLICT',
    );
    await bob.messaging.send({ ...base, to_ids: [alice.id] });
    await alice.chat.post({ entity_id: bob.id, message: 'a post', echoId: 'key' });
    await alice.room.create({ name: 'a room', user_ids: [], echoId: 'key' });
    for (const text of ['1', '2']) await alice.messaging.send({ ...base, text, echoId: '7' });
    expect(textsOf(await boxed(bob, { box: 'inbox' }))).to.deep.equal(['Hi', '1', '2']);
  });

  it('is sent once for several concurrent calls', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const sending = (echoId: string) => () =>
      alice.messaging.send({ to_ids: [bob.id], text: 'once', echoId });
    const all = await Promise.all([1, 2, 3, 4, 5].map(sending('key')));
    expect(new Set(all.map((one) => one.message_id)).size).to.equal(1);
    const outcomes = await atOnce(hub, sending('held'), sending('held'));
    const [one, other] = outcomes.map((outcome) => outcome.status === 'fulfilled' && outcome.value);
    expect(one).to.deep.equal(other);
    expect(await countsOf(bob)).to.deep.equal([2, 2, 0]);
  });
});
