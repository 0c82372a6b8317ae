import { expect } from 'chai';
import type { Client } from '../../../client/index.ts';
import { clientOf, refusedInputs } from '../../support/caller.ts';
import { namesOf, position } from '../../support/events.ts';
import { newHub, newRoom, refused } from '../../support/hub.ts';

/** A hub with a key of its own, as the backend of an application has it. */
async function backend() {
  const hub = await newHub({ alice: 7, bob: 7, carol: 7, admin: 31 });
  const { key } = await hub.operator.key.create({ name: 'backend', permission: 31 });
  return { ...hub.members, hub, token: key, key: clientOf(key, hub.id) };
}

/** A room of Alice’s that the key made. */
const order = (key: Client, ownerId: string, more: object = {}) =>
  key.room.create({ name: 'Order 4711', owner_ids: [ownerId], ...more });

describe('A room made by a key', () => {
  it('has the owners and participants whom the key names; all of them get the event', async () => {
    const { key, alice, bob, carol } = await backend();
    using device = await alice.device();
    const made = await order(key, alice.id, { user_ids: [bob.id], external_id: 'order-4711' });
    expect(made).to.deep.include({
      ...{ owner_ids: [alice.id], member_count: 2, created_by: '', made_by_key: 1 },
      ...{ external_id: 'order-4711', system_access: 0 },
    });
    expect(made.user_ids).to.have.members([alice.id, bob.id]);
    const { data, actor_id } = await device.next('room.create');
    expect([data.external_id, data.made_by_key, actor_id]).to.deep.equal(['order-4711', 1, '']);
    await alice.chat.post({ entity_id: made.entity_id, message: 'Hello' });
    expect(await bob.chat.count_all({})).to.include({ total_cnt: 1 });
    await refused(carol.room.info({ entity_id: made.entity_id }), 'ROOM_NOT_FOUND');
    expect(await alice.room.info({ entity_id: made.entity_id })).to.include({ made_by_key: 1 });
  });

  it('needs an owner, who like all others is a member of the hub', async () => {
    const { key, token, hub, alice, bob } = await backend();
    const { stranger } = (await newHub({ stranger: 7 })).members;
    await refusedInputs({ token, hubId: hub.id }, 'room.create', [
      ['owner_ids', { name: 'Room' }],
      ['owner_ids', { name: 'Room', owner_ids: [] }],
      ['external_id', { name: 'Room', owner_ids: [alice.id], external_id: '' }],
      ['external_id', { name: 'Room', owner_ids: [alice.id], external_id: 'x'.repeat(256) }],
    ]);
    await hub.operator.hub.remove_member({ user_id: bob.id });
    for (const id of [stranger.id, bob.id, 'nobody', ''])
      for (const people of [{ owner_ids: [id] }, { owner_ids: [alice.id], user_ids: [id] }])
        await refused(key.room.create({ name: 'Room', ...people }), 'INVALID_CONTACT');
    expect(await key.room.list({})).to.deep.equal([]);
  });

  it('is named by an external id, unique in its hub, compared by code points', async () => {
    const { key, hub, alice, bob } = await backend();
    const { entity_id } = await order(key, alice.id, { external_id: 'Étude' });
    expect(await key.room.info({ external_id: 'Étude' })).to.include({ entity_id });
    for (const other of ['étude', 'E\u0301tude', 'Étude ', 'Etude'])
      await refused(key.room.info({ external_id: other }), 'ROOM_NOT_FOUND');
    const { details } = await refused(
      order(key, bob.id, { external_id: 'Étude' }),
      'INVALID_INPUT',
    );
    expect(details).to.deep.equal(['external_id: belongs to another room']);
    await order(key, bob.id, { external_id: 'étude' });
    expect(await alice.room.info({ external_id: 'Étude' })).to.include({ entity_id });
    await refused(bob.room.info({ external_id: 'Étude' }), 'ROOM_NOT_FOUND');
    await refused(key.room.info({}), 'INVALID_INPUT');
    await refused(key.room.info({ entity_id, external_id: 'Étude' }), 'INVALID_INPUT');

    const other = await backend();
    await refused(other.key.room.info({ external_id: 'Étude' }), 'ROOM_NOT_FOUND');
    await order(other.key, other.alice.id, { external_id: 'Étude' });
    expect((await hub.operator.room.list({})).map((row) => row.external_id)).to.have.members([
      'Étude',
      'étude',
    ]);
  });

  it('is made once by calls with one echoId, also at the same time', async () => {
    const { key, alice, bob } = await backend();
    const call = () => order(key, alice.id, { echoId: 'order-1', external_id: 'order-1' });
    const rooms = await Promise.all(Array.from({ length: 6 }, call));
    expect(new Set(rooms.map((room) => room.entity_id)).size).to.equal(1);
    expect(await key.room.list({})).to.have.length(1);
    await refused(order(key, bob.id, { echoId: 'order-1' }), 'ECHO_ID_CONFLICT');
  });

  it('of several calls at once with one external id, one makes it', async () => {
    const { key, alice } = await backend();
    const call = () => order(key, alice.id, { external_id: 'order-2' });
    const results = await Promise.allSettled(Array.from({ length: 6 }, call));
    expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason.code).to.equal('INVALID_INPUT');
    expect(await key.room.list({})).to.have.length(1);
  });

  it('is changed by keys of the hub and the operator, without being participants', async () => {
    const { key, hub, alice, bob, carol } = await backend();
    const { entity_id } = await order(key, alice.id);
    const second = clientOf(
      (await hub.operator.key.create({ name: 'second', permission: 31 })).key,
      hub.id,
    );
    for (const system of [key, second, hub.operator]) {
      using device = await alice.device();
      await system.room.update({ entity_id, name: 'Renamed', description: 'Twice' });
      await system.room.add({ entity_id, user_ids: [bob.id, carol.id] });
      await system.room.update({ entity_id, owner_ids: [bob.id], visibility: 'public' });
      await system.room.remove({ entity_id, user_id: carol.id });
      await system.chat.change_status({ entity_id, status: 'archived' });
      await refused(system.room.add({ entity_id, user_id: carol.id }), 'ROOM_ARCHIVED');
      await refused(alice.chat.post({ entity_id, message: 'Late' }), 'ROOM_ARCHIVED');
      await system.chat.change_status({ entity_id, status: 'active', for: 'all' });
      expect(await system.room.info({ entity_id })).to.deep.include({
        ...{ name: 'Renamed', owner_ids: [bob.id], member_count: 2, is_archived: 0 },
      });
      expect(await system.room.participants({ entity_id })).to.have.length(2);
      await system.room.update({ entity_id, owner_ids: [alice.id], visibility: 'private' });
      await system.room.remove({ entity_id, user_id: bob.id });
      await system.room.update({ entity_id, name: 'Order 4711', description: '' });
      await device.next('room.update');
    }
  });

  it('hides its messages from keys; only owners pin and let the system read', async () => {
    const { key, hub, alice } = await backend();
    const { entity_id } = await order(key, alice.id);
    const { message_id } = await alice.chat.post({ entity_id, message: 'Hello' });
    const channel_id = `${hub.id}:gr:${entity_id}`;
    await refused(key.channel.recent({ channel_id }), 'PERMISSION_DENIED');
    await refused(key.room.update({ entity_id, pinned_ids: [message_id] }), 'PERMISSION_DENIED');
    await refused(key.room.update({ entity_id, system_access: 1 }), 'PERMISSION_DENIED');
    await alice.room.update({ entity_id, system_access: 1 });
    await alice.chat.post({ entity_id, message: 'For all' });
    expect(await key.channel.recent({ channel_id })).to.have.length(1);
  });

  it('is open to the system from its first message if the key says so', async () => {
    const { key, hub, alice } = await backend();
    const { entity_id, system_access } = await order(key, alice.id, { system_access: 1 });
    expect(system_access).to.equal(1);
    await alice.chat.post({ entity_id, message: 'First' });
    const [row] = await key.channel.recent({ channel_id: `${hub.id}:gr:${entity_id}` });
    expect(row?.message).to.equal('First');
    await alice.room.update({ entity_id, system_access: 0 });
    await refused(
      key.channel.recent({ channel_id: `${hub.id}:gr:${entity_id}` }),
      'PERMISSION_DENIED',
    );
  });

  it('gets posts of the system, which its participants receive', async () => {
    const { key, hub, alice } = await backend();
    const { entity_id } = await order(key, alice.id);
    using device = await alice.device();
    const channel_id = `${hub.id}:gr:${entity_id}`;
    const post = () =>
      key.channel.post({
        ...{ channel_id, content: { text: 'Shipped', order: 4711 }, echoId: 'shipped' },
        from: { name: 'Shop' },
      });
    const [one, two] = await Promise.all([post(), post()]);
    expect(one.message_id).to.equal(two.message_id);
    const { data } = await device.next('chat.post');
    expect(data).to.include({ message: 'Shipped', author_id: '' });
    expect(await alice.chat.count_all({})).to.include({ total_cnt: 1 });
  });
});

