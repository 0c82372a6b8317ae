import { expect } from 'chai';
import { MessageData } from '../../../acl/entities/message.ts';
import type { CallError } from '../../../client/index.ts';
import { app } from '../../support/app.ts';
import { clientOf, refusedInputs } from '../../support/caller.ts';
import { position, synced } from '../../support/events.ts';
import { type Member, newHub, newRoom, refused } from '../../support/hub.ts';
import { untyped } from '../../support/untyped.ts';
import { eventually } from '../../support/wait.ts';

/** Where the hub's log stands. */

const post = async (
  author: Member,
  entityId: string,
  message = 'first',
  more: object = {},
): Promise<string> =>
  (await author.chat.post({ entity_id: entityId, message, ...more })).message_id;

/** The newest message of a conversation as a member sees it; nothing is marked as read. */
const newest = async (member: Member, entityId: string) =>
  (await member.chat.messages({ entity_id: entityId, mark_read: 0 }))[0];

/** What an event of the message holds. */
function dataOf(reply: Awaited<ReturnType<Member['chat']['edit']>>): object {
  const fields = Object.keys(MessageData.shape) as (keyof MessageData)[];
  return Object.fromEntries(fields.map((field) => [field, reply[field]]));
}

/** Everything that the log keeps of a hub, as text. */
async function logOf(hubId: string): Promise<string> {
  const [rows] = await app().pool.query('SELECT * FROM events WHERE hub_id = ?', [hubId]);
  return JSON.stringify(rows);
}

