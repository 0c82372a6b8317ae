import { expect } from 'chai';
import { refusedInputs } from '../../support/caller.ts';
import { position, synced } from '../../support/events.ts';
import { type Member, newHub, newRoom, refused } from '../../support/hub.ts';

const post = async (
  author: Member,
  entityId: string,
  mention_ids?: string[],
  message = 'Hi',
): Promise<string> =>
  (
    await author.chat.post({
      entity_id: entityId,
      message,
      ...(mention_ids ? { mention_ids } : {}),
    })
  ).message_id;

/**
 * A group of four, in which all but the owner are notified of mentions only; and a member outside
 * the group.
 */
async function people() {
  const { members } = await newHub({ alice: 7, bob: 7, carol: 7, dave: 7, outsider: 7 });
  const { alice, bob, carol, dave } = members;
  const [room] = await Promise.all([
    newRoom(alice, bob, carol, dave),
    ...[bob, carol, dave].map((member) => member.setting.patch_user({ mentions_only: 1 })),
  ]);
  return { ...members, room };
}

/** Devices of several members. */
async function devicesOf(...members: Member[]) {
  const devices = await Promise.all(members.map((member) => member.device()));
  return {
    /**
     * The ids of the members that the next event of that name notifies, one per device; chat.sync
     * must return the same events.
     */
    async notified(name: 'chat.post' | 'chat.edit' | 'chat.forward'): Promise<string[]> {
      const events = await Promise.all(devices.map((device) => device.next(name)));
      for (const [n, event] of events.entries()) {
        const [logged] = await synced(members[n] as Member, event.seq - 1);
        expect(logged, 'as received').to.deep.equal({ ...event, name });
      }
      return members.flatMap((member, n) => (events[n]?.notify === 1 ? member.id : []));
    },
    [Symbol.dispose]: () => {
      for (const device of devices) device.close();
    },
  };
}

