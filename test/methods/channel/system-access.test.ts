import { expect } from 'chai';
import type { Client } from '../../../client/index.ts';
import { clientOf } from '../../support/caller.ts';
import { namesOf, synced } from '../../support/events.ts';
import { type Member, newHub, newRoom, refused } from '../../support/hub.ts';
import { keyOf, say, textsOf } from './support.ts';

/** A private room of Alice and Bob with a message of Bob's, and the callers that are the system. */
async function privateRoom() {
  const hub = await newHub({ alice: 7, bob: 7, admin: 31 });
  const { alice, bob, admin } = hub.members;
  const room = await newRoom(alice, bob);
  const { message_id } = await bob.chat.post({ entity_id: room, message: 'secret' });
  const made = await hub.operator.key.create({ name: 'app', permission: 31, kind: 'oauth' });
  const { client_id = '', client_secret = '' } = made;
  const { token } = await hub.operator.session.exchange({ client_id, client_secret });
  const systems: Client[] = [hub.operator, await keyOf(hub), clientOf(token, hub.id)];
  return { ...{ hub, alice, bob, admin, room, message_id, systems }, channel_id: idOf(hub, room) };
}

const idOf = (hub: { id: string }, room: string): string => `${hub.id}:gr:${room}`;

const allow = (owner: Member, room: string, system_access: 0 | 1 = 1) =>
  owner.room.update({ entity_id: room, system_access });

describe('The system in a group room', () => {
  it('reads, lists, changes and deletes nothing of others, and is told so', async () => {
    const { systems, channel_id, message_id, alice, room } = await privateRoom();
    for (const { channel } of systems)
      for (const call of [
        () => channel.recent({ channel_id }),
        () => channel.recent({ channel_id, limit: 0 }),
        () => channel.connect({ channel_id }),
        () => channel.get_message({ channel_id, message_id }),
        () => channel.get_message({ channel_id, message_id: 'unknown' }),
        () => channel.update_message({ channel_id, message_id, content: { text: 'forged' } }),
        () => channel.update_message({ channel_id, message_id, version: 7, content: { a: 1 } }),
        () => channel.update_message({ channel_id, message_id: 'unknown', content: { a: 1 } }),
        () => channel.delete_message({ channel_id, message_id }),
        () => channel.delete_message({ channel_id, message_id, version: 7 }),
        () => channel.delete_message({ channel_id, message_id: 'unknown' }),
      ]) {
        const { details } = await refused(call(), 'PERMISSION_DENIED');
        expect(details[0]).to.match(/^channel_id: /);
      }
    const [row] = await alice.chat.messages({ entity_id: room });
    expect(row).to.include({ message: 'secret', version: 1 });
  });

  it('posts, and reads, changes and deletes its own posts', async () => {
    const { systems, channel_id, alice, room } = await privateRoom();
    for (const { channel } of systems) {
      const message_id = await say({ channel }, channel_id, 'news');
      const about = { channel_id, message_id };
      expect(await channel.get_message(about)).to.include({ message: 'news', author_id: '' });
      await channel.update_message({ ...about, version: 1, content: { text: 'newer' } });
      const [row] = await alice.chat.messages({ entity_id: room });
      expect(row).to.include({ message: 'newer', author_id: '' });
      await refused(channel.delete_message({ ...about, version: 1 }), 'VERSION_MISMATCH');
      for (const deleted of [1, 0])
        expect(await channel.delete_message(about)).to.deep.equal({ message_id, deleted });
    }
    expect(textsOf(await alice.chat.messages({ entity_id: room }))).to.deep.equal(['secret']);
  });

  it('has what is posted after an owner allows it, until they take it back', async () => {
    const { systems, channel_id, message_id: before, alice, bob, room } = await privateRoom();
    expect(await allow(alice, room)).to.include({ system_access: 1 });
    expect(await alice.room.info({ entity_id: room })).to.include({ system_access: 1 });
    const message_id = await say(bob, channel_id, 'open');
    const { message_id: reply } = await bob.chat.post({
      ...{ entity_id: room, message: 'reply', thread_id: before },
    });
    // Setting it again does not begin again.
    await allow(alice, room);
    for (const { channel } of systems) {
      const shown = await channel.recent({ channel_id });
      expect(textsOf(shown)).to.deep.equal(['open', 'reply']);
      const quoted = { message: 'DELETED', message_id: before };
      expect(shown[1]?.thread).to.deep.equal(quoted);
      const got = await channel.get_message({ channel_id, message_id: reply });
      expect(got.thread).to.deep.equal(quoted);
      expect(textsOf((await channel.connect({ channel_id })).messages)).to.have.length(2);
      const earlier = { channel_id, message_id: before };
      await refused(channel.get_message(earlier), 'MESSAGE_NOT_FOUND');
      await refused(
        channel.update_message({ ...earlier, content: { text: 'forged' } }),
        'MESSAGE_NOT_FOUND',
      );
      expect(await channel.delete_message(earlier)).to.include({ deleted: 0 });
    }
    const [{ channel }] = systems as [Client];
    await channel.update_message({ channel_id, message_id, content: { text: 'moderated' } });
    await allow(alice, room, 0);
    for (const system of systems)
      await refused(system.channel.recent({ channel_id }), 'PERMISSION_DENIED');
    await refused(channel.delete_message({ channel_id, message_id }), 'PERMISSION_DENIED');
    await allow(alice, room);
    expect(await channel.recent({ channel_id })).to.deep.equal([]);
    const rows = await alice.chat.messages({ entity_id: room });
    expect(textsOf(rows)).to.deep.equal(['reply', 'moderated', 'secret']);
  });
});

describe('room.update {system_access}', () => {
  it('is for an owner who is in the room; everyone in it gets the event', async () => {
    const { alice, bob, admin, room } = await privateRoom();
    expect(await bob.room.info({ entity_id: room })).to.include({ system_access: 0 });
    await refused(allow(bob, room), 'PERMISSION_DENIED');
    const { details } = await refused(allow(admin, room), 'PERMISSION_DENIED');
    expect(details[0]).to.match(/^system_access: /);
    await alice.room.add({ entity_id: room, user_id: admin.id });
    for (const value of [0, 1] as const)
      await refused(allow(admin, room, value), 'PERMISSION_DENIED');
    const since = (await synced(bob)).at(-1)?.seq ?? 0;
    await allow(alice, room);
    await allow(alice, room);
    const events = await synced(bob, since);
    expect(namesOf(events)).to.deep.equal(['room.update']);
    expect(events[0]?.data).to.include({ system_access: 1 });
    // A new owner may take it back.
    await alice.room.update({ entity_id: room, owner_ids: [bob.id] });
    await refused(allow(alice, room, 0), 'PERMISSION_DENIED');
    expect(await allow(bob, room, 0)).to.include({ system_access: 0 });
  });

  it('changes nothing for members outside, nor beside a field that is refused', async () => {
    const { hub, alice, room } = await privateRoom();
    const outsider = await hub.join('outsider');
    await refused(allow(outsider, room), 'ROOM_NOT_FOUND');
    await refused(allow(outsider, 'unknown'), 'ROOM_NOT_FOUND');
    await refused(
      alice.room.update({ entity_id: room, system_access: 1, owner_ids: [outsider.id] }),
      'INVALID_CONTACT',
    );
    expect(await alice.room.info({ entity_id: room })).to.include({ system_access: 0 });
  });
});
