import { expect } from 'chai';
import { type Member, newHub, newRoom, refused } from '../support/hub.ts';

const seqOf = async (member: Member): Promise<number> =>
  (await member.chat.sync({ since: 0, limit: 1000 })).seq;

describe('the sequence of a hub', () => {
  it('has no gap over concurrent mixed calls, failing ones included', async () => {
    const { members } = await newHub({ alice: 31, bob: 7, carol: 7, dan: 7 });
    const all: Member[] = Object.values(members);
    const { alice, bob, carol, dan } = members;
    const rooms = await Promise.all([
      newRoom(alice, bob, carol, dan),
      newRoom(bob, alice, carol, dan),
    ]);
    const first = await Promise.all(
      rooms.map((room) => alice.chat.post({ entity_id: room, message: 'first', echoId: 'first' })),
    );
    const calls = Array.from({ length: 12 }, (_, n) => {
      const me = all[n % 4] as Member;
      const peer = all[(n + 1) % 4] as Member;
      const room = rooms[n % 2] as string;
      const source = first[n % 2]?.message_id ?? '';
      return [
        () => me.chat.post({ entity_id: room, message: `${n}` }),
        () => me.chat.post({ entity_id: peer.id, message: `${n}` }),
        () => alice.chat.post({ entity_id: room, message: 'first', echoId: 'first' }),
        () => me.chat.post({ entity_id: 'nobody', message: `${n}` }),
        () => me.chat.post({ entity_id: room, message: `${n}`, thread_id: 'nothing' }),
        () => me.chat.forward({ entities: [...rooms, peer.id], nodes: { messages: [source] } }),
        () => me.chat.forward({ entities: [room, 'nobody'], nodes: { messages: [source] } }),
        () => me.chat.acknowledge({ message_id: source }),
        () =>
          me.chat.change_status({ entity_id: room, status: n % 3 === 0 ? 'active' : 'archived' }),
        () => me.tag.create({ name: `Tag ${n}` }),
        () => me.room.create({ name: `Room ${n}`, user_ids: [peer.id] }),
        () => me.room.update({ entity_id: room, name: `Name ${n}` }),
        () => me.chat.delete({ option: 'all', messages: [source] }),
      ];
    }).flat();
    const outcomes = await Promise.allSettled(calls.map((call) => call()));
    for (const outcome of outcomes)
      if (outcome.status === 'rejected')
        expect(outcome.reason.code).to.be.oneOf([
          'INVALID_CONTACT',
          'INVALID_THREAD',
          'INVALID_RECIPIENT',
          'INVALID_MESSAGES',
          'INVALID_OPTION',
          'MESSAGE_NOT_FOUND',
        ]);
    const seq = await seqOf(alice);
    const seen = new Set<number>();
    const streams = new Map<string, number[]>();
    for (const member of all) {
      const { events, more, recovered } = await member.chat.sync({ since: 0, limit: 1000 });
      expect([more, recovered]).to.deep.equal([false, true]);
      for (const event of events) {
        if (seen.has(event.seq)) continue;
        seen.add(event.seq);
        const stream = streams.get(event.stream) ?? [];
        stream[event.prev] = event.seq;
        streams.set(event.stream, stream);
      }
    }
    expect(
      [...seen].sort((a, b) => a - b),
      'each number is visible to a member',
    ).to.deep.equal(Array.from({ length: seq }, (_, n) => n + 1));
    let chained = 0;
    for (const next of streams.values())
      for (let at = next[0]; at !== undefined; at = next[at]) chained++;
    expect(chained, 'each stream is one chain').to.equal(seq);
  });

  it('is the same for all participants of a room, and orders its messages', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const all: Member[] = Object.values(members);
    const room = await newRoom(members.alice, members.bob, members.carol);
    await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        (all[n % 3] as Member).chat.post({ entity_id: room, message: `${n}` }),
      ),
    );
    const lists = await Promise.all(
      all.map((member) => member.chat.messages({ entity_id: room, limit: 100 })),
    );
    const logs = await Promise.all(all.map((member) => member.chat.sync({ since: 0 })));
    for (const [n, rows] of lists.entries()) {
      expect(rows.map((row) => row.message_id)).to.deep.equal(
        lists[0]?.map((row) => row.message_id),
      );
      const posted = logs[n]?.events.filter((event) => event.name === 'chat.post') ?? [];
      expect(posted.map((event) => event.data.message_id).reverse()).to.deep.equal(
        rows.map((row) => row.message_id),
      );
    }
  });

  it('gives the events of one call consecutive numbers under concurrency', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob, carol);
    const sources = await Promise.all(
      [1, 2, 3].map((n) =>
        alice.chat.post({ entity_id: room, message: `${n}` }).then((post) => post.message_id),
      ),
    );
    const noise = Array.from({ length: 20 }, (_, n) =>
      bob.chat.post({ entity_id: carol.id, message: `${n}` }),
    );
    const forwards = await Promise.all(
      Array.from({ length: 4 }, () =>
        alice.chat.forward({ entities: [room, bob.id, carol.id], nodes: { messages: sources } }),
      ),
    );
    await Promise.all(noise);
    for (const rows of forwards) {
      const seqs = rows.map((row) => row.seq).sort((a, b) => a - b);
      expect(seqs).to.deep.equal(seqs.map((_, n) => (seqs[0] ?? 0) + n));
    }
  });

  it('gives no number to a call that changes nothing', async () => {
    const { members } = await newHub({ alice: 31, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob);
    const post = await bob.chat.post({ entity_id: room, message: 'Hi', echoId: 'a-key' });
    const { tag_id } = await alice.tag.create({ name: 'Tag' });
    await alice.tag.assign({ entity_id: room, tag_ids: [tag_id] });
    await alice.chat.acknowledge({ message_id: post.message_id });
    const [copy] = await alice.chat.forward({
      entities: [room],
      nodes: { messages: [post.message_id] },
      echoId: 'a-key',
    });
    await alice.contact.block({ entity_id: carol.id });
    const seq = await seqOf(alice);
    const idle: Record<string, () => Promise<unknown>> = {
      'a replayed post': () => bob.chat.post({ entity_id: room, message: 'Hi', echoId: 'a-key' }),
      'a replayed forward': () =>
        alice.chat.forward({
          entities: [room],
          nodes: { messages: [post.message_id] },
          echoId: 'a-key',
        }),
      'a pointer that stands there': () => alice.chat.acknowledge({ message_id: post.message_id }),
      'a restored room that was not archived': () =>
        alice.chat.change_status({ entity_id: room, status: 'active' }),
      'the same name': () => alice.room.update({ entity_id: room, name: 'Room' }),
      'a participant added': () => alice.room.add({ entity_id: room, user_id: bob.id }),
      'a stranger removed': () => alice.room.remove({ entity_id: room, user_id: carol.id }),
      'a block that stands': () => alice.contact.block({ entity_id: carol.id }),
      'no block to take back': () => alice.contact.unblock({ entity_id: bob.id }),
      'the same tags': () => alice.tag.assign({ entity_id: room, tag_ids: [tag_id] }),
      'the same tag name': () => alice.tag.rename({ tag_id, name: 'Tag' }),
      'a tag that is there': () => alice.tag.create({ name: 'Tag' }),
      'the same privilege': () => alice.hub.set_privilege({ user_id: bob.id, privilege: 7 }),
      reading: () => alice.chat.chat_rooms(),
    };
    for (const [what, call] of Object.entries(idle)) {
      await call();
      expect(await seqOf(alice), what).to.equal(seq);
    }
    await refused(
      alice.chat.delete({ option: 'all', messages: [copy?.message_id ?? '', 'no'] }),
      'INVALID_MESSAGES',
    );
    expect(await seqOf(alice)).to.equal(seq);
    await bob.chat.post({ entity_id: room, message: 'something' });
    expect(await seqOf(alice)).to.equal(seq + 1);
  });

  it('is separate for each hub', async () => {
    const [one, two] = [await newHub({ alice: 7, bob: 7 }), await newHub({ carol: 7, dan: 7 })];
    const post = (from: Member, to: Member) => from.chat.post({ entity_id: to.id, message: 'Hi' });
    const before = await seqOf(two.members.carol);
    const replies = await Promise.all([
      ...[1, 2, 3].map(() => post(one.members.alice, one.members.bob)),
      post(two.members.carol, two.members.dan),
    ]);
    expect(replies.at(-1)?.seq).to.equal(before + 1);
  });
});
