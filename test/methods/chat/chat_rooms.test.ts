import { expect } from 'chai';
import { ownApp } from '../../support/app.ts';
import { refusedInputs } from '../../support/caller.ts';
import { type Member, newHub, newRoom, raw, refused } from '../../support/hub.ts';
import { expectMembersOnly } from './support.ts';

const entities = async (member: Member, params: object = {}): Promise<string[]> =>
  (await member.chat.chat_rooms(params)).map((row) => row.entity_id);

const rename = (owner: Member, room: string, name: string) =>
  owner.room.update({ entity_id: room, name });

describe('chat.chat_rooms', () => {
  it('returns direct and group conversations with the caller’s own state', async () => {
    const { members, id: hubId } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(bob, alice);
    const said = await bob.chat.post({ entity_id: room, message: 'Hi all' });
    await bob.chat.post({ entity_id: alice.id, message: 'Hi' });
    const last = await alice.chat.post({ entity_id: bob.id, message: 'Hi Bob' });
    const tag = await alice.tag.create({ name: 'Friends' });
    await alice.tag.assign({ entity_id: bob.id, tag_ids: [tag.tag_id] });
    const [direct, group, ...more] = await alice.chat.chat_rooms();
    expect(more).to.deep.equal([]);
    expect(direct).to.deep.include({
      entity_id: bob.id,
      room_id: last.room_id,
      hub_id: hubId,
      flag: 'contact',
      contact_id: bob.id,
      firstname: 'bob',
      lastname: 'Test',
      surname: 'bob Test',
      display: 'bob Test',
      group_name: null,
      member_count: 2,
      last_message: 'Hi Bob',
      last_message_id: last.message_id,
      last_author_id: alice.id,
      last_activity: last.ctime,
      last_activity_ms: last.ctime_ms,
      unread_count: 0,
      pointer: 2,
      last_ordinal: 2,
      is_archived: 0,
      is_blocked: 0,
      status: 'active',
      tag_ids: [tag.tag_id],
      page: 1,
    });
    expect(group).to.deep.include({
      entity_id: room,
      room_id: room,
      flag: 'share',
      contact_id: null,
      firstname: null,
      surname: null,
      display: 'Room',
      group_name: 'Room',
      last_message: 'Hi all',
      last_message_id: said.message_id,
      last_author_id: bob.id,
      unread_count: 1,
      tag_ids: [],
    });
  });

  it('adds the original system’s field names', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { ctime } = await bob.chat.post({ entity_id: alice.id, message: 'Hi' });
    const { body } = await raw('chat.chat_rooms', { token: alice.token, hubId: alice.hubId });
    expect(body.data[0]).to.include({
      room_count: 1,
      message: 'Hi',
      ctime,
      drumate_id: bob.id,
      unread_count: 1,
    });
  });

  it('lists direct conversations that have messages, and groups for participants', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    expect(await alice.chat.chat_rooms()).to.deep.equal([]);
    await bob.chat.messages({ entity_id: alice.id });
    expect(await alice.chat.chat_rooms()).to.deep.equal([]);
    await bob.chat.post({ entity_id: alice.id, message: 'Hi' });
    const room = await newRoom(carol, bob);
    expect(await entities(alice)).to.deep.equal([bob.id]);
    expect(await entities(bob)).to.deep.equal([room, alice.id]);
    expect(await entities(carol)).to.deep.equal([room]);
    await carol.room.remove({ entity_id: room, user_id: bob.id });
    await carol.room.add({ entity_id: room, user_id: alice.id });
    expect(await entities(bob)).to.deep.equal([alice.id]);
    expect((await entities(alice)).sort()).to.deep.equal([bob.id, room].sort());
  });

  it('orders by last activity, newest first', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob);
    await bob.chat.post({ entity_id: alice.id, message: 'one' });
    await alice.chat.post({ entity_id: carol.id, message: 'two' });
    expect(await entities(alice)).to.deep.equal([carol.id, bob.id, room]);
    await bob.chat.post({ entity_id: room, message: 'three' });
    expect(await entities(alice)).to.deep.equal([room, carol.id, bob.id]);
    const forwarded = (await alice.chat.messages({ entity_id: carol.id }))[0]?.message_id ?? '';
    await alice.chat.forward({ entities: [bob.id], nodes: { messages: [forwarded] } });
    expect(await entities(alice)).to.deep.equal([bob.id, room, carol.id]);
  });

  it('pages by 45, by number or cursor, by id where the last activity is equal', async () => {
    const now = Date.now();
    await using app = await ownApp({}, () => now);
    const { members } = await newHub({ alice: 7 }, app);
    const { alice } = members;
    const rooms = await Promise.all(
      Array.from({ length: 46 }, (_, n) => alice.room.create({ name: `Room ${n}` })),
    );
    const ids = rooms.map((room) => room.entity_id).sort();
    const first = await alice.chat.chat_rooms();
    expect(first.map((row) => row.entity_id)).to.deep.equal(ids.slice(0, 45));
    const init = { token: alice.token, hubId: alice.hubId, verb: 'GET', query: '?page=2' };
    const { body } = await raw('chat.chat_rooms', init, app);
    expect(
      body.data.map((row: { entity_id: string; page: number }) => [row.entity_id, row.page]),
    ).to.deep.equal([[ids[45], 2]]);
    expect(await entities(alice, { before: first[29]?.cursor })).to.deep.equal(ids.slice(30));
    expect(await entities(alice, { page: 3 })).to.deep.equal([]);
  });

  it('takes flag contact, share, all, or empty for all', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice);
    await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    expect(await entities(alice, { flag: 'contact' })).to.deep.equal([bob.id]);
    expect(await entities(alice, { flag: 'share' })).to.deep.equal([room]);
    for (const flag of ['all', ''])
      expect(await entities(alice, { flag })).to.deep.equal([bob.id, room]);
  });

  it('lists archived and active ones by last activity with option all', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const [room, closed] = [await newRoom(alice, bob), await newRoom(alice, bob)];
    for (const id of [bob.id, closed, room, carol.id])
      await alice.chat.post({ entity_id: id, message: 'Hi' });
    await alice.chat.change_status({ entity_id: room, status: 'archived' });
    await alice.chat.change_status({ entity_id: closed, status: 'archived', for: 'all' });
    await alice.chat.change_status({ entity_id: bob.id, status: 'archived' });
    const rows = await alice.chat.chat_rooms({ option: 'all' });
    expect(rows.map((row) => [row.entity_id, row.is_archived])).to.deep.equal([
      [carol.id, 0],
      [room, 1],
      [closed, 1],
      [bob.id, 1],
    ]);
    expect(await entities(alice, { option: 'all', flag: 'share' })).to.deep.equal([room, closed]);
    expect(await entities(alice, { option: 'all', before: rows[1]?.cursor })).to.deep.equal([
      closed,
      bob.id,
    ]);
    expect(
      (await alice.chat.contact_rooms({ option: 'all' })).map((row) => row.entity_id),
    ).to.deep.equal([carol.id, bob.id]);
    expect(
      (await alice.chat.share_rooms({ option: 'all' })).map((row) => row.entity_id),
    ).to.deep.equal([room, closed]);
    expect(await entities(alice), 'active ones otherwise').to.deep.equal([carol.id]);
  });

  it('lists archived ones with option archived only, until a message restores them', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const closed = await newRoom(alice, bob);
    await bob.chat.post({ entity_id: alice.id, message: 'Hi' });
    for (const id of [room, bob.id])
      await alice.chat.change_status({ entity_id: id, status: 'archived' });
    await alice.chat.change_status({ entity_id: closed, status: 'archived', for: 'all' });
    expect(await alice.chat.chat_rooms({ option: 'active' })).to.deep.equal([]);
    const archived = await alice.chat.chat_rooms({ option: 'archived' });
    expect(archived.map((row) => row.entity_id)).to.deep.equal([bob.id, closed, room]);
    for (const row of archived) expect(row).to.include({ is_archived: 1, status: 'archived' });
    expect(await entities(bob)).to.deep.equal([alice.id, room]);
    await bob.chat.post({ entity_id: alice.id, message: 'Wake up' });
    await alice.chat.change_status({ entity_id: room, status: 'active' });
    expect(await entities(alice)).to.deep.equal([bob.id, room]);
    expect(await entities(alice, { option: 'archived' })).to.deep.equal([closed]);
  });

  it('filters by exactly one tag', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const other = await newRoom(alice, bob);
    await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    const { tag_id: work } = await alice.tag.create({ name: 'Work' });
    const { tag_id: empty } = await alice.tag.create({ name: 'Nothing yet' });
    for (const id of [room, bob.id]) await alice.tag.assign({ entity_id: id, tag_ids: [work] });
    expect(await entities(alice, { tag_id: work })).to.deep.equal([bob.id, room]);
    expect(await entities(alice, { tag_id: work, flag: 'share' })).to.deep.equal([room]);
    expect(await entities(alice, { tag_id: empty })).to.deep.equal([]);
    expect(await entities(alice, { tag_id: '' })).to.deep.equal([bob.id, other, room]);
    for (const row of await bob.chat.chat_rooms()) expect(row.tag_ids).to.deep.equal([]);
  });

  it('fails with TAG_NOT_FOUND for a tag that the caller does not own', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { tag_id: others } = await bob.tag.create({ name: 'Others' });
    const { tag_id: gone } = await alice.tag.create({ name: 'Gone' });
    await alice.tag.remove({ tag_id: gone });
    for (const id of [others, gone, 'nothing', '\u0000'])
      await refused(alice.chat.chat_rooms({ tag_id: id }), 'TAG_NOT_FOUND');
  });

  it('finds key anywhere in the name, ignoring case and accents', async () => {
    const { members, join } = await newHub({ alice: 7 });
    const { alice } = members;
    const rene = await join('René');
    await alice.chat.post({ entity_id: rene.id, message: 'Élan: what is said is no name' });
    const room = await newRoom(alice);
    await rename(alice, room, 'Größe und Élan 😀');
    for (const key of ['rene', 'RENÉ', 'né te', 'ENE\u0301 T', 'test'])
      expect(await entities(alice, { key }), key).to.deep.equal([rene.id]);
    for (const key of ['elan', 'grö', 'und e', '😀', 'Größe und Élan 😀'])
      expect(await entities(alice, { key }), key).to.deep.equal([room]);
    for (const key of ['😁', 'said', 'renée', ' rene'])
      expect(await entities(alice, { key }), key).to.deep.equal([]);
    expect(await entities(alice, { key: '' })).to.have.length(2);
    expect(await entities(alice, { key: 'elan', flag: 'contact' })).to.deep.equal([]);
  });

  it('treats no character of key as a wildcard', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    const rooms: Record<string, string> = {};
    for (const name of ['100% sure', '100 sure', 'a_b', 'axb', 'back\\slash', "it's"]) {
      const { entity_id: id } = await alice.room.create({ name });
      rooms[name] = id;
    }
    const found = {
      '0%': '100% sure',
      '%': '100% sure',
      a_b: 'a_b',
      _: 'a_b',
      '\\': 'back\\slash',
      '\\s': 'back\\slash',
      "'": "it's",
    };
    for (const [key, name] of Object.entries(found))
      expect(await entities(alice, { key }), key).to.deep.equal([rooms[name]]);
    for (const key of ['%%', '%s', '__', '\\\\', "' OR ''='", '?'])
      expect(await entities(alice, { key }), key).to.deep.equal([]);
  });

  it('shows the newest message that this caller can see', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob, carol);
    const ids: string[] = [];
    for (const message of ['one', 'two', 'three'])
      ids.push((await bob.chat.post({ entity_id: room, message })).message_id);
    const [one = '', two = '', three = ''] = ids;
    const last = async (member: Member) => (await member.chat.chat_rooms())[0]?.last_message;
    await alice.chat.delete({ option: 'me', messages: [three] });
    expect([await last(alice), await last(bob), await last(carol)]).to.deep.equal([
      'two',
      'three',
      'three',
    ]);
    await bob.chat.delete({ option: 'all', messages: [two] });
    expect([await last(alice), await last(bob)]).to.deep.equal(['one', 'three']);
    await bob.chat.delete({ option: 'all', messages: [three, one] });
    const [row] = await alice.chat.chat_rooms();
    expect(row).to.include({
      last_message: '',
      last_message_id: null,
      last_author_id: null,
      unread_count: 0,
    });
  });

  it('shows the first 200 characters of the last message', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    await bob.chat.post({ entity_id: alice.id, message: `${'😀'.repeat(199)}äb` });
    expect((await alice.chat.chat_rooms())[0]?.last_message).to.equal(`${'😀'.repeat(199)}ä`);
  });

  it('keeps the conversation with a member that the caller blocked, and marks it', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    await bob.chat.post({ entity_id: alice.id, message: 'Hi' });
    await alice.contact.block({ entity_id: bob.id });
    expect((await alice.chat.chat_rooms())[0]).to.include({
      entity_id: bob.id,
      is_blocked: 1,
      unread_count: 1,
    });
    expect((await bob.chat.chat_rooms())[0]).to.include({ entity_id: alice.id, is_blocked: 0 });
  });

  it('shows no conversation of the same users in another hub', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { id: elsewhere, operator } = await newHub({});
    for (const { id } of [alice, bob]) await operator.hub.add_member({ user_id: id, privilege: 7 });
    await bob.chat.post({ entity_id: alice.id, message: 'Hi' });
    const there = { token: alice.token, hubId: elsewhere };
    expect((await raw('chat.chat_rooms', there)).body.data).to.deep.equal([]);
    expect((await raw('chat.count_all', there)).body.data.total_cnt).to.equal(0);
  });

  it('fails with INVALID_INPUT, naming bad parameters; unknown ones are ignored', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    await refusedInputs(alice, 'chat.chat_rooms', [
      ['page', { page: 0 }],
      ['page', { page: -1 }],
      ['page', { page: 'x' }],
      ['flag', { flag: 'others' }],
      ['flag', { flag: 1 }],
      ['option', { option: 'deleted' }],
      ['option', { option: '' }],
      ['tag_id', { tag_id: 5 }],
      ['key', { key: 7 }],
      ['key', { key: 'x'.repeat(256) }],
      ['before', { before: 'nonsense' }],
      ['before', { before: '' }],
    ]);
    const body = { order: 'desc', device_id: 7, page: '1' };
    expect(
      (await raw('chat.chat_rooms', { token: alice.token, hubId: alice.hubId, body })).body.data,
    ).to.deep.equal([]);
  });

  it('rejects viewers, other hubs’ members, and calls without a token', async () => {
    const { members, id: hubId } = await newHub({ alice: 7, viewer: 3 });
    expect(await members.alice.chat.chat_rooms()).to.deep.equal([]);
    await refused(members.viewer.chat.chat_rooms(), 'PERMISSION_DENIED');
    await expectMembersOnly('chat.chat_rooms', hubId);
  });
});