describe('A room made by a member', () => {
  it('is listed, archived and restored by keys, and otherwise not changed', async () => {
    const { key, hub, alice, bob } = await backend();
    const entity_id = await newRoom(alice, bob);
    const before = await position(alice);
    for (const system of [key, hub.operator]) {
      expect((await system.room.list({})).map((row) => row.made_by_key)).to.deep.equal([0]);
      const changes = [
        system.room.update({ entity_id, name: 'Other' }),
        system.room.update({ entity_id, owner_ids: [bob.id] }),
        system.room.update({ entity_id, visibility: 'private' }),
        system.room.add({ entity_id, user_id: bob.id }),
        system.room.remove({ entity_id, user_id: bob.id }),
      ];
      for (const { details } of await Promise.all(
        changes.map((change) => refused(change, 'PERMISSION_DENIED')),
      ))
        expect(details).to.deep.equal(['entity_id: keys change only rooms that a key has made']);
      await system.chat.change_status({ entity_id, status: 'archived', for: 'all' });
      await system.chat.change_status({ entity_id, status: 'active', for: 'all' });
    }
    const { events } = await alice.chat.sync({ since: before });
    expect(namesOf(events)).to.deep.equal(Array.from({ length: 4 }, () => 'chat.change_status'));
  });

  it('has neither owners nor ids that only keys give', async () => {
    const { alice, bob, admin } = await backend();
    for (const [name, value] of [
      ['owner_ids', [bob.id]],
      ['external_id', 'order-4711'],
      ['system_access', 1],
    ] as const)
      for (const member of [alice, admin]) {
        const call = member.room.create({ name: 'Room', [name]: value });
        expect((await refused(call, 'PERMISSION_DENIED')).details[0]).to.match(
          new RegExp(`^${name}: `),
        );
      }
    expect(await admin.room.list({ all: 1 })).to.deep.equal([]);
  });

  it('is closed to keys of other hubs, of members, and without the admin’s bit', async () => {
    const { key, hub, alice } = await backend();
    const { entity_id } = await order(key, alice.id, { external_id: 'order-1' });
    const other = await backend();
    const calls = [
      other.key.room.info({ entity_id }),
      other.key.room.update({ entity_id, name: 'Other' }),
      other.key.room.add({ entity_id, user_id: other.alice.id }),
      other.key.room.remove({ entity_id, user_id: alice.id }),
      other.key.room.delete({ entity_id }),
      other.key.chat.change_status({ entity_id, status: 'archived', for: 'all' }),
    ];
    await Promise.all(calls.map((call) => refused(call, 'ROOM_NOT_FOUND')));
    const keyOf = async (more: { permission: number; user_id?: string }) =>
      clientOf((await hub.operator.key.create({ name: 'key', ...more })).key, hub.id);
    for (const weak of [
      await keyOf({ permission: 15 }),
      await keyOf({ permission: 31, user_id: alice.id }),
    ])
      await refused(order(weak, alice.id), 'PERMISSION_DENIED');
  });
});
