import { expect } from 'chai';
import { uploadIds } from '../../support/files.ts';
import { type Member, newHub, newRoom, raw, refused } from '../../support/hub.ts';
import { untyped } from '../../support/untyped.ts';
import { eventually } from '../../support/wait.ts';

describe('chat.post', () => {
  it('answers the sender’s copy, with his own counters', async () => {
    const { members, id } = await newHub({ alice: 7, bob: 7 });
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
    void id;
  });

  it('reaches every device of both sides of a direct conversation, and nobody else', async () => {
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
    const heard = await receiver.next('chat.post');
    expect(heard).to.include({
      entity_id: alice.id,
      room_id: reply.room_id,
      actor_id: alice.id,
      stream: reply.room_id,
      prev: 0,
    });
    expect(heard.data).to.include({ message_id: reply.message_id, message: 'Hi Bob' });
    await carol.chat.post({ entity_id: alice.id, message: 'something that Carol does hear' });
    await stranger.next('chat.post');
    expect(stranger.heard).to.have.length(1);
  });

  it('posts once for a repeated echoId, also when both arrive at once', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const post = () => alice.chat.post({ entity_id: bob.id, message: 'once', echoId: 'a-key' });
    const replies = await Promise.all([post(), post(), post(), post()]);
    expect(new Set(replies.map((reply) => reply.message_id)).size).to.equal(1);
    expect(await bob.chat.messages({ entity_id: alice.id })).to.have.length(1);
    await refused(
      alice.chat.post({ entity_id: bob.id, message: 'another', echoId: 'a-key' }),
      'ECHO_ID_CONFLICT',
    );
  });

  it('takes an echoId of digits as a tab’s counter, never as a key', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const first = await alice.chat.post({ entity_id: bob.id, message: 'one', echoId: '1' });
    const second = await alice.chat.post({ entity_id: bob.id, message: 'one', echoId: '1' });
    expect(second.message_id).to.not.equal(first.message_id);
  });

  it('fails with INVALID_CONTACT for oneself, nobody, and a room one is not in', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const theirs = await newRoom(bob, carol);
    for (const entity of [alice.id, 'nobody', '', theirs, '\u0000'])
      await refused(alice.chat.post({ entity_id: entity, message: 'Hi' }), 'INVALID_CONTACT');
  });

  it('fails with INVALID_INPUT for what is no message, naming it', async () => {
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

  describe('threads', () => {
    it('shows the message that it answers, in the reply, the event and the history', async () => {
      const { members } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      const asked = await alice.chat.post({ entity_id: bob.id, message: 'question' });
      using device = await alice.device();
      const answer = await bob.chat.post({
        entity_id: alice.id,
        message: 'answer',
        thread_id: asked.message_id,
      });
      const thread = {
        message_id: asked.message_id,
        message: 'question',
        author_id: alice.id,
        is_attachment: 0,
        entity: asked.entity,
      };
      expect([answer.thread_id, answer.thread]).to.deep.equal([asked.message_id, thread]);
      expect((await device.next('chat.post')).data).to.deep.include({
        thread_id: asked.message_id,
        thread,
      });
      const [row] = await alice.chat.messages({ entity_id: bob.id });
      expect(row?.thread).to.deep.equal(thread);
      const deeper = await alice.chat.post({
        entity_id: bob.id,
        message: 'thanks',
        thread_id: answer.message_id,
      });
      expect(deeper.thread).to.include({ message_id: answer.message_id, message: 'answer' });
      expect(
        (await alice.chat.post({ entity_id: bob.id, message: 'none', thread_id: null })).thread,
      ).to.equal(null);
    });

    it('fails with INVALID_THREAD for a message of another conversation, or one not to be seen', async () => {
      const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
      const { alice, bob, carol } = members;
      const to = async (from: Member, entity: string) =>
        (await from.chat.post({ entity_id: entity, message: 'Hi' })).message_id;
      const good = await to(alice, bob.id);
      const elsewhere = await to(alice, carol.id);
      const foreign = await to(bob, carol.id);
      const hidden = await to(bob, alice.id);
      const deleted = await to(bob, alice.id);
      await alice.chat.delete({ option: 'me', messages: [hidden] });
      await bob.chat.delete({ option: 'all', messages: [deleted] });
      for (const thread of [elsewhere, foreign, hidden, deleted, 'nothing', 'not an id', '\u0000'])
        await refused(
          alice.chat.post({ entity_id: bob.id, message: 'Hi', thread_id: thread }),
          'INVALID_THREAD',
        );
      await refused(
        alice.chat.post({ entity_id: bob.id, thread_id: untyped(7), message: 'Hi' }),
        'INVALID_INPUT',
      );
      await alice.chat.post({ entity_id: bob.id, message: 'Hi', thread_id: good });
      await bob.chat.post({
        entity_id: alice.id,
        message: 'hidden from Alice alone',
        thread_id: hidden,
      });
    });
  });

  describe('a repeated echoId', () => {
    it('is answered in a room that was archived since, and by nothing else there', async () => {
      const { members } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      const room = await newRoom(alice, bob);
      const call = { entity_id: room, message: 'once', echoId: 'a-key' };
      const first = await bob.chat.post(call);
      await alice.chat.change_status({ entity_id: room, status: 'archived', for: 'all' });
      expect((await bob.chat.post(call)).message_id).to.equal(first.message_id);
      await refused(bob.chat.post({ ...call, message: 'another' }), 'ECHO_ID_CONFLICT');
      await refused(bob.chat.post({ ...call, echoId: 'b-key' }), 'ROOM_ARCHIVED');
    });

    it('is refused to one who was removed or blocked since', async () => {
      const { members } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      const room = await newRoom(alice, bob);
      const inRoom = { entity_id: room, message: 'once', echoId: 'a-key' };
      const direct = { entity_id: alice.id, message: 'once', echoId: 'a-key' };
      const first = await bob.chat.post(inRoom);
      await bob.chat.post(direct);
      await alice.room.remove({ entity_id: room, user_id: bob.id });
      await alice.contact.block({ entity_id: bob.id });
      await refused(bob.chat.post(inRoom), 'INVALID_CONTACT');
      await refused(bob.chat.post(direct), 'INVALID_CONTACT');
      await alice.contact.unblock({ entity_id: bob.id });
      await alice.room.add({ entity_id: room, user_id: bob.id });
      expect((await bob.chat.post(inRoom)).message_id, 'when he is back').to.equal(
        first.message_id,
      );
    });

    it('answers a message that was deleted since, without its text', async () => {
      const { members } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      const call = { entity_id: bob.id, message: 'secret', echoId: 'a-key' };
      const first = await alice.chat.post(call);
      await alice.chat.delete({ option: 'all', messages: [first.message_id] });
      expect(await alice.chat.post(call)).to.include({
        message_id: first.message_id,
        message: '',
        deleted: 1,
      });
      await refused(alice.chat.post({ ...call, message: 'another' }), 'ECHO_ID_CONFLICT');
      expect(await bob.chat.messages({ entity_id: alice.id })).to.deep.equal([]);
    });

    it('is compared bytewise, by author and room, up to 64 characters', async () => {
      const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
      const { alice, bob, carol } = members;
      const ids = new Set<string>();
      const post = async (from: Member, to: Member, echoId: string) => {
        const reply = await from.chat.post({ entity_id: to.id, message: 'Hi', echoId });
        expect(reply.echoId).to.equal(echoId);
        ids.add(reply.message_id);
      };
      const longest = 'k'.repeat(64);
      for (const key of ['key', 'KEY', 'key ', ' key', '~', longest]) await post(alice, bob, key);
      await post(alice, carol, 'key');
      await post(bob, alice, 'key');
      expect(ids.size, 'each of them a message').to.equal(8);
      for (const key of ['key', 'KEY', 'key ', longest]) await post(alice, bob, key);
      expect(ids.size, 'none of them another').to.equal(8);
      for (const bad of ['', `${longest}k`, 'tab\t', 'é'])
        await refused(
          alice.chat.post({ entity_id: bob.id, message: 'Hi', echoId: bad }),
          'INVALID_INPUT',
        );
    });

    it('is another call’s when thread or mentions differ', async () => {
      const { members } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      const { message_id: parent } = await bob.chat.post({ entity_id: alice.id, message: 'Hi' });
      const call = {
        entity_id: bob.id,
        message: 'once',
        thread_id: parent,
        mention_ids: [bob.id],
        echoId: 'a-key',
      };
      const first = await alice.chat.post(call);
      expect((await alice.chat.post(call)).message_id).to.equal(first.message_id);
      await refused(alice.chat.post({ ...call, thread_id: null }), 'ECHO_ID_CONFLICT');
      await refused(alice.chat.post({ ...call, mention_ids: [] }), 'ECHO_ID_CONFLICT');
      await refused(alice.chat.post({ ...call, attachment: ['a-file'] }), 'ECHO_ID_CONFLICT');
    });
  });

  it('fails with ROOM_ARCHIVED in a room that is read-only, until it is restored', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    await alice.chat.change_status({ entity_id: room, status: 'archived', for: 'all' });
    for (const member of [alice, bob])
      await refused(member.chat.post({ entity_id: room, message: 'Hi' }), 'ROOM_ARCHIVED');
    await alice.chat.change_status({ entity_id: room, status: 'active', for: 'all' });
    await bob.chat.post({ entity_id: room, message: 'Hi' });
  });

  it('attaches files that the author uploaded, once, and fails with INVALID_ATTACHMENT for any other', async () => {
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
      'a replay, although it is attached by now',
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
    expect(
      (await mention(bob.id, [bob.id])).mention_ids,
      'also in the first message',
    ).to.deep.equal([bob.id]);
    for (const entity of [room, bob.id]) {
      const error = await refused(mention(entity, [bob.id, carol.id]), 'INVALID_INPUT');
      expect(error.details.join()).to.contain('mention_ids');
    }
    const [row] = await bob.chat.messages({ entity_id: room });
    expect(row?.mention_ids).to.deep.equal([bob.id, alice.id]);
  });

  it('gives each of fifty at once its own place: ordinals in a row, times strictly later, seqs in a row', async () => {
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

  it('fails with INVALID_CONTACT across a block, whoever blocked; shared rooms stay open', async () => {
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
      'what was said stays readable',
    ).to.have.length(1);
    await alice.contact.unblock({ entity_id: bob.id });
    await bob.chat.post({ entity_id: alice.id, message: 'after' });
  });

  it('fails with INVALID_CONTACT for a peer who left the hub, and writes again when he is back', async () => {
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

  it('stores the text as it is given: controls, spaces, markup and line ends', async () => {
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

  it('is denied to a viewer and a stranger', async () => {
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
    await alice.chat.post({ entity_id: viewer.id, message: 'who may not write may be written to' });
  });

  it('quotes no text in a reply after its message was deleted for all, however close the two are', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob, carol);
    using device = await carol.device();
    for (let round = 0; round < 30; round++) {
      const text = `secret of round ${round}.`;
      const { message_id: id } = await alice.chat.post({ entity_id: room, message: text });
      const reply = () => bob.chat.post({ entity_id: room, message: 'a reply', thread_id: id });
      const [early, , late] = await Promise.all([
        Promise.allSettled([reply(), reply()]),
        alice.chat.delete({ option: 'all', messages: [id] }),
        Promise.allSettled([reply(), reply()]),
      ]);
      for (const outcome of [...early, ...late])
        if (outcome.status === 'rejected') expect(outcome.reason.code).to.equal('INVALID_THREAD');
      const { seq: end } = await alice.chat.post({ entity_id: room, message: 'that is all' });
      await eventually(() => device.heard.at(-1)?.seq === end);
      const deletion = device.heard.find(
        (event) => event.name === 'chat.delete' && event.data.message_id === id,
      );
      if (!deletion) return expect.fail('no chat.delete');
      const after = device.heard.filter((event) => event.seq > deletion.seq);
      expect(after.filter((event) => JSON.stringify(event).includes(text))).to.deep.equal([]);
    }
  });
});
