import { expect } from 'chai';
import { uploadIds } from '../../support/files.ts';
import { type Member, newHub, newRoom, raw, refused } from '../../support/hub.ts';
import { untyped } from '../../support/untyped.ts';

describe('chat.post', () => {
  it('returns the sender’s copy, with their own counters', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    await bob.chat.post({ entity_id: alice.id, message: 'unread for Alice' });
    const room = await newRoom(alice, bob);
    const reply = await alice.chat.post({ entity_id: room, message: 'Hi', echoId: 'k1' });
    expect(reply).to.deep.include({
      entity_id: room,
      room_id: room,
      message: 'Hi',
      author_id: alice.id,
      to_id: alice.id,
      is_attachment: 0,
      thread: null,
      thread_id: null,
      version: 1,
      room: 0,
      total: 1,
      echoId: 'k1',
    });
    expect(reply.entity).to.deep.equal({
      id: alice.id,
      firstname: 'alice',
      lastname: 'Test',
      surname: 'alice Test',
    });
    expect(Math.abs(reply.ctime_ms - Date.now())).to.be.below(5000);
  });

  it('reaches every device of both sides of a direct conversation, and no others', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    using sender = await alice.device();
    using other = await alice.device();
    using receiver = await bob.device();
    using stranger = await carol.device();
    const reply = await alice.chat.post({ entity_id: bob.id, message: 'Hi Bob', echoId: '17' });
    for (const device of [sender, other])
      expect(await device.next('chat.post')).to.include({
        entity_id: bob.id,
        seq: reply.seq,
        echoId: '17',
      });
    const received = await receiver.next('chat.post');
    expect(received).to.include({
      entity_id: alice.id,
      room_id: reply.room_id,
      actor_id: alice.id,
      stream: reply.room_id,
      prev: 0,
    });
    expect(received.data).to.include({ message_id: reply.message_id, message: 'Hi Bob' });
    await carol.chat.post({ entity_id: alice.id, message: 'the only event' });
    await stranger.next('chat.post');
    expect(stranger.received).to.have.length(1);
  });

  it('fails with INVALID_CONTACT for the caller, unknown ids, and rooms of others', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const theirs = await newRoom(bob, carol);
    for (const entity of [alice.id, 'nobody', '', theirs, '\u0000'])
      await refused(alice.chat.post({ entity_id: entity, message: 'Hi' }), 'INVALID_CONTACT');
  });

  it('fails with INVALID_INPUT, naming the bad parameter', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const bad = async (body: object, name: string) => {
      const { status, body: answer } = await raw('chat.post', {
        token: alice.token,
        hubId: alice.hubId,
        body,
      });
      expect([status, answer.error]).to.deep.equal([400, 'INVALID_INPUT']);
      expect(answer.details.join()).to.contain(name);
    };
    await bad({ message: 'Hi' }, 'entity_id');
    await bad({ entity_id: 7, message: 'Hi' }, 'entity_id');
    await bad({ entity_id: bob.id, message: ' \n\t' }, 'message');
    await bad({ entity_id: bob.id, message: 'x'.repeat(10_001) }, 'message');
    await bad({ entity_id: bob.id, message: '\ud800' }, 'message');
    await bad({ entity_id: bob.id, message: 'Hi', echoId: 'ä' }, 'echoId');
    await bad({ entity_id: bob.id, message: 'Hi', mention_ids: ['nobody'] }, 'mention_ids');
    expect(await alice.chat.messages({ entity_id: bob.id })).to.deep.equal([]);
    const long = '😀'.repeat(10_000);
    expect((await alice.chat.post({ entity_id: bob.id, message: long })).message).to.equal(long);
  });

  it('fails with ROOM_ARCHIVED in a room archived for all, until it is restored', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    await alice.chat.change_status({ entity_id: room, status: 'archived', for: 'all' });
    for (const member of [alice, bob])
      await refused(member.chat.post({ entity_id: room, message: 'Hi' }), 'ROOM_ARCHIVED');
    await alice.chat.change_status({ entity_id: room, status: 'active', for: 'all' });
    await bob.chat.post({ entity_id: room, message: 'Hi' });
  });

  it('attaches the author’s staged files once, else fails with INVALID_ATTACHMENT', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const [file = '', other = ''] = await uploadIds(alice, 2);
    const [theirs = ''] = await uploadIds(bob, 1);
    for (const bad of ['nothing', 'not an id', theirs])
      await refused(
        alice.chat.post({ entity_id: bob.id, message: 'Hi', attachment: [file, bad] }),
        'INVALID_ATTACHMENT',
      );
    await refused(
      alice.chat.post({ entity_id: bob.id, attachment: untyped(file) }),
      'INVALID_INPUT',
    );
    const call = { entity_id: bob.id, attachment: [file], echoId: 'a-key' };
    const reply = await alice.chat.post(call);
    expect(reply, 'no text is needed').to.include({
      message: '',
      is_attachment: 1,
      attachment_count: 1,
    });
    expect(
      (await alice.chat.post(call)).message_id,
      'a replay, although the file is attached',
    ).to.equal(reply.message_id);
    await refused(
      alice.chat.post({ entity_id: bob.id, message: 'Hi', attachment: [file] }),
      'INVALID_ATTACHMENT',
    );
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => alice.chat.post({ entity_id: bob.id, attachment: [other] })),
    );
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).to.have.length(1);
    expect(await bob.chat.messages({ entity_id: alice.id })).to.have.length(2);
  });

  it('mentions participants only', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob);
    const mention = (entity: string, ids: string[]) =>
      alice.chat.post({ entity_id: entity, message: 'Hi', mention_ids: ids });
    expect((await mention(room, [bob.id, alice.id, bob.id])).mention_ids).to.deep.equal([
      bob.id,
      alice.id,
    ]);
    expect((await mention(bob.id, [bob.id])).mention_ids, 'also in a first message').to.deep.equal([
      bob.id,
    ]);
    for (const entity of [room, bob.id]) {
      const error = await refused(mention(entity, [bob.id, carol.id]), 'INVALID_INPUT');
      expect(error.details.join()).to.contain('mention_ids');
    }
    const [row] = await bob.chat.messages({ entity_id: room });
    expect(row?.mention_ids).to.deep.equal([bob.id, alice.id]);
  });

  it('gives fifty concurrent posts consecutive ordinals and seqs, and rising times', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, dan: 7, eve: 7 });
    const all = Object.values(members);
    const room = await newRoom(members.alice, ...all.slice(1));
    const { seq: before } = await members.alice.chat.sync({ since: 0 });
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        (all[n % all.length] as Member).chat.post({ entity_id: room, message: `message ${n}` }),
      ),
    );
    const inOrder = [...replies].sort((a, b) => a.ordinal - b.ordinal);
    expect(inOrder.map((reply) => reply.ordinal)).to.deep.equal(inOrder.map((_, n) => n + 1));
    expect(inOrder.map((reply) => reply.seq)).to.deep.equal(inOrder.map((_, n) => before + n + 1));
    for (const [n, reply] of inOrder.entries())
      expect(reply.ctime_ms).to.be.above(inOrder[n - 1]?.ctime_ms ?? 0, `of ordinal ${n + 1}`);
    const rows = await members.bob.chat.messages({ entity_id: room, limit: 100 });
    expect(rows.map((row) => row.message_id)).to.deep.equal(
      inOrder.map((reply) => reply.message_id).reverse(),
    );
  });

  it('fails with INVALID_CONTACT across a block in both directions, not in groups', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    await alice.chat.post({ entity_id: bob.id, message: 'before' });
    await alice.contact.block({ entity_id: bob.id });
    await refused(alice.chat.post({ entity_id: bob.id, message: 'Hi' }), 'INVALID_CONTACT');
    await refused(bob.chat.post({ entity_id: alice.id, message: 'Hi' }), 'INVALID_CONTACT');
    for (const member of [alice, bob]) await member.chat.post({ entity_id: room, message: 'Hi' });
    expect(
      await bob.chat.messages({ entity_id: alice.id }),
      'earlier messages stay readable',
    ).to.have.length(1);
    await alice.contact.unblock({ entity_id: bob.id });
    await bob.chat.post({ entity_id: alice.id, message: 'after' });
  });

  it('fails with INVALID_CONTACT while the peer is not a member of the hub', async () => {
    const { members, operator } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    await alice.chat.post({ entity_id: bob.id, message: 'before' });
    for (const member of [bob, carol]) {
      await operator.hub.remove_member({ user_id: member.id });
      await refused(alice.chat.post({ entity_id: member.id, message: 'Hi' }), 'INVALID_CONTACT');
    }
    expect(await alice.chat.messages({ entity_id: bob.id })).to.have.length(1);
    await operator.hub.add_member({ user_id: bob.id });
    await alice.chat.post({ entity_id: bob.id, message: 'after' });
    expect(await bob.chat.messages({ entity_id: alice.id })).to.have.length(2);
  });

  it('stores the text unchanged: controls, spaces, markup and line ends', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const texts = [
      '\u0000\u0001\u0007\u001b[31m\u007f\u0085',
      '  leading and trailing \r\n\t ',
      '<script>alert(1)</script> &amp; "\'\\` %s ? :name',
      'e\u0301 \u00e9 \u202e\u200d\ufeff\uffff \u{1f468}\u200d\u{1f469}\u{10ffff}',
      '\u2028\u2029',
    ];
    using device = await bob.device();
    for (const text of texts.slice(0, -1)) {
      expect((await alice.chat.post({ entity_id: bob.id, message: text })).message).to.equal(text);
      expect((await device.next('chat.post')).data).to.include({ message: text });
      expect((await bob.chat.messages({ entity_id: alice.id }))[0]?.message).to.equal(text);
    }
    await refused(
      alice.chat.post({ entity_id: bob.id, message: texts.at(-1) as string }),
      'INVALID_INPUT',
    );
  });

  it('rejects viewers and members of other hubs', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, viewer: 3 });
    const { alice, bob, viewer } = members;
    const elsewhere = await newHub({ eve: 7 });
    await refused(viewer.chat.post({ entity_id: bob.id, message: 'Hi' }), 'PERMISSION_DENIED');
    const body = { entity_id: bob.id, message: 'Hi' };
    const stranger = await raw('chat.post', {
      token: elsewhere.members.eve.token,
      hubId: alice.hubId,
      body,
    });
    expect(stranger.body.error).to.equal('PERMISSION_DENIED');
    await alice.chat.post({ entity_id: viewer.id, message: 'viewers can receive messages' });
  });
});
