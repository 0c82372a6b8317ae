import { expect } from 'chai';
import { clientOf, refusedInputs } from '../../support/caller.ts';
import { type Member, newHub, newRoom, raw, refused } from '../../support/hub.ts';

/** The names of the events of the caller's own tags. */
const tagEvents = async (member: Member, since = 0) =>
  (await member.chat.sync({ since })).events.filter((event) => event.name.startsWith('tag.'));

async function refusedToOthers(method: string, body: object, viewer: Member) {
  const { members } = await newHub({ stranger: 63 });
  for (const { token } of [viewer, members.stranger]) {
    const reply = await raw(method, { token, hubId: viewer.hubId, body });
    expect([reply.status, reply.body.error]).to.deep.equal([403, 'PERMISSION_DENIED']);
  }
  expect((await raw(method, { hubId: viewer.hubId, body })).body.error).to.equal(
    'NOT_AUTHENTICATED',
  );
}

describe('tag.create', () => {
  it('creates a tag of the caller, and returns an existing one unchanged', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const made = await alice.tag.create({ name: 'Work' });
    expect(made).to.deep.equal({ tag_id: made.tag_id, tag_name: 'Work' });
    expect(await alice.tag.create({ name: 'Work' })).to.deep.equal(made);
    expect((await alice.tag.create({ name: 'works' })).tag_id).to.not.equal(made.tag_id);
    expect((await bob.tag.create({ name: 'Work' })).tag_id).to.not.equal(made.tag_id);
    expect((await tagEvents(alice)).map((event) => event.data.tag_name)).to.deep.equal([
      'Work',
      'works',
    ]);
  });

  it('returns the existing tag for another spelling of its name', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    for (const [name = '', ...spellings] of [
      ['Café', 'cafe\u0301', 'CAFE', 'ca\u200bfé', 'ｃａｆｅ'],
      ['Straße', 'STRASSE', 'STRAẞE'],
      ['مُهِمّ', 'مهم'],
      ['カメラ', 'ｶﾒﾗ'],
    ]) {
      const made = await alice.tag.create({ name });
      for (const spelling of spellings)
        expect(await alice.tag.create({ name: spelling }), spelling).to.deep.equal(made);
    }
    // Only searches read katakana as hiragana.
    expect((await alice.tag.create({ name: 'かめら' })).tag_name).to.equal('かめら');
    expect(await alice.tag.list()).to.have.length(5);
  });

  it('creates one tag for several concurrent calls', async () => {
    const { members } = await newHub({ alice: 7 });
    const made = await Promise.all(
      [1, 2, 3, 4].map(() => members.alice.tag.create({ name: 'Work' })),
    );
    expect(new Set(made.map((tag) => tag.tag_id)).size).to.equal(1);
    expect(await members.alice.tag.list()).to.have.length(1);
  });

  it('publishes to the caller’s devices and to no other', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    using mine = await alice.device();
    using theirs = await bob.device();
    const made = await alice.tag.create({ name: 'Work' });
    expect(await mine.next('tag.create')).to.deep.include({
      stream: alice.id,
      entity_id: alice.id,
      data: made,
    });
    await alice.chat.post({ entity_id: bob.id, message: 'next' });
    await theirs.next('chat.post');
    expect(theirs.received).to.have.length(1);
  });

  it('is refused to a viewer and to strangers', async () => {
    const { members } = await newHub({ viewer: 3 });
    await refusedToOthers('tag.create', { name: 'Work' }, members.viewer);
  });

  it('fails with INVALID_INPUT for an invalid name, and creates none', async () => {
    const { members } = await newHub({ alice: 7 });
    await refusedInputs(members.alice, 'tag.create', [
      ['name', {}],
      ['name', { name: '' }],
      ['name', { name: ' ' }],
      ['name', { name: 'a\u0000b' }],
      ['name', { name: 'x'.repeat(101) }],
      ['name', { name: 7 }],
      ['colour', { name: 'Work', colour: 'red' }],
    ]);
    expect(await members.alice.tag.list()).to.deep.equal([]);
    const name = '😀'.repeat(100);
    expect((await members.alice.tag.create({ name })).tag_name).to.equal(name);
  });
});

describe('tag.list', () => {
  it('returns the caller’s tags by name, with the conversations of each', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const work = await alice.tag.create({ name: 'Work' });
    const fun = await alice.tag.create({ name: 'fun' });
    const ete = await alice.tag.create({ name: 'Été' });
    await alice.tag.assign({ entity_id: room, tag_ids: [work.tag_id] });
    expect(await alice.tag.list()).to.deep.equal([
      { ...ete, chat_count: 0 },
      { ...fun, chat_count: 0 },
      { ...work, chat_count: 1 },
    ]);
    expect(await bob.tag.list()).to.deep.equal([]);
  });

  it('is refused to a viewer and to strangers, and takes no parameter', async () => {
    const { members } = await newHub({ viewer: 3, alice: 7 });
    await refusedToOthers('tag.list', {}, members.viewer);
    await refusedInputs(members.alice, 'tag.list', [['user_id', { user_id: 'another' }]]);
  });
});

