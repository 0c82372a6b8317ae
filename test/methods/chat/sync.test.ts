import { expect } from 'chai';
import { clean } from '../../../service/jobs/cleaning.ts';
import { app } from '../../support/app.ts';
import { position } from '../../support/events.ts';
import { type Member, newHub, newRoom, raw, refused } from '../../support/hub.ts';
import { jobsOn } from '../../support/jobs.ts';

type Synced = Awaited<ReturnType<Member['chat']['sync']>>;

/** Everything after `since`, page by page. */
async function follow(member: Member, since: number, limit = 1000): Promise<Synced['events']> {
  const events: Synced['events'] = [];
  for (let from = since; ; ) {
    const page = await member.chat.sync({ since: from, limit });
    expect(page.recovered).to.equal(true);
    expect(page.events.length).to.be.at.most(limit);
    events.push(...page.events);
    if (!page.more) return events;
    from = page.seq;
  }
}

const names = (events: Synced['events']) => events.map((event) => event.name);

describe('chat.sync', () => {
  it('lists what a socket has received, equal in every field', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    using device = await bob.device();
    const room = await newRoom(alice, bob);
    const post = await alice.chat.post({ entity_id: room, message: 'Hi', echoId: 'a-key' });
    await bob.chat.acknowledge({ message_id: post.message_id });
    await alice.chat.forward({
      entities: [bob.id, room],
      nodes: { messages: [post.message_id] },
      echoId: '7',
    });
    await alice.room.update({ entity_id: room, name: 'Renamed' });
    await bob.chat.change_status({ entity_id: alice.id, status: 'archived' });
    const { tag_id } = await bob.tag.create({ name: 'Tag' });
    await bob.tag.assign({ entity_id: room, tag_ids: [tag_id] });
    await bob.tag.rename({ tag_id, name: 'Other' });
    await bob.tag.remove({ tag_id });
    await bob.contact.block({ entity_id: carol.id });
    await bob.contact.unblock({ entity_id: carol.id });
    await bob.chat.delete({ option: 'me', messages: [post.message_id] });
    await alice.room.add({ entity_id: room, user_id: carol.id });
    await alice.room.remove({ entity_id: room, user_id: bob.id });
    await device.next('room.remove');
    const events = await follow(bob, device.ready.seq);
    expect(names(events)).to.deep.equal(
      // Of the room that Bob has left, only the event that removed him.
      names(device.received as Synced['events']).filter(
        (name, n) => device.received[n]?.stream !== room || name === 'room.remove',
      ),
    );
    const received = new Map(device.received.map((event) => [event.seq, event]));
    for (const event of events) expect(event).to.deep.equal(received.get(event.seq));
    const others = await follow(alice, device.ready.seq);
    for (const event of others) {
      const { entity_id: _, notify: _own, ...same } = event;
      if (received.has(event.seq)) expect(received.get(event.seq)).to.deep.include(same);
    }
    expect(names(others)).to.not.include.members(['tag.create', 'contact.block', 'chat.delete']);
  });

  it('pages by limit, each event once, and returns the seq reached', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const start = await position(alice);
    for (let n = 0; n < 5; n++) {
      await alice.chat.post({ entity_id: bob.id, message: `${n}` });
      await bob.contact.block({ entity_id: carol.id });
      await bob.contact.unblock({ entity_id: carol.id });
      await carol.chat.post({ entity_id: alice.id, message: 'not Bob’s' });
    }
    const all = await follow(bob, start);
    expect(all).to.have.length(15);
    expect(all.map((event) => event.seq)).to.deep.equal(
      [...all].map((event) => event.seq).sort((a, b) => a - b),
    );
    for (const limit of [1, 2, 7, 15, 16])
      expect(await follow(bob, start, limit)).to.deep.equal(all);
    const first = await bob.chat.sync({ since: start, limit: 4 });
    expect([first.more, first.seq]).to.deep.equal([true, all[3]?.seq]);
    const last = await bob.chat.sync({ since: start, limit: 15 });
    expect([last.more, last.seq, last.first]).to.deep.equal([false, start + 20, 0]);
    expect((await bob.chat.sync({ since: start + 20 })).events).to.deep.equal([]);
  });

  it('clamps limit to its range, and rejects a bad since', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const start = await position(alice);
    await alice.chat.post({ entity_id: bob.id, message: 'one' });
    await alice.chat.post({ entity_id: bob.id, message: 'two' });
    expect((await bob.chat.sync({ since: start, limit: 0 })).events).to.have.length(1);
    expect((await bob.chat.sync({ since: start, limit: 99_999 })).events).to.have.length(2);
    const { token, hubId } = bob;
    const { body: byGet } = await raw('chat.sync', {
      token,
      hubId,
      verb: 'GET',
      query: `?since=${start + 1}&limit=1`,
    });
    expect(byGet.data.events).to.have.length(1);
    for (const since of [undefined, -1, 1.5, 'soon', null, []]) {
      const { body } = await raw('chat.sync', { token, hubId, body: { since } });
      expect([body.error, body.details?.join().includes('since')]).to.deep.equal([
        'INVALID_INPUT',
        true,
      ]);
    }
  });

  it('returns recovered false for a since beyond the end', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { seq } = await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    expect(await bob.chat.sync({ since: seq })).to.include({ seq, recovered: true, more: false });
    const beyond = await bob.chat.sync({ since: seq + 1 });
    expect(beyond).to.deep.equal({ events: [], seq, first: 0, more: false, recovered: false });
  });

  it('shows a late joiner the room’s events since they joined', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const start = await position(alice);
    const room = await newRoom(alice, bob);
    await alice.chat.post({ entity_id: room, message: 'before' });
    await alice.room.add({ entity_id: room, user_id: carol.id });
    await alice.chat.post({ entity_id: room, message: 'after' });
    const events = await follow(carol, start);
    expect(names(events)).to.deep.equal(['room.add', 'chat.post']);
    expect(events[1]?.data).to.include({ message: 'after' });
    expect(events[1]?.prev).to.equal(events[0]?.seq);
    expect(names(await follow(bob, start))).to.deep.equal([
      'room.create',
      'chat.post',
      'room.add',
      'chat.post',
    ]);
    expect(
      await carol.chat.messages({ entity_id: room }),
      'the whole history is readable',
    ).to.have.length(2);
  });

  it('shows a removed member only their removal, and new events once they rejoin', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const start = await position(alice);
    const room = await newRoom(alice, bob);
    await alice.chat.post({ entity_id: room, message: 'secret' });
    await alice.room.remove({ entity_id: room, user_id: bob.id });
    await alice.chat.post({ entity_id: room, message: 'behind their back' });
    const events = await follow(bob, start);
    expect(names(events)).to.deep.equal(['room.remove']);
    expect(events[0]).to.include({ entity_id: room, room_id: room, actor_id: alice.id });
    await alice.room.add({ entity_id: room, user_id: bob.id });
    await alice.chat.post({ entity_id: room, message: 'again' });
    const back = await follow(bob, start);
    expect(names(back)).to.deep.equal(['room.remove', 'room.add', 'chat.post']);
    expect(JSON.stringify(back)).to.not.contain('secret').and.to.not.contain('behind');
  });

  it('shows hides, archives, tags and blocks to their owner only', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { message_id: id, seq } = await bob.chat.post({ entity_id: alice.id, message: 'Hi' });
    await alice.chat.delete({ option: 'me', messages: [id] });
    await alice.chat.change_status({ entity_id: bob.id, status: 'archived' });
    const { tag_id } = await alice.tag.create({ name: 'Tag' });
    await alice.tag.assign({ entity_id: bob.id, tag_ids: [tag_id] });
    await alice.contact.block({ entity_id: bob.id });
    const own = await follow(alice, seq);
    expect(names(own)).to.deep.equal([
      'chat.delete',
      'chat.change_status',
      'tag.create',
      'tag.assign',
      'contact.block',
    ]);
    expect(own.map((event) => event.stream)).to.deep.equal(own.map(() => alice.id));
    expect(
      own.slice(0, 2).map((event) => event.entity_id),
      'the conversation concerned',
    ).to.deep.equal([bob.id, bob.id]);
    expect(own.slice(1).map((event) => event.prev)).to.deep.equal(
      own.slice(0, -1).map((event) => event.seq),
    );
    expect(await follow(bob, seq)).to.deep.equal([]);
  });

  it('lists a deleted message without its text, at its place and under its name', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const post = await alice.chat.post({ entity_id: bob.id, message: 'secret' });
    const reply = await bob.chat.post({
      entity_id: alice.id,
      message: 'reply',
      thread_id: post.message_id,
    });
    const [copy] = await alice.chat.forward({
      entities: [bob.id],
      nodes: { messages: [post.message_id] },
    });
    await alice.chat.delete({ option: 'all', messages: [post.message_id, copy?.message_id ?? ''] });
    const events = await follow(bob, post.seq - 1);
    expect(names(events)).to.deep.equal([
      'chat.post',
      'chat.post',
      'chat.forward',
      'chat.delete',
      'chat.delete',
    ]);
    expect(events.map((event) => event.seq)).to.deep.equal(
      [1, 2, 3, 4, 5].map((n) => post.seq - 1 + n),
    );
    const { room_id } = post;
    expect(events[0]?.data).to.deep.equal({ message_id: post.message_id, room_id, deleted: 1 });
    expect(events[2]?.data).to.deep.equal({ message_id: copy?.message_id, room_id, deleted: 1 });
    expect(events[1]?.data).to.deep.include({
      message_id: reply.message_id,
      thread: { message: 'DELETED', message_id: post.message_id },
    });
    expect(JSON.stringify(events)).to.not.contain('secret');
  });

  it('leads from an old state to the current one', async () => {
    const { members } = await newHub({ alice: 15, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const rooms = [await newRoom(alice, bob, carol), await newRoom(bob, alice)];
    const ids: string[] = [];
    for (let n = 0; n < 24; n++) {
      const from = [alice, bob][n % 2] as Member;
      const entity = [...rooms, from === alice ? bob.id : alice.id][n % 3] as string;
      ids.push((await from.chat.post({ entity_id: entity, message: `${n}` })).message_id);
      if (n % 6 === 5) await alice.chat.delete({ option: 'all', messages: [ids[n - 3] as string] });
      if (n % 6 === 4) await bob.chat.delete({ option: 'me', messages: [ids[n - 3] as string] });
      if (n % 8 === 7) {
        const [copy] = await bob.chat.forward({
          entities: [rooms[0] as string],
          nodes: { messages: [ids[n] ?? ''] },
        });
        ids[n] = copy?.message_id ?? '';
      }
      if (n === 12) await bob.room.update({ entity_id: rooms[1] as string, name: 'Renamed' });
      if (n === 15)
        await bob.room.remove({ entity_id: rooms[0] as string, user_id: carol.id }).catch(() => {});
      if (n === 18)
        await alice.chat.change_status({ entity_id: rooms[0] as string, status: 'archived' });
    }
    interface Room {
      name?: unknown;
      messages: Map<string, unknown>;
    }
    const nothing = (): Room => ({ messages: new Map() });
    const state = new Map<string, Room>();
    const hidden = new Set<unknown>();
    for (const { name, entity_id, data } of await follow(bob, 0, 5)) {
      const room = state.get(entity_id) ?? nothing();
      if (name === 'room.create' || name === 'room.update') room.name = data.name;
      if ((name === 'chat.post' || name === 'chat.forward') && !data.deleted)
        room.messages.set(data.message_id as string, data.message);
      if (name === 'chat.delete') hidden.add(data.message_id);
      if (entity_id !== bob.id) state.set(entity_id, room);
    }
    const fresh = await bob.chat.chat_rooms();
    expect([...state.keys()].sort()).to.deep.equal(fresh.map((row) => row.entity_id).sort());
    for (const row of fresh) {
      const { name, messages } = state.get(row.entity_id) ?? nothing();
      if (row.flag === 'share') expect(name).to.equal(row.group_name);
      const listed = await bob.chat.messages({
        entity_id: row.entity_id,
        limit: 100,
        mark_read: 0,
      });
      const kept = [...messages].filter(([id]) => !hidden.has(id));
      expect(kept.reverse()).to.deep.equal(
        listed.map(({ message_id, message }) => [message_id, message]),
      );
    }
  });

  it('returns recovered false, and no events, when the log does not reach back', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const start = await position(alice);
    const room = await newRoom(alice, bob);
    await alice.chat.post({ entity_id: room, message: 'Hi' });
    const { seq } = await bob.chat.sync({ since: 0 });
    const age = async (days: number) => {
      const { pool } = app();
      await pool.query('UPDATE events SET created_ms = ? WHERE hub_id = ?', [
        Date.now() - days * 86_400_000,
        bob.hubId,
      ]);
      await clean(jobsOn(pool), 30);
    };
    await age(29);
    expect(await follow(bob, start)).to.have.length(2);
    await age(31);
    const { first, ...rest } = await bob.chat.sync({ since: 0 });
    expect(first).to.be.within(1, seq);
    expect(rest).to.deep.equal({ events: [], seq, more: false, recovered: false });
    expect(await bob.chat.sync({ since: first - 1 })).to.include({ recovered: false });
    expect(await bob.chat.sync({ since: first })).to.include({ recovered: true, seq });
    await alice.chat.post({ entity_id: room, message: 'after' });
    expect(names(await follow(bob, seq))).to.deep.equal(['chat.post']);
    expect(await bob.chat.messages({ entity_id: room }), 'messages stay').to.have.length(2);
  });

  it('rejects members of other hubs and members removed from the hub', async () => {
    const { members, operator } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const elsewhere = await newHub({ eve: 7 });
    const { seq } = await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    await operator.hub.remove_member({ user_id: bob.id });
    await refused(bob.chat.sync({ since: 0 }), 'PERMISSION_DENIED');
    const { eve } = elsewhere.members;
    const { body } = await raw('chat.sync', {
      token: eve.token,
      hubId: alice.hubId,
      body: { since: 0 },
    });
    expect(body.error).to.equal('PERMISSION_DENIED');
    expect((await alice.chat.sync({ since: seq - 1 })).events).to.have.length(1);
  });

  it('ends a page of large messages at about 1 MiB, and pages through all once', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const start = await position(alice);
    const message = '😀'.repeat(10_000);
    const posts = Array.from({ length: 30 }, () => alice.chat.post({ entity_id: bob.id, message }));
    const posted = (await Promise.all(posts)).map((post) => post.seq).sort((a, b) => a - b);
    const first = await bob.chat.sync({ since: start, limit: 1000 });
    expect([first.more, first.seq]).to.deep.equal([true, first.events.at(-1)?.seq]);
    expect(Buffer.byteLength(JSON.stringify(first))).to.be.within(500_000, 1_200_000);
    expect((await follow(bob, start)).map((event) => event.seq)).to.deep.equal(posted);
  });
});
