import { expect } from 'chai';
import type { Grant } from '../../../acl/language/permission.ts';
import { clientOf, narrowed, refusedInputs } from '../../support/caller.ts';
import { fetchFile, pngOf, uploadAll, uploadIds } from '../../support/files.ts';
import { type Member, newHub, newRoom, raw, refused } from '../../support/hub.ts';
import { expectOwnConversationsOnly, unknownIds } from './support.ts';

const nids = (files: readonly { nid: string }[]) => files.map((file) => file.nid);

/** Posts new files in one message; returns its id, and their nids. */
async function send(author: Member, entityId: string, count = 1) {
  const attachment = await uploadIds(author, count);
  const { message_id } = await author.chat.post({ entity_id: entityId, attachment });
  return { message_id, nids: attachment, nid: attachment[0] ?? '' };
}

describe('chat.files', () => {
  it('lists the files of a conversation, the newest first, with their messages', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const first = await send(alice, bob.id, 2);
    await alice.chat.post({ entity_id: bob.id, message: 'No file' });
    const second = await send(bob, alice.id);
    const listed = await bob.chat.files({ entity_id: alice.id });
    expect(nids(listed)).to.deep.equal([second.nid, ...first.nids.toReversed()]);
    const [newest, last] = listed;
    expect(newest).to.deep.include({ message_id: second.message_id, author_id: bob.id });
    expect(last).to.include({ message_id: first.message_id, entity_id: alice.id });
    expect(last?.entity).to.include({ id: alice.id, surname: 'alice Test' });
    const [message] = await bob.chat.get({ message_ids: [first.message_id] });
    const { ctime, ctime_ms, files } = message ?? expect.fail('no message');
    expect(last).to.include({ ctime, ctime_ms });
    expect(last).to.deep.include(files[1]);
    const [mine] = await alice.chat.files({ entity_id: bob.id });
    expect(mine).to.include({ nid: second.nid, entity_id: bob.id });
  });

  it('continues before and after a file, also within a message, and at a message', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const sent: Awaited<ReturnType<typeof send>>[] = [];
    for (const count of [3, 1, 4]) sent.push(await send(alice, room, count));
    const all = sent.flatMap((one) => one.nids).reverse();
    const read: string[] = [];
    let cursor: string | undefined;
    for (;;) {
      const page = await bob.chat.files({
        ...{ entity_id: room, limit: 3 },
        ...(cursor === undefined ? {} : { before: cursor }),
      });
      if (page.length === 0) break;
      read.push(...nids(page));
      cursor = page.at(-1)?.cursor;
    }
    expect(read).to.deep.equal(all);
    const rows = await bob.chat.files({ entity_id: room });
    const at = (index: number) => rows[index]?.cursor ?? '';
    const list = async (more: object) => nids(await bob.chat.files({ entity_id: room, ...more }));
    expect(await list({ after: at(6), limit: 3 }), 'the next').to.deep.equal(all.slice(3, 6));
    expect(await list({ after: at(0) })).to.deep.equal([]);
    expect(await list({ after: at(6), before: at(1) })).to.deep.equal(all.slice(2, 6));
    const middle = sent[1]?.message_id ?? '';
    expect(await list({ before: middle })).to.deep.equal(all.slice(5));
    expect(await list({ after: middle, limit: 2 })).to.deep.equal(all.slice(2, 4));
  });

  it('lists pictures or other files, which have the images without a thumbnail', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const files = await uploadAll(
      alice,
      ['plan.png', await pngOf(60, 40)],
      ['minutes.txt', 'Minutes'],
      ['broken.png', Buffer.from('89504e470d0a1a0a', 'hex')],
    );
    const [plan = '', minutes = '', broken = ''] = nids(files);
    const { message_id } = await alice.chat.post({
      ...{ entity_id: bob.id, attachment: [plan, minutes, broken] },
    });
    await bob.chat.forward({ entities: [carol.id], nodes: { messages: [message_id] } });
    for (const [reader, entity_id] of [
      [bob, alice.id],
      [carol, bob.id],
    ] as const) {
      const list = async (kind: 'pictures' | 'others' | 'all') =>
        nids(await reader.chat.files({ entity_id, kind }));
      expect(await list('pictures')).to.deep.equal([plan]);
      expect(await list('others')).to.deep.equal([broken, minutes]);
      expect(await list('all')).to.deep.equal([broken, minutes, plan]);
    }
  });

  it('leaves out what the caller cannot see: deleted and hidden messages', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const kept = await send(alice, room);
    const hidden = await send(alice, room);
    const deleted = await send(alice, room);
    await bob.chat.delete({ option: 'me', messages: [hidden.message_id] });
    await alice.chat.delete({ option: 'all', messages: [deleted.message_id] });
    const list = async (member: Member) => nids(await member.chat.files({ entity_id: room }));
    expect(await list(bob)).to.deep.equal([kept.nid]);
    expect(await list(alice)).to.deep.equal([hidden.nid, kept.nid]);
    // Files of exactly the messages that the history shows.
    for (const member of [alice, bob]) {
      const messages = await member.chat.messages({ entity_id: room, mark_read: 0 });
      expect(await list(member)).to.deep.equal(messages.flatMap(({ files }) => nids(files)));
      for (const nid of await list(member))
        expect((await fetchFile(member, nid)).status).to.equal(200);
    }
  });

  it('shows files from before a block, and from before the caller joined', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const direct = await send(alice, bob.id);
    await bob.contact.block({ entity_id: alice.id });
    expect(nids(await bob.chat.files({ entity_id: alice.id }))).to.deep.equal([direct.nid]);
    const room = await newRoom(alice);
    const early = await send(alice, room);
    await alice.room.add({ entity_id: room, user_id: carol.id });
    expect(nids(await carol.chat.files({ entity_id: room }))).to.deep.equal([early.nid]);
  });

  it('refuses conversations that are not the caller’s, as chat.messages does', async () => {
    await expectOwnConversationsOnly(async (caller, entity_id) => {
      await caller.chat.files({ entity_id });
      return { entity_id };
    }, 'ROOM_NOT_FOUND');
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, owner: 63 });
    const { alice, bob, carol, owner } = members;
    const { eve } = (await newHub({ eve: 7 })).members;
    const room = await newRoom(alice, bob);
    const { message_id } = await send(alice, room);
    await send(alice, bob.id);
    await alice.room.remove({ entity_id: room, user_id: bob.id });
    for (const member of [bob, carol, owner, eve])
      for (const more of [{}, { before: message_id }, { after: '0.0' }])
        await refused(member.chat.files({ entity_id: room, ...more }), 'ROOM_NOT_FOUND');
    expect(await carol.chat.files({ entity_id: alice.id })).to.deep.equal([]);
    expect(await alice.chat.files({ entity_id: room })).to.have.length(1);
  });

  it('refuses places of other conversations, and of messages that never were', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    await send(alice, bob.id);
    const elsewhere = await send(alice, carol.id);
    const unknown = unknownIds.filter((one) => /^[\w.-]+$/.test(one));
    for (const place of [elsewhere.message_id, ...unknown])
      for (const bound of ['before', 'after'])
        await refused(bob.chat.files({ entity_id: alice.id, [bound]: place }), 'MESSAGE_NOT_FOUND');
    await refusedInputs(bob, 'chat.files', [
      ['entity_id', {}],
      ['kind', { entity_id: alice.id, kind: 'videos' }],
      ...[0, 101, 'x'].map((limit) => ['limit', { entity_id: alice.id, limit }] as const),
      ...['before', 'after'].map((name) => [name, { entity_id: alice.id, [name]: '#' }] as const),
    ]);
  });

  it('marks nothing as read, and requires only the right to read', async () => {
    const { members, id: hubId } = await newHub({ alice: 7, viewer: 3 });
    const { alice, viewer } = members;
    const { nid } = await send(alice, viewer.id);
    expect(nids(await viewer.chat.files({ entity_id: alice.id }))).to.deep.equal([nid]);
    const { body } = await raw('chat.files', {
      ...{ token: viewer.token, hubId, verb: 'GET', query: `?peer_id=${alice.id}` },
    });
    expect(body.data[0]).to.include({ nid, filename: '0.txt', peer_id: alice.id });
    const [message] = await alice.chat.messages({ entity_id: viewer.id });
    expect(message?.is_seen).to.equal(0);
    const narrow = async (grant: Grant) =>
      (await narrowed(viewer, grant)).chat.files({ entity_id: alice.id });
    expect(nids(await narrow('chat:room:view'))).to.deep.equal([nid]);
    await refused(narrow('user:chats:view'), 'PERMISSION_DENIED');
    await refused(
      clientOf('wrong', hubId).chat.files({ entity_id: alice.id }),
      'NOT_AUTHENTICATED',
    );
  });
});