describe('Mentions', () => {
  it('notify whom a post mentions but its author, on all devices and in chat.sync', async () => {
    const { alice, bob, carol, dave, room } = await people();
    using devices = await devicesOf(alice, bob, bob, carol, dave);
    const all = [carol.id, alice.id, bob.id];
    const reply = await alice.chat.post({ entity_id: room, message: 'Hi', mention_ids: all });
    expect(reply.mention_ids).to.deep.equal(all);
    expect(await devices.notified('chat.post')).to.deep.equal([bob.id, bob.id, carol.id]);
    for (const member of [alice, bob, dave])
      expect((await member.chat.messages({ entity_id: room }))[0]?.mention_ids).to.deep.equal(all);
  });

  it('notify no member with mentions_only when a post mentions none, or its author', async () => {
    const { alice, bob, carol, room } = await people();
    using devices = await devicesOf(alice, bob, carol);
    using device = await bob.device();
    for (const mentions of [undefined, [], [alice.id]]) {
      await post(alice, room, mentions);
      expect(await devices.notified('chat.post')).to.deep.equal([]);
      expect((await device.next('chat.post')).data).to.deep.include({
        mention_ids: mentions ?? [],
      });
    }
  });

  it('count once, however often an id is repeated', async () => {
    const { alice, bob, carol, room } = await people();
    using devices = await devicesOf(alice, bob, carol);
    const reply = await alice.chat.post({
      ...{ entity_id: room, message: 'Hi' },
      mention_ids: [bob.id, alice.id, bob.id, alice.id, bob.id],
    });
    expect(reply.mention_ids).to.deep.equal([bob.id, alice.id]);
    expect(await devices.notified('chat.post')).to.deep.equal([bob.id]);
    const twice = [carol.id, bob.id, carol.id];
    const edited = await alice.chat.edit({
      message_id: reply.message_id,
      message: 'Hi',
      mention_ids: twice,
    });
    expect(edited.mention_ids).to.deep.equal([carol.id, bob.id]);
    expect(await devices.notified('chat.edit')).to.deep.equal([carol.id]);
  });

  it('notify on an edit only the newly mentioned', async () => {
    const { alice, bob, carol, dave, room } = await people();
    using author = await alice.device();
    using devices = await devicesOf(alice, bob, carol, dave);
    const id = await post(alice, room, [bob.id]);
    const edit = async (
      message: string,
      mention_ids: string[] | undefined,
      mentioned: string[],
      notify: string[],
    ) => {
      const call = { message_id: id, message, ...(mention_ids ? { mention_ids } : {}) };
      const reply = await alice.chat.edit(call);
      expect(reply.mention_ids).to.deep.equal(mentioned);
      const event = await author.next('chat.edit');
      expect(event.data).to.deep.include({ message, mention_ids: mentioned });
      expect(await devices.notified('chat.edit')).to.deep.equal(notify);
      const [row] = await dave.chat.get({ message_ids: [id] });
      expect(row?.mention_ids).to.deep.equal(mentioned);
    };
    await edit('keeps the list when absent', undefined, [bob.id], []);
    await edit('adds one', [bob.id, carol.id], [bob.id, carol.id], [carol.id]);
    await edit('keeps both when absent', undefined, [bob.id, carol.id], []);
    await edit('replaces the list', [dave.id, alice.id], [dave.id, alice.id], [dave.id]);
    await edit('clears the list', [], [], []);
    await edit('stays cleared', undefined, [], []);
    await edit('mentioned again', [carol.id], [carol.id], [carol.id]);
  });

  it('count as a change, with a version and an event, only when they differ', async () => {
    const { alice, bob, carol, room } = await people();
    const id = await post(alice, room, [bob.id]);
    const last = await position(alice);
    const edit = (mention_ids?: string[]) =>
      alice.chat.edit({ message_id: id, message: 'Hi', ...(mention_ids ? { mention_ids } : {}) });
    for (const same of [undefined, [bob.id], [bob.id, bob.id]])
      expect(await edit(same)).to.include({ version: 1 });
    expect(await position(alice)).to.equal(last);
    expect(await edit([bob.id, carol.id])).to.deep.include({
      version: 2,
      edited: 1,
      message: 'Hi',
    });
    expect(await edit([])).to.deep.include({ version: 3, mention_ids: [] });
    expect(await edit()).to.deep.include({ version: 3, mention_ids: [] });
    const events = await synced(bob, last);
    expect(events.map((event) => [event.name, event.seq])).to.deep.equal([
      ['chat.edit', last + 1],
      ['chat.edit', last + 2],
    ]);
  });

  it('fail with INVALID_INPUT for members outside the conversation, changing nothing', async () => {
    const { alice, bob, outsider, carol, room } = await people();
    const { stranger } = (await newHub({ stranger: 7 })).members;
    const inRoom = await post(alice, room, [bob.id]);
    const direct = await post(alice, bob.id, [bob.id]);
    await alice.room.remove({ entity_id: room, user_id: carol.id });
    const last = await position(alice);
    for (const other of [outsider.id, stranger.id, carol.id, 'nobody', 'not an id', '', room]) {
      for (const entity_id of [room, bob.id, outsider.id === other ? carol.id : outsider.id])
        await refusedInputs(alice, 'chat.post', [
          ['mention_ids', { entity_id, message: 'Hi', mention_ids: [alice.id, other] }],
        ]);
      for (const message_id of [inRoom, direct])
        await refusedInputs(alice, 'chat.edit', [
          ['mention_ids', { message_id, message: 'second', mention_ids: [bob.id, other] }],
        ]);
    }
    expect(await position(alice)).to.equal(last);
    for (const row of await bob.chat.get({ message_ids: [inRoom, direct] }))
      expect(row).to.deep.include({ message: 'Hi', version: 1, mention_ids: [bob.id] });
    for (const message_id of [inRoom, direct])
      await alice.chat.edit({ message_id, message: 'second', mention_ids: [alice.id, bob.id] });
  });

  it('keep a member who has left until an edit leaves them out', async () => {
    const { alice, bob, carol, room } = await people();
    const id = await post(alice, room, [bob.id, carol.id]);
    await alice.room.remove({ entity_id: room, user_id: bob.id });
    using devices = await devicesOf(alice, carol);
    const edit = async (message: string, mention_ids?: string[]) => {
      const reply = await alice.chat.edit({
        message_id: id,
        message,
        ...(mention_ids ? { mention_ids } : {}),
      });
      expect(await devices.notified('chat.edit')).to.deep.equal([]);
      return reply.mention_ids;
    };
    expect(await edit('absent')).to.deep.equal([bob.id, carol.id]);
    expect(await edit('same members', [carol.id, bob.id])).to.deep.equal([carol.id, bob.id]);
    expect(await edit('left out', [carol.id])).to.deep.equal([carol.id]);
    const again = { message_id: id, message: 'mentioned again', mention_ids: [carol.id, bob.id] };
    await refused(alice.chat.edit(again), 'INVALID_INPUT');
    await alice.room.add({ entity_id: room, user_id: bob.id });
    using bobs = await devicesOf(bob);
    expect((await alice.chat.edit(again)).mention_ids).to.deep.equal([carol.id, bob.id]);
    expect(await devices.notified('chat.edit')).to.deep.equal([]);
    expect(await bobs.notified('chat.edit')).to.deep.equal([bob.id]);
  });

  it('may be the peer or the author in a direct conversation', async () => {
    const { alice, bob } = await people();
    using devices = await devicesOf(alice, bob);
    const id = await post(alice, bob.id, [bob.id, alice.id]);
    expect(await devices.notified('chat.post')).to.deep.equal([bob.id]);
    await alice.chat.edit({ message_id: id, message: 'second', mention_ids: [] });
    await alice.chat.edit({ message_id: id, message: 'third', mention_ids: [bob.id] });
    const edits = (await synced(bob, 0)).filter((event) => event.name === 'chat.edit');
    expect(edits.map((event) => [event.notify, event.data.mention_ids])).to.deep.equal([
      [0, [bob.id]],
      [1, [bob.id]],
    ]);
    const answer = await post(bob, alice.id, [alice.id]);
    expect((await alice.chat.get({ message_ids: [answer] }))[0]?.mention_ids).to.deep.equal([
      alice.id,
    ]);
  });

  it('are not copied by a forward', async () => {
    const { alice, bob, carol, room } = await people();
    using devices = await devicesOf(alice, bob);
    using device = await bob.device();
    const id = await post(alice, room, [bob.id, carol.id]);
    await alice.chat.forward({ entities: [room], nodes: { messages: [id] } });
    expect(await devices.notified('chat.forward')).to.deep.equal([]);
    await alice.chat.forward({ entities: [bob.id], nodes: { messages: [id] } });
    expect(
      await devices.notified('chat.forward'),
      'a direct message notifies its receiver',
    ).to.deep.equal([bob.id]);
    for (let copy = 0; copy < 2; copy++)
      expect((await device.next('chat.forward')).data).to.deep.include({
        message: 'Hi',
        mention_ids: [],
      });
    const [row] = await bob.chat.messages({ entity_id: alice.id });
    expect(row).to.deep.include({ is_forward: 1, mention_ids: [] });
  });

  it('are listed by chat.sync as they are now, and not for a deleted message', async () => {
    const { alice, bob, carol, dave, room } = await people();
    const start = await position(alice);
    const id = await post(alice, room, [bob.id]);
    await alice.chat.edit({ message_id: id, message: 'second', mention_ids: [bob.id, carol.id] });
    await alice.chat.edit({
      message_id: id,
      message: 'third',
      mention_ids: [bob.id, carol.id, alice.id],
    });
    const events = await synced(dave, start);
    expect(events.map((event) => event.name)).to.deep.equal([
      'chat.post',
      'chat.edit',
      'chat.edit',
    ]);
    for (const event of events)
      expect(event.data.mention_ids).to.deep.equal([bob.id, carol.id, alice.id]);
    const notifyFlags = async (member: Member) =>
      (await synced(member, start)).map((event) => event.notify);
    expect([
      await notifyFlags(alice),
      await notifyFlags(bob),
      await notifyFlags(carol),
      await notifyFlags(dave),
    ]).to.deep.equal([
      [0, 0, 0],
      [1, 0, 0],
      [1, 1, 0],
      [0, 0, 0],
    ]);
    await alice.chat.delete({ option: 'all', messages: [id] });
    for (const member of [bob, carol, dave])
      for (const event of (await synced(member, start)).slice(0, 3))
        expect(event).to.deep.include({
          data: { message_id: id, room_id: room, deleted: 1 },
          notify: 0,
        });
  });

  it('notify in chat.sync no member whom the message mentions no longer', async () => {
    const { alice, bob, carol, dave, room } = await people();
    const start = await position(alice);
    const id = await post(alice, room, [bob.id]);
    await alice.chat.edit({ message_id: id, message: 'second', mention_ids: [carol.id] });
    await alice.chat.edit({ message_id: id, message: 'third', mention_ids: [] });
    for (const member of [bob, carol, dave]) {
      const events = await synced(member, start);
      expect(events.map((event) => event.data.mention_ids)).to.deep.equal([[], [], []]);
      expect(events.map((event) => event.notify)).to.deep.equal([0, 0, 0]);
    }
  });

  it('are at most 100 ids', async () => {
    const { alice, bob, room } = await people();
    const id = await post(
      alice,
      room,
      Array.from({ length: 100 }, () => bob.id),
    );
    const most = Array.from({ length: 101 }, () => bob.id);
    const bad = [most, bob.id, [bob.id, 7], [null], {}];
    await refusedInputs(
      alice,
      'chat.post',
      bad.map(
        (mention_ids) => ['mention_ids', { entity_id: room, message: 'Hi', mention_ids }] as const,
      ),
    );
    await refusedInputs(
      alice,
      'chat.edit',
      bad.map(
        (mention_ids) =>
          ['mention_ids', { message_id: id, message: 'second', mention_ids }] as const,
      ),
    );
    const reply = await alice.chat.edit({
      message_id: id,
      message: 'second',
      mention_ids: most.slice(1),
    });
    expect(reply).to.deep.include({ version: 2, mention_ids: [bob.id] });
  });
});
