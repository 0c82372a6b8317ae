import { expect } from 'chai';
import { app } from '../../support/app.ts';
import { copyMessage } from '../../support/copies.ts';
import { newHub, newRoom, raw, refused } from '../../support/hub.ts';

describe('chat.forward', () => {
  it('returns one row per copy, entity by entity, each linked to its original', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, carol);
    const one = await bob.chat.post({ entity_id: alice.id, message: 'one' });
    const two = await bob.chat.post({ entity_id: alice.id, message: 'two' });
    const sources = [one.message_id, two.message_id];
    const rows = await alice.chat.forward({
      entities: [room, carol.id],
      nodes: { messages: sources },
      echoId: '5',
    });
    expect(rows.map((row) => [row.entity_id, row.forward_message_id])).to.deep.equal([
      [room, one.message_id],
      [room, two.message_id],
      [carol.id, one.message_id],
      [carol.id, two.message_id],
    ]);
    for (const row of rows)
      expect(row).to.include({ author_id: alice.id, is_forward: 1, is_attachment: 0, echoId: '5' });
    expect(rows.map((row) => row.seq)).to.deep.equal([1, 2, 3, 4].map((n) => two.seq + n));
    expect(new Set(rows.map((row) => row.message_id)).size).to.equal(4);
    for (const entity of [room, alice.id]) {
      const copies = await carol.chat.messages({ entity_id: entity });
      expect(copies.map((copy) => [copy.message, copy.author_id, copy.is_forward])).to.deep.equal([
        ['two', alice.id, 1],
        ['one', alice.id, 1],
      ]);
    }
  });

  it('reaches the destinations’ participants and the author’s devices, no others', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const source = await bob.chat.post({ entity_id: alice.id, message: 'Hi' });
    using sender = await alice.device();
    using receiver = await carol.device();
    using origin = await bob.device();
    const [row] = await alice.chat.forward({
      entities: [carol.id],
      nodes: { messages: [source.message_id] },
    });
    expect(await sender.next('chat.forward')).to.include({ entity_id: carol.id, seq: row?.seq });
    const event = await receiver.next('chat.forward');
    expect(event).to.include({
      entity_id: alice.id,
      actor_id: alice.id,
      stream: row?.room_id,
      prev: 0,
    });
    expect(event.data).to.include({
      message_id: row?.message_id,
      message: 'Hi',
      forward_message_id: source.message_id,
      author_id: alice.id,
    });
    await alice.chat.post({ entity_id: bob.id, message: 'the only event' });
    await origin.next('chat.post');
    expect(origin.received).to.have.length(1);
    expect((await carol.chat.count_all()).total_cnt).to.equal(1);
    expect((await alice.chat.to_read({ entity_id: carol.id })).unread).to.equal(0);
  });

  it('keeps the text when the original is deleted', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const source = await bob.chat.post({ entity_id: alice.id, message: 'to be kept' });
    await alice.chat.forward({ entities: [carol.id], nodes: { messages: [source.message_id] } });
    await bob.chat.delete({ option: 'all', messages: [source.message_id] });
    const [copy] = await carol.chat.messages({ entity_id: alice.id });
    expect(copy).to.include({ message: 'to be kept', forward_message_id: source.message_id });
  });

  it('makes one copy of a message named twice, to an entity named twice', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { message_id: id } = await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    const nodes = { messages: [id, id], hub_id: 'accepted, and of no meaning' };
    expect(await alice.chat.forward({ entities: [bob.id, bob.id], nodes })).to.have.length(1);
    expect(await bob.chat.messages({ entity_id: alice.id })).to.have.length(2);
  });

  it('copies once for a repeated echoId, also when both arrive at once', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const { message_id: id } = await bob.chat.post({ entity_id: alice.id, message: 'Hi' });
    const forward = (entities: string[]) =>
      alice.chat.forward({ entities, nodes: { messages: [id] }, echoId: 'a-key' });
    const replies = await Promise.all([
      forward([carol.id]),
      forward([carol.id]),
      forward([carol.id]),
    ]);
    expect(new Set(replies.flat().map((row) => row.message_id)).size).to.equal(1);
    const wider = await forward([bob.id, carol.id]);
    expect(wider.map((row) => row.entity_id)).to.deep.equal([bob.id, carol.id]);
    expect(wider[1]?.message_id).to.equal(replies[0]?.[0]?.message_id);
    expect(await carol.chat.messages({ entity_id: alice.id })).to.have.length(1);
    expect(await bob.chat.messages({ entity_id: alice.id })).to.have.length(2);
  });

  it('has its own echoIds: a post may use the same one', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const post = await alice.chat.post({ entity_id: bob.id, message: 'Hi', echoId: 'shared' });
    const nodes = { messages: [post.message_id] };
    const [copy] = await alice.chat.forward({ entities: [bob.id], nodes, echoId: 'shared' });
    expect(copy?.message_id).to.not.equal(post.message_id);
    const again = await alice.chat.post({ entity_id: bob.id, message: 'Hi', echoId: 'shared' });
    expect(again.message_id).to.equal(post.message_id);
  });

  it('fails with INVALID_RECIPIENT for one invalid entity, and sends nothing', async () => {
    const { members, operator } = await newHub({
      alice: 7,
      bob: 7,
      carol: 7,
      dan: 7,
      eve: 7,
      gone: 7,
    });
    const { alice, bob, carol, dan, eve, gone } = members;
    const theirs = await newRoom(carol, dan);
    const elsewhere = await newHub({ fred: 7 });
    const source = await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    await alice.contact.block({ entity_id: dan.id });
    await eve.contact.block({ entity_id: alice.id });
    await operator.hub.remove_member({ user_id: gone.id });
    const nodes = { messages: [source.message_id] };
    for (const bad of [
      theirs,
      dan.id,
      eve.id,
      gone.id,
      alice.id,
      elsewhere.members.fred.id,
      'nobody',
      '',
    ])
      await refused(alice.chat.forward({ entities: [carol.id, bad], nodes }), 'INVALID_RECIPIENT');
    expect(await carol.chat.messages({ entity_id: alice.id })).to.deep.equal([]);
    expect(await alice.chat.forward({ entities: [carol.id], nodes })).to.have.length(1);
  });

  it('fails with INVALID_MESSAGES when one message is not visible, and sends nothing', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const post = async (from: typeof alice, to: typeof alice) =>
      (await from.chat.post({ entity_id: to.id, message: 'Hi' })).message_id;
    const good = await post(bob, alice);
    const hidden = await post(bob, alice);
    const deleted = await post(bob, alice);
    const foreign = await post(bob, carol);
    await alice.chat.delete({ option: 'me', messages: [hidden] });
    await bob.chat.delete({ option: 'all', messages: [deleted] });
    for (const bad of [hidden, deleted, foreign, 'nothing', ''])
      await refused(
        alice.chat.forward({ entities: [carol.id], nodes: { messages: [good, bad] } }),
        'INVALID_MESSAGES',
      );
    await refused(
      alice.chat.forward({ entities: [carol.id], nodes: { messages: [] } }),
      'INVALID_MESSAGES',
    );
    const many = Array.from({ length: 101 }, () => good);
    await refused(
      alice.chat.forward({ entities: [carol.id], nodes: { messages: many } }),
      'INVALID_MESSAGES',
    );
    expect(await alice.chat.messages({ entity_id: carol.id })).to.deep.equal([]);
  });

  it('fails with ROOM_ARCHIVED in an archived room, but returns a replay', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const { message_id: id } = await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    const call = { entities: [bob.id, room], nodes: { messages: [id] } };
    const made = await alice.chat.forward({ ...call, echoId: 'before' });
    await alice.chat.change_status({ entity_id: room, status: 'archived', for: 'all' });
    await refused(alice.chat.forward(call), 'ROOM_ARCHIVED');
    expect(await alice.chat.forward({ ...call, echoId: 'before' })).to.deep.equal(made);
    expect(await bob.chat.messages({ entity_id: alice.id }), 'nothing was sent').to.have.length(2);
  });

  it('rejects a replay of a caller who was removed or blocked since', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const { message_id: id } = await bob.chat.post({ entity_id: alice.id, message: 'Hi' });
    const forward = (entity: string) =>
      bob.chat.forward({ entities: [entity], nodes: { messages: [id] }, echoId: 'a-key' });
    await forward(room);
    await forward(alice.id);
    await alice.room.remove({ entity_id: room, user_id: bob.id });
    await refused(forward(room), 'INVALID_RECIPIENT');
    await alice.contact.block({ entity_id: bob.id });
    await refused(forward(alice.id), 'INVALID_RECIPIENT');
  });

  it('fails with TOO_LARGE for too many copies or too much text, and copies none', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, dave: 7 });
    const { alice, bob, carol, dave } = members;
    const ids = (count: number) => Array.from({ length: count }, (_, n) => `unknown${n}`);
    const many = alice.chat.forward({ entities: ids(50), nodes: { messages: ids(21) } });
    const { details } = await refused(many, 'TOO_LARGE');
    expect(details).to.deep.equal(['entities: at most 1000 copies in one call']);

    const message = '😀'.repeat(10_000);
    const posted = await bob.chat.post({ entity_id: alice.id, message });
    await copyMessage(app().pool, posted, 52);
    const messages = (await alice.chat.messages({ entity_id: bob.id, limit: 53 })).map(
      (row) => row.message_id,
    );
    const entities = [carol.id, dave.id];
    const refusal = await refused(
      alice.chat.forward({ entities, nodes: { messages } }),
      'TOO_LARGE',
    );
    expect(refusal.details).to.deep.equal([
      'messages: their copies would have 4240000 bytes of text, of at most 4194304',
    ]);
    expect(await carol.chat.messages({ entity_id: alice.id })).to.deep.equal([]);
    const allowed = await alice.chat.forward({ entities, nodes: { messages: messages.slice(1) } });
    expect(allowed).to.have.lengthOf(104);
  });

  it('fails with INVALID_INPUT for values that are not lists, or lists too long', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { message_id: id } = await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    const nodes = { messages: [id] };
    for (const [body, name] of [
      [{ nodes }, 'entities'],
      [{ entities: [], nodes }, 'entities'],
      [{ entities: bob.id, nodes }, 'entities'],
      [{ entities: Array.from({ length: 51 }, () => bob.id), nodes }, 'entities'],
      [{ entities: [bob.id] }, 'nodes'],
      [{ entities: [bob.id], nodes: [id] }, 'nodes'],
      [{ entities: [bob.id], nodes: {} }, 'nodes.messages'],
      [{ entities: [bob.id], nodes: { messages: id } }, 'nodes.messages'],
      [{ entities: [bob.id], nodes, echoId: '' }, 'echoId'],
    ] as const) {
      const { body: answer } = await raw('chat.forward', {
        token: alice.token,
        hubId: alice.hubId,
        body,
      });
      expect(answer.error, JSON.stringify(body)).to.equal('INVALID_INPUT');
      expect(answer.details.join()).to.contain(name);
    }
    expect(await bob.chat.messages({ entity_id: alice.id })).to.have.length(1);
  });
});