describe('tag.rename', () => {
  it('renames a tag and publishes once to the caller’s devices', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    const { tag_id } = await alice.tag.create({ name: 'Work' });
    const { seq } = await alice.chat.sync({ since: 0 });
    const renamed = { tag_id, tag_name: 'WORK' };
    expect(await alice.tag.rename({ tag_id, name: 'WORK' })).to.deep.equal(renamed);
    expect(await alice.tag.rename({ tag_id, name: 'WORK' })).to.deep.equal(renamed);
    expect(await alice.tag.list()).to.deep.equal([{ ...renamed, chat_count: 0 }]);
    const events = await tagEvents(alice, seq);
    expect(events.map((event) => [event.name, event.data])).to.deep.equal([
      ['tag.rename', renamed],
    ]);
  });

  it('fails with INVALID_INPUT for a name that another tag has, in any spelling', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    await alice.tag.create({ name: 'Café' });
    const { tag_id } = await alice.tag.create({ name: 'Tea' });
    const { details } = await refused(alice.tag.rename({ tag_id, name: 'CAFE' }), 'INVALID_INPUT');
    expect(details).to.deep.equal(['name: another of your tags has it']);
    expect((await alice.tag.list()).map((tag) => tag.tag_name)).to.deep.equal(['Café', 'Tea']);
  });

  it('fails with TAG_NOT_FOUND for foreign, removed and unknown tags', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { tag_id: theirs } = await bob.tag.create({ name: 'Work' });
    const { tag_id: gone } = await alice.tag.create({ name: 'Gone' });
    await alice.tag.remove({ tag_id: gone });
    for (const tag_id of [theirs, gone, 'nothing', '', '\u0000'])
      await refused(alice.tag.rename({ tag_id, name: 'Mine' }), 'TAG_NOT_FOUND');
    expect((await bob.tag.list()).map((tag) => tag.tag_name)).to.deep.equal(['Work']);
  });

  it('is refused to a viewer and to strangers, and for an invalid name', async () => {
    const { members } = await newHub({ viewer: 3, alice: 7 });
    const { tag_id } = await members.alice.tag.create({ name: 'Work' });
    await refusedToOthers('tag.rename', { tag_id, name: 'Mine' }, members.viewer);
    await refusedInputs(members.alice, 'tag.rename', [
      ['tag_id', { name: 'Mine' }],
      ['tag_id', { tag_id: 7, name: 'Mine' }],
      ['name', { tag_id }],
      ['name', { tag_id, name: '' }],
      ['name', { tag_id, name: 'two\nlines' }],
    ]);
    expect((await members.alice.tag.list()).map((tag) => tag.tag_name)).to.deep.equal(['Work']);
  });
});

describe('tag.remove', () => {
  it('removes a tag, and keeps its conversations', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    using mine = await alice.device();
    const room = await newRoom(alice, bob);
    const [work, fun] = [
      await alice.tag.create({ name: 'Work' }),
      await alice.tag.create({ name: 'Fun' }),
    ];
    await alice.tag.assign({ entity_id: room, tag_ids: [work.tag_id, fun.tag_id] });
    expect(await alice.tag.remove({ tag_id: work.tag_id })).to.deep.equal({ ok: 1 });
    expect((await mine.next('tag.remove')).data).to.deep.equal({ tag_id: work.tag_id });
    expect((await alice.chat.chat_room_info({ key: room })).tag_ids).to.deep.equal([fun.tag_id]);
    await refused(alice.chat.chat_rooms({ tag_id: work.tag_id }), 'TAG_NOT_FOUND');
  });

  it('fails with TAG_NOT_FOUND for foreign and removed tags', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { tag_id: theirs } = await bob.tag.create({ name: 'Work' });
    const { tag_id: gone } = await alice.tag.create({ name: 'Gone' });
    await alice.tag.remove({ tag_id: gone });
    for (const tag_id of [theirs, gone, 'nothing', ''])
      await refused(alice.tag.remove({ tag_id }), 'TAG_NOT_FOUND');
    expect(await bob.tag.list()).to.have.length(1);
  });

  it('is refused to a viewer and to strangers, and without an id', async () => {
    const { members } = await newHub({ viewer: 3, alice: 7 });
    await refusedToOthers('tag.remove', { tag_id: 'x' }, members.viewer);
    await refusedInputs(members.alice, 'tag.remove', [
      ['tag_id', {}],
      ['tag_id', { tag_id: ['x'] }],
    ]);
  });
});