describe('chat.edit', () => {
  it('answers the message with its new text, one version on, and changes nothing else of it', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const before = await alice.chat.post({ entity_id: bob.id, message: 'first' });
    const started = Date.now();
    const reply = await alice.chat.edit({ message_id: before.message_id, message: 'second' });
    expect([before.version, before.edited, before.edited_ms]).to.deep.equal([1, 0, null]);
    const changed = { message: 'second', version: 2, edited: 1, edited_ms: reply.edited_ms };
    expect({ ...before, ...changed }).to.deep.include(reply);
    expect(reply, 'the conversation, and the number of its post').to.include({
      entity_id: bob.id,
      seq: before.seq,
    });
    expect(reply.edited_ms).to.be.within(started - 1000, Date.now() + 1000);
    const id = reply.message_id;
    for (const [member, entity] of [[alice, bob.id] as const, [bob, alice.id] as const]) {
      const rows = await member.chat.messages({ entity_id: entity });
      expect(rows).to.have.length(1);
      expect(rows[0]).to.deep.include({
        message_id: id,
        ctime_ms: before.ctime_ms,
        ordinal: 1,
        ...changed,
      });
    }
    const again = await alice.chat.edit({ message_id: id, message: 'third' });
    expect(again).to.include({ message: 'third', version: 3, edited: 1, ordinal: 1 });
  });

  it('reaches every device of every participant, the author’s other one too, with the same data; and nobody else', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, removed: 7, dave: 7 });
    const { alice, bob, carol, removed, dave } = members;
    const room = await newRoom(alice, bob, carol, removed);
    const id = await post(alice, room);
    await alice.room.remove({ entity_id: room, user_id: removed.id });
    const last = await position(alice);
    using sender = await alice.device();
    using other = await alice.device();
    using first = await bob.device();
    using second = await carol.device();
    using former = await removed.device();
    using stranger = await dave.device();
    const reply = await alice.chat.edit({ message_id: id, message: 'second' });
    const data = dataOf(reply);
    for (const device of [sender, other, first, second]) {
      const event = await device.next('chat.edit');
      expect(event).to.deep.include({
        seq: last + 1,
        prev: last,
        stream: room,
        entity_id: room,
        actor_id: alice.id,
      });
      expect(event.notify, 'an edit alerts only whom it mentions newly').to.equal(0);
      expect(event.data).to.deep.equal(data);
    }
    for (const [member, device] of [[removed, former] as const, [dave, stranger] as const]) {
      await bob.chat.post({ entity_id: member.id, message: 'something that he does hear' });
      await device.next('chat.post');
      expect(device.heard.map((event) => event.name)).to.deep.equal(['chat.post']);
    }
  });

  it('names the conversation of a direct one as each side calls it', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const id = await post(alice, bob.id);
    using sender = await alice.device();
    using receiver = await bob.device();
    const reply = await alice.chat.edit({ message_id: id, message: 'second' });
    expect(reply.entity_id).to.equal(bob.id);
    const [mine, his] = [await sender.next('chat.edit'), await receiver.next('chat.edit')];
    expect([mine.entity_id, his.entity_id]).to.deep.equal([bob.id, alice.id]);
    expect(his.data).to.deep.equal(mine.data);
  });

  it('changes the preview, no count of unread messages, no order of rooms, and wakes no archived one', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const [older, newer, sleeping] = [
      await newRoom(alice, bob),
      await newRoom(alice, bob),
      await newRoom(alice, bob),
    ];
    const ids = [await post(alice, older), await post(alice, sleeping), await post(alice, newer)];
    await bob.chat.change_status({ entity_id: sleeping, status: 'archived' });
    const look = async () => [
      ...(await bob.chat.chat_rooms()),
      ...(await bob.chat.chat_rooms({ option: 'archived' })),
    ];
    const [before, counters] = [await look(), await bob.chat.count_all()];
    for (const id of ids) await alice.chat.edit({ message_id: id, message: 'second' });
    expect(before.map((row) => row.entity_id)).to.deep.equal([newer, older, sleeping]);
    expect(await look()).to.deep.equal(
      before.map((row) => ({ ...row, last_message: 'second', message: 'second' })),
    );
    expect(await bob.chat.count_all()).to.deep.equal(counters);
    const [row] = await bob.chat.messages({ entity_id: newer });
    expect(row).to.include({ message: 'second', is_notify: 1 });
    await alice.chat.edit({ message_id: ids[2] ?? '', message: 'third' });
    expect(await bob.chat.to_read({ entity_id: newer }), 'what was read stays read').to.include({
      unread: 0,
    });
  });

  it('leaves the preview to a later message', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const id = await post(alice, bob.id);
    await post(bob, alice.id, 'the last');
    await alice.chat.edit({ message_id: id, message: 'second' });
    expect((await bob.chat.chat_rooms())[0]).to.include({ last_message: 'the last' });
  });

  it('changes what replies quote, and no copy that was forwarded', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const id = await post(alice, bob.id);
    const reply = await bob.chat.post({ entity_id: alice.id, message: 'reply', thread_id: id });
    await bob.chat.forward({ entities: [carol.id], nodes: { messages: [id] } });
    await alice.chat.edit({ message_id: id, message: 'second' });
    await bob.chat.forward({ entities: [carol.id], nodes: { messages: [id] } });
    expect((await newest(alice, bob.id))?.thread).to.include({ message_id: id, message: 'second' });
    const [event] = await synced(alice, reply.seq - 1);
    expect(event?.data.thread).to.deep.include({ message_id: id, message: 'second' });
    const copies = await carol.chat.messages({ entity_id: bob.id });
    expect(copies.map((copy) => [copy.message, copy.version, copy.edited])).to.deep.equal([
      ['second', 1, 0],
      ['first', 1, 0],
    ]);
  });

  it('never lets a reply that comes after it quote the text before it, however close the two are', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob, carol);
    using device = await carol.device();
    for (let round = 0; round < 5; round++) {
      const id = await post(alice, room, `old text ${round}.`);
      const reply = () => post(bob, room, 'a reply', { thread_id: id });
      const edit = () => alice.chat.edit({ message_id: id, message: `new text ${round}` });
      const [, , { version }] = await Promise.all([reply(), reply(), edit(), reply(), reply()]);
      expect(version).to.equal(2);
      const { seq: end } = await alice.chat.post({ entity_id: room, message: 'that is all' });
      await eventually(() => device.heard.at(-1)?.seq === end);
      const place = device.heard.findLastIndex((event) => event.name === 'chat.edit');
      const after = device.heard
        .slice(place)
        .filter((event) => JSON.stringify(event).includes(`old text ${round}.`));
      expect(after.map((event) => event.seq)).to.deep.equal([]);
    }
  });

  it('answers a repeated post with the message as it is now', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const id = await post(alice, bob.id, 'first', { echoId: 'a-key' });
    await alice.chat.edit({ message_id: id, message: 'second' });
    const replay = await alice.chat.post({ entity_id: bob.id, message: 'first', echoId: 'a-key' });
    expect(replay).to.include({ message_id: id, message: 'second', version: 2 });
    const other = { entity_id: bob.id, message: 'second', echoId: 'a-key' };
    await refused(alice.chat.post(other), 'ECHO_ID_CONFLICT');
  });

  describe('in the log', () => {
    it('shows the present state at every event of the message, with no text kept', async () => {
      const { members, id: hubId } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      const room = await newRoom(alice, bob);
      const start = await position(alice);
      const id = await post(alice, room, 'text-number-1');
      using device = await bob.device();
      await alice.chat.edit({ message_id: id, message: 'text-number-2' });
      const heard = await device.next('chat.edit');
      expect((await synced(bob, heard.seq - 1))[0], 'as it was heard').to.deep.equal(heard);
      const third = await alice.chat.edit({ message_id: id, message: 'text-number-3' });
      const events = await synced(bob, start);
      expect(events.map((event) => [event.name, event.seq])).to.deep.equal([
        ['chat.post', start + 1],
        ['chat.edit', start + 2],
        ['chat.edit', start + 3],
      ]);
      for (const event of events) expect(event.data).to.deep.equal(dataOf(third));
      expect(JSON.stringify(events)).to.contain('text-number-3');
      expect(JSON.stringify(events)).to.not.match(/text-number-[12]/);
      expect(await logOf(hubId))
        .to.contain('chat.edit')
        .and.to.not.match(/text-number-\d/);
    });

    it('shows a message that was deleted for all without any of its texts, at each event', async () => {
      const { members, id: hubId } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      const room = await newRoom(alice, bob);
      const start = await position(alice);
      const id = await post(alice, room, 'text-number-1');
      for (const n of [2, 3])
        await alice.chat.edit({ message_id: id, message: `text-number-${n}` });
      await post(bob, room, 'a reply', { thread_id: id });
      await alice.chat.delete({ option: 'all', messages: [id] });
      for (const member of [alice, bob]) {
        const events = await synced(member, start);
        expect(events.map((event) => event.name)).to.deep.equal([
          'chat.post',
          'chat.edit',
          'chat.edit',
          'chat.post',
          'chat.delete',
        ]);
        for (const event of events.slice(0, 3))
          expect(event.data).to.deep.equal({ message_id: id, room_id: room, deleted: 1 });
        expect(events[3]?.data.thread).to.deep.equal({ message: 'DELETED', message_id: id });
        expect(JSON.stringify(events)).to.not.contain('text-number');
        const everything = await Promise.all([
          member.chat.messages({ entity_id: room, mark_read: 0 }),
          member.chat.chat_rooms(),
          member.chat.thread({ thread_id: id }),
        ]);
        expect(JSON.stringify(everything)).to.contain('a reply').and.to.not.contain('text-number');
      }
      expect(await logOf(hubId)).to.not.contain('text-number');
      using device = await bob.device(start);
      expect(device.heard.filter((event) => event.name === 'chat.edit')).to.have.length(2);
      expect(JSON.stringify(device.heard)).to.not.contain('text-number');
    });

    it('has no event of the same text again, nor of a refused edit', async () => {
      const { members } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      const id = await post(alice, bob.id);
      const before = await newest(alice, bob.id);
      const last = await position(alice);
      const { entity_id, message_id, version, edited } = await alice.chat.edit({
        message_id: id,
        message: 'first',
      });
      expect([entity_id, message_id, version, edited]).to.deep.equal([bob.id, id, 1, 0]);
      await alice.chat.edit({ message_id: id, message: 'first', version: 1, mention_ids: [] });
      await refused(
        alice.chat.edit({ message_id: id, message: 'second', version: 7 }),
        'VERSION_MISMATCH',
      );
      await refused(bob.chat.edit({ message_id: id, message: 'second' }), 'PERMISSION_DENIED');
      expect(await newest(alice, bob.id)).to.deep.equal(before);
      expect(await position(alice)).to.equal(last);
      await alice.chat.edit({ message_id: id, message: 'first ' });
      expect(await position(alice)).to.equal(last + 1);
    });
  });

  describe('with a version', () => {
    it('fails with VERSION_MISMATCH when the message has another, naming it, and changes nothing', async () => {
      const { members } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      const id = await post(alice, bob.id);
      using device = await bob.device();
      for (const version of [0, 2, 100]) {
        const call = alice.chat.edit({ message_id: id, message: 'second', version });
        expect((await refused(call, 'VERSION_MISMATCH')).details.join()).to.match(
          /^version: .*\b1\b/,
        );
      }
      expect(await newest(alice, bob.id)).to.include({ message: 'first', version: 1, edited: 0 });
      expect(await alice.chat.edit({ message_id: id, message: 'second', version: 1 })).to.include({
        version: 2,
      });
      await refused(
        alice.chat.edit({ message_id: id, message: 'third', version: 1 }),
        'VERSION_MISMATCH',
      );
      for (const [version, next] of [
        [-1, 3] as const,
        ['-1', 4] as const,
        ['4', 5] as const,
        [5, 6] as const,
      ]) {
        const edit = { message_id: id, message: `for version ${next}`, version: version as number };
        expect(await alice.chat.edit(edit)).to.include({ version: next });
      }
      await refused(
        alice.chat.edit({ message_id: id, message: 'x', version: untyped('4') }),
        'VERSION_MISMATCH',
      );
      await post(alice, bob.id, 'last');
      await device.next('chat.post');
      const told = device.heard.flatMap((event) =>
        event.name === 'chat.edit' && 'version' in event.data ? event.data.version : [],
      );
      expect(told).to.deep.equal([2, 3, 4, 5, 6]);
    });

    it('lets exactly one of several at once win, and without one all of them', async () => {
      const { members } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      const id = await post(alice, bob.id);
      const last = await position(alice);
      const edits = (version: number) =>
        Promise.allSettled(
          Array.from({ length: 6 }, (_, n) =>
            alice.chat.edit({ message_id: id, message: `${version} ${n}`, version }),
          ),
        );
      const outcomes = await edits(1);
      const won = outcomes.flatMap((outcome) =>
        outcome.status === 'fulfilled' ? outcome.value : [],
      );
      expect(won).to.have.length(1);
      for (const outcome of outcomes)
        if (outcome.status === 'rejected')
          expect((outcome.reason as CallError).code).to.equal('VERSION_MISMATCH');
      expect(await newest(bob, alice.id)).to.include({ message: won[0]?.message, version: 2 });
      expect(await position(alice)).to.equal(last + 1);
      const versions = (await edits(-1)).flatMap((outcome) =>
        outcome.status === 'fulfilled' ? outcome.value.version : [],
      );
      expect(versions.sort()).to.deep.equal([3, 4, 5, 6, 7, 8]);
      expect(await position(alice)).to.equal(last + 7);
    });
  });

  it('fails with PERMISSION_DENIED for what another wrote, also for a moderator, an admin and the owner of the room', async () => {
    const { members } = await newHub({ alice: 7, moderator: 15, admin: 31, owner: 63 });
    const { alice, moderator, admin, owner } = members;
    const room = await newRoom(owner, alice, moderator, admin);
    const id = await post(alice, room);
    for (const member of [moderator, admin, owner])
      await refused(member.chat.edit({ message_id: id, message: 'second' }), 'PERMISSION_DENIED');
    expect(await newest(alice, room)).to.include({ message: 'first', version: 1 });
    await alice.chat.edit({ message_id: id, message: 'second' });
  });

  it('fails with PERMISSION_DENIED for a forwarded copy, also of one’s own message', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const id = await post(alice, bob.id);
    const [copy] = await alice.chat.forward({ entities: [carol.id], nodes: { messages: [id] } });
    await refused(
      alice.chat.edit({ message_id: copy?.message_id ?? '', message: 'second' }),
      'PERMISSION_DENIED',
    );
    expect(await newest(carol, alice.id)).to.include({ message: 'first', version: 1 });
    await alice.chat.edit({ message_id: id, message: 'second' });
  });

  it('fails with MESSAGE_NOT_FOUND for a message that the caller cannot see, an admin too', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, admin: 31, removed: 7 });
    const { alice, bob, admin, removed } = members;
    const elsewhere = await newHub({ eve: 7, fay: 7 });
    const foreign = await post(elsewhere.members.eve, elsewhere.members.fay.id);
    const room = await newRoom(alice, bob, removed);
    const id = await post(alice, room);
    const his = await post(removed, room);
    const [hidden, deleted] = [await post(alice, room), await post(alice, room)];
    await alice.chat.delete({ option: 'me', messages: [hidden] });
    await alice.chat.delete({ option: 'all', messages: [deleted] });
    await alice.room.remove({ entity_id: room, user_id: removed.id });
    const unknown = (member: Member, message_id: string) =>
      refused(member.chat.edit({ message_id, message: 'second' }), 'MESSAGE_NOT_FOUND');
    for (const one of [
      hidden,
      deleted,
      foreign,
      room,
      'nothing',
      'not an id',
      '',
      '\u0000',
      'x'.repeat(70),
    ])
      await unknown(alice, one);
    for (const [member, one] of [
      [admin, id] as const,
      [removed, id] as const,
      [removed, his] as const,
    ])
      await unknown(member, one);
    await alice.room.add({ entity_id: room, user_id: removed.id });
    await removed.chat.edit({ message_id: his, message: 'back again' });
  });

  it('fails with ROOM_ARCHIVED in a room that is read-only, until it is restored; not in one archived for oneself', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const id = await post(bob, room);
    await alice.chat.change_status({ entity_id: room, status: 'archived', for: 'all' });
    await refused(bob.chat.edit({ message_id: id, message: 'second' }), 'ROOM_ARCHIVED');
    expect(await newest(alice, room)).to.include({ message: 'first', version: 1 });
    await alice.chat.change_status({ entity_id: room, status: 'active', for: 'all' });
    await bob.chat.change_status({ entity_id: room, status: 'archived' });
    expect(await bob.chat.edit({ message_id: id, message: 'second' })).to.include({ version: 2 });
  });

  it('fails with INVALID_CONTACT across a block, whoever blocked; shared rooms stay open', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const [mine, his, shared] = [
      await post(alice, bob.id),
      await post(bob, alice.id),
      await post(bob, room),
    ];
    await alice.contact.block({ entity_id: bob.id });
    await refused(alice.chat.edit({ message_id: mine, message: 'second' }), 'INVALID_CONTACT');
    await refused(bob.chat.edit({ message_id: his, message: 'second' }), 'INVALID_CONTACT');
    await bob.chat.edit({ message_id: shared, message: 'second' });
    await alice.contact.unblock({ entity_id: bob.id });
    await bob.chat.edit({ message_id: his, message: 'second' });
    expect(
      (await bob.chat.messages({ entity_id: alice.id })).map((row) => row.version),
    ).to.deep.equal([2, 1]);
  });

  it('takes no empty text, but of a message with a file; and 10,000 characters, not one more', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const id = await post(alice, bob.id);
    const long = '😀'.repeat(10_000);
    await refusedInputs(alice, 'chat.edit', [
      ['message', { message_id: id, message: '' }],
      ['message', { message_id: id, message: ' \n\t' }],
      ['message', { message_id: id, message: `${long}x` }],
      ['message', { message_id: id, message: '\ud800' }],
      ['message', { message_id: id, message: 7 }],
      ['message', { message_id: id }],
      ['message_id', { message: 'second' }],
      ['message_id', { message_id: 7, message: 'second' }],
      ...[-2, 1.5, 'one', null, '', []].map(
        (version) => ['version', { message_id: id, message: 'x', version }] as const,
      ),
    ]);
    expect(await newest(alice, bob.id)).to.include({ message: 'first', version: 1 });
    expect((await alice.chat.edit({ message_id: id, message: long })).message).to.equal(long);
    const odd = ' \u0000<b>&amp;</b>\r\n\u202e ';
    expect((await alice.chat.edit({ message_id: id, message: odd })).message).to.equal(odd);
    expect((await newest(bob, alice.id))?.message).to.equal(odd);
    const [file] = await alice.chat.upload({ file: [new File(['x'], 'a.txt')] });
    const withFile = await post(alice, bob.id, 'with a file', { attachment: [file?.nid] });
    const reply = await alice.chat.edit({ message_id: withFile, message: '' });
    expect(reply).to.include({ message: '', version: 2, is_attachment: 1, attachment_count: 1 });
    expect(await bob.chat.attachment({ message_id: withFile })).to.have.length(1);
  });

  it('is denied to a viewer, and to a token that is narrowed to looking', async () => {
    const { members, operator, id: hubId } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const id = await post(alice, bob.id);
    const { key } = await operator.key.create({ name: 'App', permission: 7 });
    const narrowed = async (
      grant: 'chat:room:view' | 'chat:1on1Message:add' | 'chat:1on1Message:edit',
    ) =>
      clientOf(
        (await clientOf(key).session.issue({ user_id: alice.id, grants: [grant] })).token,
        hubId,
      );
    for (const grant of ['chat:room:view', 'chat:1on1Message:add'] as const)
      await refused(
        (await narrowed(grant)).chat.edit({ message_id: id, message: 'second' }),
        'PERMISSION_DENIED',
      );
    await (await narrowed('chat:1on1Message:edit')).chat.edit({
      message_id: id,
      message: 'second',
    });
    await operator.hub.set_privilege({ user_id: alice.id, privilege: 3 });
    await refused(alice.chat.edit({ message_id: id, message: 'third' }), 'PERMISSION_DENIED');
    expect(await newest(bob, alice.id)).to.include({ message: 'second', version: 2 });
  });

  it('brings no text back that was deleted for all, however close the two are', async () => {
    const { members, id: hubId } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    using device = await bob.device();
    const outcomes = new Set<string>();
    for (let round = 0; round < 10; round++) {
      const id = await post(alice, room, `secret ${round}.`);
      const edit = (n: number) =>
        alice.chat.edit({ message_id: id, message: `secret ${round} again ${n}.` }).then(
          () => outcomes.add('edited'),
          (error: CallError) => outcomes.add(error.code),
        );
      await edit(0);
      await Promise.all([
        edit(1),
        alice.chat.delete({ option: 'all', messages: [id] }),
        edit(2),
        edit(3),
      ]);
      await edit(4);
      expect(await bob.chat.messages({ entity_id: room })).to.deep.equal([]);
    }
    expect([...outcomes].sort(), 'nothing else').to.deep.equal(['MESSAGE_NOT_FOUND', 'edited']);
    const end = (await alice.chat.post({ entity_id: room, message: 'that is all' })).seq;
    await eventually(() => device.heard.at(-1)?.seq === end);
    const gone = new Set<string>();
    for (const event of device.heard) {
      if (event.name === 'chat.delete') gone.add(event.data.message_id);
      if (event.name === 'chat.edit')
        expect(gone.has(event.data.message_id), 'edited after its end').to.equal(false);
    }
    expect(gone.size).to.equal(10);
    const [rows] = await app().pool.query('SELECT body FROM messages WHERE hub_id = ?', [hubId]);
    const everything = JSON.stringify([
      rows,
      await synced(bob, 0),
      await logOf(hubId),
      await bob.chat.chat_rooms(),
    ]);
    expect(everything).to.contain('that is all').and.to.not.contain('secret');
  });
});
