import { expect } from 'chai';
import { refusedInputs } from '../support/caller.ts';
import { type Member, newHub, newRoom, refused } from '../support/hub.ts';

const position = async (member: Member): Promise<number> => (await member.chat.sync({ since: 0 })).seq;

const synced = async (member: Member, since: number) => (await member.chat.sync({ since, limit: 1000 })).events;

const post = async (author: Member, entityId: string, mention_ids?: string[], message = 'Hi'): Promise<string> =>
  (await author.chat.post({ entity_id: entityId, message, ...(mention_ids ? { mention_ids } : {}) })).message_id;

/** A group room of four, one more member who is not in it, and one of another hub. */
async function people() {
  const { members, operator } = await newHub({ alice: 7, bob: 7, carol: 7, dave: 7, outsider: 7 });
  const { alice, bob, carol, dave } = members;
  const { stranger } = (await newHub({ stranger: 7 })).members;
  return { ...members, stranger, operator, room: await newRoom(alice, bob, carol, dave) };
}

describe('Mentions', () => {
  it('alert those whom a post names but its author: the same for every receiver, and in chat.sync', async () => {
    const { alice, bob, carol, dave, room } = await people();
    using author = await alice.device();
    using named = await bob.device();
    using other = await dave.device();
    const all = [carol.id, alice.id, bob.id];
    const reply = await alice.chat.post({ entity_id: room, message: 'Hi', mention_ids: all });
    expect(reply.mention_ids).to.deep.equal(all);
    for (const device of [author, named, other]) {
      const { data } = await device.next('chat.post');
      expect(data).to.deep.include({ mention_ids: all, notify: [carol.id, bob.id] });
    }
    const [event] = await synced(dave, reply.seq - 1);
    expect(event).to.deep.equal({ ...other.heard[0] });
    for (const member of [alice, bob, dave])
      expect((await member.chat.messages({ entity_id: room }))[0]?.mention_ids).to.deep.equal(all);
  });

  it('alert nobody when a post names none, or its author alone', async () => {
    const { alice, bob, room } = await people();
    using device = await bob.device();
    for (const mentions of [undefined, [], [alice.id]]) {
      await post(alice, room, mentions);
      expect((await device.next('chat.post')).data).to.deep.include({ mention_ids: mentions ?? [], notify: [] });
    }
  });

  it('count once, however often they are named', async () => {
    const { alice, bob, carol, room } = await people();
    using device = await bob.device();
    const id = await post(alice, room, [bob.id, alice.id, bob.id, alice.id, bob.id]);
    const { data } = await device.next('chat.post');
    expect(data).to.deep.include({ mention_ids: [bob.id, alice.id], notify: [bob.id] });
    const twice = [carol.id, bob.id, carol.id];
    const reply = await alice.chat.edit({ message_id: id, message: 'Hi', mention_ids: twice });
    expect(reply.mention_ids).to.deep.equal([carol.id, bob.id]);
    expect((await device.next('chat.edit')).data).to.deep.include({
      mention_ids: [carol.id, bob.id],
      notify: [carol.id],
    });
  });

  it('alert on an edit only those who are named newly', async () => {
    const { alice, bob, carol, dave, room } = await people();
    using author = await alice.device();
    using device = await dave.device();
    const id = await post(alice, room, [bob.id]);
    const edit = async (message: string, mention_ids: string[] | undefined, mentioned: string[], notify: string[]) => {
      const call = { message_id: id, message, ...(mention_ids ? { mention_ids } : {}) };
      const reply = await alice.chat.edit(call);
      expect(reply.mention_ids).to.deep.equal(mentioned);
      const event = await device.next('chat.edit');
      expect(event.data).to.deep.include({ message, mention_ids: mentioned, notify });
      expect((await author.next('chat.edit')).data).to.deep.equal(event.data);
      const [row] = await dave.chat.get({ message_ids: [id] });
      expect(row?.mention_ids).to.deep.equal(mentioned);
      const [logged] = await synced(dave, event.seq - 1);
      expect(logged, 'as it was heard').to.deep.equal({ ...event });
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
    for (const same of [undefined, [bob.id], [bob.id, bob.id]]) expect(await edit(same)).to.include({ version: 1 });
    expect(await position(alice)).to.equal(last);
    expect(await edit([bob.id, carol.id])).to.deep.include({ version: 2, edited: 1, message: 'Hi' });
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
    using device = await carol.device();
    const edit = async (message: string, mention_ids?: string[]) => {
      const reply = await alice.chat.edit({ message_id: id, message, ...(mention_ids ? { mention_ids } : {}) });
      const { data } = await device.next('chat.edit');
      expect(data).to.deep.include({ mention_ids: reply.mention_ids, notify: [] });
      return reply.mention_ids;
    };
    expect(await edit('absent')).to.deep.equal([bob.id, carol.id]);
    expect(await edit('named as before', [carol.id, bob.id])).to.deep.equal([carol.id, bob.id]);
    expect(await edit('left out', [carol.id])).to.deep.equal([carol.id]);
    const again = { message_id: id, message: 'named anew', mention_ids: [carol.id, bob.id] };
    await refused(alice.chat.edit(again), 'INVALID_INPUT');
    await alice.room.add({ entity_id: room, user_id: bob.id });
    expect((await alice.chat.edit(again)).mention_ids).to.deep.equal([carol.id, bob.id]);
    expect((await device.next('chat.edit')).data).to.deep.include({ notify: [bob.id] });
  });

  it('are the other side, or oneself, in a direct conversation', async () => {
    const { alice, bob } = await people();
    using device = await bob.device();
    const id = await post(alice, bob.id, [bob.id, alice.id]);
    expect((await device.next('chat.post')).data).to.deep.include({
      mention_ids: [bob.id, alice.id],
      notify: [bob.id],
    });
    await alice.chat.edit({ message_id: id, message: 'second', mention_ids: [] });
    await alice.chat.edit({ message_id: id, message: 'third', mention_ids: [bob.id] });
    expect((await device.next('chat.edit')).data).to.deep.include({ notify: [] });
    expect((await device.next('chat.edit')).data).to.deep.include({ notify: [bob.id] });
    const answer = await post(bob, alice.id, [alice.id]);
    expect((await alice.chat.get({ message_ids: [answer] }))[0]?.mention_ids).to.deep.equal([alice.id]);
  });

  it('are not carried by a forwarded copy', async () => {
    const { alice, bob, carol, room } = await people();
    using device = await bob.device();
    const id = await post(alice, room, [bob.id, carol.id]);
    await alice.chat.forward({ entities: [bob.id, room], nodes: { messages: [id] } });
    for (let copy = 0; copy < 2; copy++)
      expect((await device.next('chat.forward')).data).to.deep.include({ message: 'Hi', mention_ids: [], notify: [] });
    const [row] = await bob.chat.messages({ entity_id: alice.id });
    expect(row).to.deep.include({ is_forward: 1, mention_ids: [] });
  });

  it('are listed by chat.sync as the message stands, and gone with it', async () => {
    const { alice, bob, carol, dave, room } = await people();
    const start = await position(alice);
    const id = await post(alice, room, [bob.id]);
    await alice.chat.edit({ message_id: id, message: 'second', mention_ids: [bob.id, carol.id] });
    await alice.chat.edit({ message_id: id, message: 'third', mention_ids: [bob.id, carol.id, alice.id] });
    const events = await synced(dave, start);
    expect(events.map((event) => event.name)).to.deep.equal(['chat.post', 'chat.edit', 'chat.edit']);
    for (const event of events) expect(event.data.mention_ids).to.deep.equal([bob.id, carol.id, alice.id]);
    expect(events.slice(1).map((event) => event.data.notify)).to.deep.equal([[carol.id], []]);
    await alice.chat.delete({ option: 'all', messages: [id] });
    for (const event of (await synced(dave, start)).slice(0, 3))
      expect(event.data).to.deep.equal({ message_id: id, room_id: room, deleted: 1 });
  });

  it('alert in chat.sync nobody whom the message does not mention any more', async () => {
    const { alice, bob, carol, dave, room } = await people();
    const start = await position(alice);
    const id = await post(alice, room, [bob.id]);
    await alice.chat.edit({ message_id: id, message: 'second', mention_ids: [carol.id] });
    await alice.chat.edit({ message_id: id, message: 'third', mention_ids: [] });
    const events = await synced(dave, start);
    expect(events.map((event) => event.data.mention_ids)).to.deep.equal([[], [], []]);
    expect(events.map((event) => event.data.notify)).to.deep.equal([[], [], []]);
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
      bad.map((mention_ids) => ['mention_ids', { entity_id: room, message: 'Hi', mention_ids }] as const),
    );
    await refusedInputs(
      alice,
      'chat.edit',
      bad.map((mention_ids) => ['mention_ids', { message_id: id, message: 'second', mention_ids }] as const),
    );
    const reply = await alice.chat.edit({ message_id: id, message: 'second', mention_ids: most.slice(1) });
    expect(reply).to.deep.include({ version: 2, mention_ids: [bob.id] });
  });
});