describe('tag.assign', () => {
  it('replaces the tags of a room or a direct conversation, for the caller alone', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const [a, b] = [await alice.tag.create({ name: 'A' }), await alice.tag.create({ name: 'B' })];
    const tags = [a.tag_id, b.tag_id].sort();
    expect(await alice.tag.assign({ entity_id: room, tag_ids: [...tags, a.tag_id] })).to.deep.equal(
      {
        entity_id: room,
        tag_ids: tags,
      },
    );
    await alice.tag.assign({ entity_id: room, tag_ids: [b.tag_id] });
    expect((await alice.chat.chat_room_info({ key: room })).tag_ids).to.deep.equal([b.tag_id]);
    expect((await bob.chat.chat_room_info({ key: room })).tag_ids).to.deep.equal([]);

    await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    await alice.tag.assign({ entity_id: bob.id, tag_ids: [b.tag_id] });
    const under = await alice.chat.chat_rooms({ tag_id: b.tag_id });
    expect(under.map((row) => row.entity_id)).to.have.members([room, bob.id]);
    await alice.tag.assign({ entity_id: room, tag_ids: [] });
    expect(
      (await alice.chat.chat_rooms({ tag_id: b.tag_id })).map((row) => row.entity_id),
    ).to.deep.equal([bob.id]);
  });

  it('publishes to the caller’s devices, and nothing if unchanged', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const { tag_id } = await alice.tag.create({ name: 'A' });
    using mine = await alice.device();
    using theirs = await bob.device();
    for (const _ of [1, 2]) await alice.tag.assign({ entity_id: room, tag_ids: [tag_id] });
    expect((await mine.next('tag.assign')).data).to.deep.equal({
      entity_id: room,
      tag_ids: [tag_id],
    });
    await alice.chat.post({ entity_id: room, message: 'next' });
    await mine.next('chat.post');
    await theirs.next('chat.post');
    expect([mine.received.length, theirs.received.length]).to.deep.equal([2, 1]);
  });

  it('fails with TAG_NOT_FOUND for any foreign tag, and changes nothing', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const mine = await alice.tag.create({ name: 'A' });
    const theirs = await bob.tag.create({ name: 'B' });
    await alice.tag.assign({ entity_id: room, tag_ids: [mine.tag_id] });
    for (const foreign of [theirs.tag_id, 'nothing', ''])
      await refused(
        alice.tag.assign({ entity_id: room, tag_ids: [mine.tag_id, foreign] }),
        'TAG_NOT_FOUND',
      );
    expect((await alice.chat.chat_room_info({ key: room })).tag_ids).to.deep.equal([mine.tag_id]);
  });

  it('fails with ROOM_NOT_FOUND for foreign rooms, foreign and unknown members', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { members: others } = await newHub({ stranger: 7 });
    const { alice, bob } = members;
    const theirs = await newRoom(bob);
    for (const entity_id of [theirs, others.stranger.id, alice.id, 'nobody', ''])
      await refused(alice.tag.assign({ entity_id, tag_ids: [] }), 'ROOM_NOT_FOUND');
  });

  it('is refused to a viewer and to strangers, and for an invalid list', async () => {
    const { members } = await newHub({ viewer: 3, alice: 7 });
    const entity_id = members.alice.id;
    await refusedToOthers('tag.assign', { entity_id, tag_ids: [] }, members.viewer);
    await refusedInputs(members.alice, 'tag.assign', [
      ['entity_id', { tag_ids: [] }],
      ['entity_id', { entity_id: 7, tag_ids: [] }],
      ['tag_ids', { entity_id }],
      ['tag_ids', { entity_id, tag_ids: 'x' }],
      ['tag_ids', { entity_id, tag_ids: [7] }],
      ['tag_ids', { entity_id, tag_ids: Array.from({ length: 101 }, () => 'x') }],
    ]);
    await refused(
      clientOf(members.alice.token, 'nowhere').tag.assign({ entity_id, tag_ids: [] }),
      'PERMISSION_DENIED',
    );
  });

  it('leaves no conversation with a tag that is removed concurrently', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    const room = await newRoom(alice);
    for (let round = 0; round < 20; round++) {
      const { tag_id } = await alice.tag.create({ name: `Tag ${round}` });
      const assign = () => alice.tag.assign({ entity_id: room, tag_ids: [tag_id] });
      const remove = () => alice.tag.remove({ tag_id });
      const calls = round % 2 === 0 ? [assign, remove] : [remove, assign];
      for (const outcome of await Promise.allSettled<unknown>(calls.map((call) => call())))
        if (outcome.status === 'rejected') expect(outcome.reason.code).to.equal('TAG_NOT_FOUND');
      expect(await alice.tag.list()).to.deep.equal([]);
      expect((await alice.chat.chat_room_info({ key: room })).tag_ids).to.deep.equal([]);
      expect((await tagEvents(alice)).at(-1)?.name).to.equal('tag.remove');
    }
  });
});
