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

/** A group room of four, all but its owner alerted only by what mentions them; one more member who is not in it, and one of another hub. */
async function people() {
  const { members, operator } = await newHub({ alice: 7, bob: 7, carol: 7, dave: 7, outsider: 7 });
  const { alice, bob, carol, dave } = members;
  for (const member of [bob, carol, dave]) await member.setting.patch_user({ mentions_only: 1 });
  const { stranger } = (await newHub({ stranger: 7 })).members;
  return { ...members, stranger, operator, room: await newRoom(alice, bob, carol, dave) };
}

/** Devices of several members. */
async function devicesOf(...members: Member[]) {
  const devices = await Promise.all(members.map((member) => member.device()));
  return {
    /** Whom the next event of that name alerts, of those to whom it is told live; and in chat.sync, which must say the same. */
    async alerted(name: 'chat.post' | 'chat.edit' | 'chat.forward'): Promise<string[]> {
      const events = await Promise.all(devices.map((device) => device.next(name)));
      for (const [n, event] of events.entries()) {
        const [logged] = await synced(members[n] as Member, event.seq - 1);
        expect(logged, 'as it was heard').to.deep.equal({ ...event, name });
      }
      return members.flatMap((member, n) => (events[n]?.notify === 1 ? member.id : []));
    },
    [Symbol.dispose]: () => {
      for (const device of devices) device.close();
    },
  };
}

describe('Mentions', () => {
  it('alert those whom a post names but its author, on every device of theirs and in chat.sync', async () => {
    const { alice, bob, carol, dave, room } = await people();
    using devices = await devicesOf(alice, bob, bob, carol, dave);
    const all = [carol.id, alice.id, bob.id];
    const reply = await alice.chat.post({ entity_id: room, message: 'Hi', mention_ids: all });
    expect(reply.mention_ids).to.deep.equal(all);
    expect(await devices.alerted('chat.post')).to.deep.equal([bob.id, bob.id, carol.id]);
    for (const member of [alice, bob, dave])
      expect((await member.chat.messages({ entity_id: room }))[0]?.mention_ids).to.deep.equal(all);
  });

  it('alert nobody who wants only those when a post names none, or its author alone', async () => {
    const { alice, bob, carol, room } = await people();
    using devices = await devicesOf(alice, bob, carol);
    using device = await bob.device();
    for (const mentions of [undefined, [], [alice.id]]) {
      await post(alice, room, mentions);
      expect(await devices.alerted('chat.post')).to.deep.equal([]);
      expect((await device.next('chat.post')).data).to.deep.include({
        mention_ids: mentions ?? [],
      });
    }
  });

  it('count once, however often they are named', async () => {
    const { alice, bob, carol, room } = await people();
    using devices = await devicesOf(alice, bob, carol);
    const reply = await alice.chat.post({
      ...{ entity_id: room, message: 'Hi' },
      mention_ids: [bob.id, alice.id, bob.id, alice.id, bob.id],
    });
    expect(reply.mention_ids).to.deep.equal([bob.id, alice.id]);
    expect(await devices.alerted('chat.post')).to.deep.equal([bob.id]);
    const twice = [carol.id, bob.id, carol.id];
    const edited = await alice.chat.edit({
      message_id: reply.message_id,
      message: 'Hi',
      mention_ids: twice,
    });
    expect(edited.mention_ids).to.deep.equal([carol.id, bob.id]);
    expect(await devices.alerted('chat.edit')).to.deep.equal([carol.id]);
  });

  it('alert on an edit only those who are named newly', async () => {
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
      expect(await devices.alerted('chat.edit')).to.deep.equal(notify);
      const [row] = await dave.chat.get({ message_ids: [id] });
      expect(row?.mention_ids).to.deep.equal(mentioned);
    };
    await edit('absent keeps them', undefined, [bob.id], []);
    await edit('one more', [bob.id, carol.id], [bob.id, carol.id], [carol.id]);
    await edit('absent keeps both', undefined, [bob.id, carol.id], []);
    await edit('a new list replaces', [dave.id, alice.id], [dave.id, alice.id], [dave.id]);
    await edit('an empty one clears', [], [], []);
    await edit('and they stay away', undefined, [], []);
    await edit('named anew', [carol.id], [carol.id], [carol.id]);
  });

  it('are a change by themselves, with a version and an event; and none when they stay as they are', async () => {
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

  it('are refused with INVALID_INPUT of who is not in the conversation, in posts and edits, which change nothing', async () => {
    const { alice, bob, outsider, stranger, carol, room } = await people();
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

  it('stay of one who left since, until a list leaves him out', async () => {
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
      expect(await devices.alerted('chat.edit')).to.deep.equal([]);
      return reply.mention_ids;
    };
    expect(await edit('absent')).to.deep.equal([bob.id, carol.id]);
    expect(await edit('named as before', [carol.id, bob.id])).to.deep.equal([carol.id, bob.id]);
    expect(await edit('left out', [carol.id])).to.deep.equal([carol.id]);
    const again = { message_id: id, message: 'named anew', mention_ids: [carol.id, bob.id] };
    await refused(alice.chat.edit(again), 'INVALID_INPUT');
    await alice.room.add({ entity_id: room, user_id: bob.id });
    using his = await devicesOf(bob);
    expect((await alice.chat.edit(again)).mention_ids).to.deep.equal([carol.id, bob.id]);
    expect(await devices.alerted('chat.edit')).to.deep.equal([]);
    expect(await his.alerted('chat.edit')).to.deep.equal([bob.id]);
  });

  it('are the other side, or oneself, in a direct conversation', async () => {
    const { alice, bob } = await people();
    using devices = await devicesOf(alice, bob);
    const id = await post(alice, bob.id, [bob.id, alice.id]);
    expect(await devices.alerted('chat.post')).to.deep.equal([bob.id]);
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

  it('are not carried by a forwarded copy', async () => {
    const { alice, bob, carol, room } = await people();
    using devices = await devicesOf(alice, bob);
    using device = await bob.device();
    const id = await post(alice, room, [bob.id, carol.id]);
    await alice.chat.forward({ entities: [room], nodes: { messages: [id] } });
    expect(await devices.alerted('chat.forward')).to.deep.equal([]);
    await alice.chat.forward({ entities: [bob.id], nodes: { messages: [id] } });
    expect(
      await devices.alerted('chat.forward'),
      'a direct one is addressed to him anyway',
    ).to.deep.equal([bob.id]);
    for (let copy = 0; copy < 2; copy++)
      expect((await device.next('chat.forward')).data).to.deep.include({
        message: 'Hi',
        mention_ids: [],
      });
    const [row] = await bob.chat.messages({ entity_id: alice.id });
    expect(row).to.deep.include({ is_forward: 1, mention_ids: [] });
  });

  it('are listed by chat.sync as the message stands, and gone with it', async () => {
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
    const alerts = async (member: Member) =>
      (await synced(member, start)).map((event) => event.notify);
    expect([
      await alerts(alice),
      await alerts(bob),
      await alerts(carol),
      await alerts(dave),
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

  it('alert in chat.sync nobody whom the message does not mention any more', async () => {
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

  it('are at most 100, each an id', async () => {
    const { alice, bob, room } = await people();
    const id = await post(
      alice,
      room,
      Array.from({ length: 100 }, () => bob.id),
    );
    const most = Array.from({ length: 101 }, () => bob.id);
    const bad = [most, bob.id, [bob.id, 7], [null], null, {}];
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
